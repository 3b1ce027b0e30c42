"""Waiting for a driver that may never answer, not even to being told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar

T = TypeVar("T")

_left: set[asyncio.Task[Any]] = set()
"""Calls that did not end when they were told to; kept here until they do."""


async def bounded(
    asked: Coroutine[Any, Any, T],
    seconds: float,
    *,
    grace: float,
    until: Sequence[asyncio.Event] = (),
    finish: float = 0.0,
    undo: Callable[[T], Awaitable[object]] | None = None,
) -> T:
    """Await a call for so long; one that does not end when told to is left behind.

    bleak, told to stop connecting, asks BlueZ to let go of the device, and waits for the answer
    without end (bleak 3.1): a BlueZ that hangs would hold up every other device.

    Args:
        asked: the call.
        seconds: how long it may take.
        grace: how long it may take to stop.
        until: one of these is set when it is to be given up before that.
        finish: how long it is let go on where we are told to stop ourselves.
        undo: given what came of it then.

    Raises:
        TimeoutError: it took longer, or was given up.
        CancelledError: we were told to stop.
    """
    task = asyncio.ensure_future(asked)
    given_up = [asyncio.ensure_future(event.wait()) for event in until]
    try:
        any_of = [task, *given_up]
        await asyncio.wait(any_of, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise TimeoutError
        return task.result()
    except asyncio.CancelledError:
        await _patiently(task, finish)
        if undo is not None and task.done() and not task.cancelled() and not task.exception():
            await undo(task.result())
        raise
    finally:
        for waiting in given_up:
            waiting.cancel()
        if not task.done():
            task.cancel()
            _left.add(task)
            task.add_done_callback(_ended)
            await asyncio.wait([task], timeout=grace)


async def surely(asked: Coroutine[Any, Any, T], seconds: float) -> None:
    """Let a call end, or leave it behind after so long, however often we are told to stop.

    A link that is to be let go of by somebody who was told to stop, and then told again, would
    stay up otherwise.

    Raises:
        CancelledError: we were told to stop meanwhile; the call has ended, or its time is over.
    """
    task = asyncio.ensure_future(asked)
    task.add_done_callback(_ended)
    told = await _patiently(task, seconds)
    if not task.done():
        _left.add(task)
        task.cancel()
    if told is not None:
        raise told


async def _patiently(task: asyncio.Task[Any], seconds: float) -> asyncio.CancelledError | None:
    """Wait for its end, so long at most; whether, and how, we were told to stop meanwhile."""
    clock, told = asyncio.get_running_loop().time, None
    until = clock() + seconds
    while not task.done() and (left := until - clock()) > 0:
        try:
            await asyncio.wait([task], timeout=left)
        except asyncio.CancelledError as error:
            told = error
    return told


def _ended(task: asyncio.Task[Any]) -> None:
    _left.discard(task)
    if not task.cancelled():
        task.exception()
