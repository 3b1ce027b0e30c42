"""What is to be done now and then while a link is up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class Duty:
    """Something to be done when it is ``due`` (the loop's time); once where ``every`` is None."""

    do: Callable[[], Awaitable[None]]
    every: float | None
    due: float | None


async def serve(duties: Sequence[Duty], until: asyncio.Event) -> None:
    """Do each when it is due, until the event is set; one of them recurs at least.

    Raises:
        whatever one of them raises.
    """
    clock = asyncio.get_running_loop().time
    while not until.is_set():
        for duty in duties:
            if duty.due is not None and clock() >= duty.due:
                await duty.do()
                duty.due = None if duty.every is None else clock() + duty.every
        try:
            async with asyncio.timeout_at(min(one.due for one in duties if one.due is not None)):
                await until.wait()
        except TimeoutError:
            continue
