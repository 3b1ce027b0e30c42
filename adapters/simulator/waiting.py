"""Waiting for Bumble without losing a cancellation."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable
from typing import TypeVar

from bumble import core, hci
from bumble.device import Connection

T = TypeVar("T")


def is_cancelled() -> bool:
    """Whether somebody wants the current task to end."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def heeding(awaited: Awaitable[T]) -> T:
    """Await what may swallow a cancellation, and end all the same.

    Bumble waits for its chip with `asyncio.wait_for`, which in Python 3.11 forgets a cancellation
    that comes in the same turn of the loop as the answer (python/cpython#86296).
    """
    answer = await awaited
    if is_cancelled():
        raise asyncio.CancelledError
    return answer


async def let_go(peer: Connection) -> None:
    """End a link; nothing happens if it is gone already."""
    with contextlib.suppress(core.BaseBumbleError, hci.HCI_Error):
        await heeding(peer.disconnect())
