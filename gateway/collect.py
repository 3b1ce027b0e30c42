"""Listens to sources and brings what they yield to `take_in`: live readings once a second."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from adapters.reading import ReadingBatch
from adapters.source import Arrival, Source
from gateway.log import Event, Log

TakeIn = Callable[[Sequence[Arrival]], Awaitable[None]]

LONGEST_QUEUE = 10_000
"""Arrivals that may wait for a commit; a source that is faster is made to wait."""

RESTART_AFTER = 5.0
"""Seconds before a source that stopped is started again."""


class Collector:
    """Gathers arrivals and commits them together.

    A batch that is live waits for the next commit, at most `commit_every` seconds; anything a
    device considers delivered is committed at once.
    """

    def __init__(self, take_in: TakeIn, log: Log, *, commit_every: float) -> None:
        self._take_in = take_in
        self._log = log
        self._commit_every = commit_every
        self._queue: asyncio.Queue[Arrival] = asyncio.Queue(LONGEST_QUEUE)
        self._gathered: list[Arrival] = []

    async def listen_to(self, name: str, source: Source) -> None:
        """Listen for ever; a source that stops is started again after a pause."""
        while True:
            try:
                async for arrival in source.listen():
                    await self._queue.put(arrival)
                return
            except Exception as error:  # whatever a driver raises, the other sources go on
                self._log.note(Event.SOURCE_RESTARTED, source=name, error=type(error).__name__)
            await asyncio.sleep(RESTART_AFTER)

    async def commit_for_ever(self) -> None:
        """Commit what has gathered, in the order in which it came; when cancelled, the rest too."""
        try:
            while True:
                await self._gather()
                await self._commit()
        finally:
            self._gather_all_there_is()
            if self._gathered:
                await self._commit()

    async def _commit(self) -> None:
        arrivals, self._gathered = self._gathered, []
        await self._take_in(arrivals)

    async def _gather(self) -> None:
        """Wait for a first arrival, then until the commit is due."""
        self._gathered.append(await self._queue.get())
        due = asyncio.get_running_loop().time() + self._commit_every
        while not _is_urgent(self._gathered[-1]):
            try:
                async with asyncio.timeout_at(due):
                    self._gathered.append(await self._queue.get())
            except TimeoutError:
                break
        self._gather_all_there_is()

    def _gather_all_there_is(self) -> None:
        while not self._queue.empty():
            self._gathered.append(self._queue.get_nowait())


def _is_urgent(arrival: Arrival) -> bool:
    return isinstance(arrival, ReadingBatch) and not arrival.live
