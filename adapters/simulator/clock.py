"""Time as the simulation sees it: an event loop's, or one that a test holds in its hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol


class Timer(Protocol):
    """A call that is to come."""

    def cancel(self) -> None:
        """It is not to come after all."""
        ...


class Clock(Protocol):
    """What the simulation needs of an event loop: the time, and a call at a time."""

    def time(self) -> float:
        """Seconds, never going back."""
        ...

    def call_at(self, when: float, callback: Callable[..., Any], *args: Any) -> Timer:
        """Call later."""
        ...


async def sleep_until(clock: Clock, when: float) -> None:
    """Wait until it is that time; give the others a turn if it has passed."""
    if when <= clock.time():
        await asyncio.sleep(0)
        return
    woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    timer = clock.call_at(when, _wake, woken)
    try:
        await woken
    finally:
        timer.cancel()


def _wake(woken: asyncio.Future[None]) -> None:
    if not woken.done():
        woken.set_result(None)
