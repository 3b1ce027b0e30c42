"""Live readings are gathered, delivered records are not kept waiting."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Sequence

from adapters.errors import AdapterError
from adapters.kinds import kind
from adapters.reading import DeviceKey, PersonKey, ReadingBatch, SourceKey
from adapters.source import Arrival
from gateway import collect
from gateway.collect import Collector
from gateway.log import Log


def batch(start: int, *, live: bool) -> ReadingBatch:
    return ReadingBatch(
        PersonKey("p"), kind("heart_rate"), DeviceKey("d"), SourceKey("radio"),
        [start], [0], [70], [0], [0], [0], live=live,
    )  # fmt: skip


class Sequenced:
    """A source that yields what it was given, then fails or stays silent."""

    def __init__(self, *arrivals: Arrival | Exception) -> None:
        self._arrivals = list(arrivals)

    async def listen(self) -> AsyncIterator[Arrival]:
        while self._arrivals:
            arrival = self._arrivals.pop(0)
            if isinstance(arrival, Exception):
                raise arrival
            yield arrival
        await asyncio.Event().wait()


class Taken:
    """Remembers what was committed together."""

    def __init__(self) -> None:
        self.commits: list[list[int]] = []
        self.changed = asyncio.Event()

    async def __call__(self, arrivals: Sequence[Arrival]) -> None:
        self.commits.append([a.starts[0] for a in arrivals if isinstance(a, ReadingBatch)])
        self.changed.set()

    async def until(self, count: int) -> None:
        while sum(map(len, self.commits)) < count:
            self.changed.clear()
            await asyncio.wait_for(self.changed.wait(), 5)


async def collected(source: Sequenced, count: int) -> list[list[int]]:
    taken = Taken()
    collector = Collector(taken, Log(io.StringIO()))
    tasks = [
        asyncio.create_task(collector.listen_to("test", source)),
        asyncio.create_task(collector.commit_for_ever()),
    ]
    await taken.until(count)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return taken.commits


async def test_live_readings_are_committed_together() -> None:
    source = Sequenced(*(batch(n, live=True) for n in range(5)))
    assert await collected(source, 5) == [[0, 1, 2, 3, 4]]


async def test_a_delivered_record_is_committed_at_once_with_all_before_it() -> None:
    source = Sequenced(batch(0, live=True), batch(1, live=False))
    assert await collected(source, 2) == [[0, 1]]


async def test_a_source_that_fails_is_started_again() -> None:
    collect.RESTART_AFTER, before = 0.0, collect.RESTART_AFTER
    try:
        source = Sequenced(
            batch(0, live=False),
            AdapterError("gone", "wait"),
            RuntimeError("x"),
            batch(1, live=False),
        )
        commits = await collected(source, 2)
        assert [start for commit in commits for start in commit] == [0, 1]
    finally:
        collect.RESTART_AFTER = before


async def test_what_was_gathered_is_committed_before_the_end() -> None:
    taken = Taken()
    collector = Collector(taken, Log(io.StringIO()))
    listening = asyncio.create_task(collector.listen_to("t", Sequenced(batch(7, live=True))))
    committing = asyncio.create_task(collector.commit_for_ever())
    await asyncio.sleep(0.01)
    committing.cancel()
    await asyncio.gather(committing, return_exceptions=True)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    assert taken.commits == [[7]]
