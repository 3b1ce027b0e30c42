"""Listens to sources and brings what they yield to `take_in`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from adapters.source import Arrival, Source
from gateway.log import Event, Log

TakeIn = Callable[[Sequence[Arrival]], Awaitable[None]]

LONGEST_QUEUE = 10_000
"""Arrivals that may wait for a commit; a source that is faster is made to wait."""

RESTART_AFTER = 5.0
"""Seconds before a source that stopped is started again."""


class Collector:
    """Commits what sources yield, as soon as the commit before is done.

    How long live readings may wait to be yielded together is the source's own matter.
    """

    def __init__(self, take_in: TakeIn, log: Log) -> None:
        self._take_in = take_in
        self._log = log
        self._gathered: list[Arrival] = []
        self._some = asyncio.Event()
        self._room = asyncio.Event()

    async def listen_to(self, name: str, source: Source) -> None:
        """Listen for ever; a source that stops is started again after a pause."""
        while True:
            try:
                async for arrival in source.listen():
                    await self._put(arrival)
                return
            except Exception as error:  # whatever a driver raises, the other sources go on
                self._log.note(Event.SOURCE_RESTARTED, source=name, error=type(error).__name__)
            await asyncio.sleep(RESTART_AFTER)

    async def commit_for_ever(self) -> None:
        """Commit what has gathered, in the order in which it came; when cancelled, the rest too."""
        try:
            while True:
                await self._some.wait()
                await self._commit()
        finally:
            if self._gathered:
                await self._commit()

    async def _put(self, arrival: Arrival) -> None:
        """Gather one arrival; a source that is faster than the store is made to wait."""
        while len(self._gathered) >= LONGEST_QUEUE:
            self._room.clear()
            await self._room.wait()
        self._gathered.append(arrival)
        self._some.set()

    async def _commit(self) -> None:
        arrivals, self._gathered = self._gathered, []
        self._some.clear()
        self._room.set()
        await self._take_in(arrivals)
