"""What an import writes in one transaction: less while somebody waits for live readings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from adapters.healthkit.apart import weight
from adapters.local_events import LocalBatch
from adapters.reading import ReadingBatch
from adapters.source import Arrival

ROWS = 10_000
"""Readings of one transaction at most."""

ROWS_WHILE_LIVE = 2_500
"""The same while somebody collects: a live reading waits no longer than these take."""


def portions(arrivals: Iterable[Arrival], most: Callable[[], int]) -> Iterator[list[Arrival]]:
    """Arrivals in their order, in portions of a transaction.

    Args:
        arrivals: batches of any size; large ones are cut.
        most: asked again and again how many readings or local events a portion may have.
    """
    portion: list[Arrival] = []
    rows = 0
    for arrival in arrivals:
        bound = most()
        for piece in _pieces(arrival, bound):
            if portion and rows + weight(piece) > bound:
                yield portion
                portion, rows = [], 0
            portion.append(piece)
            rows += weight(piece)
    if portion:
        yield portion


def _pieces(arrival: Arrival, rows: int) -> Iterator[Arrival]:
    if weight(arrival) <= rows:
        yield arrival
    elif isinstance(arrival, LocalBatch):
        for low in range(0, len(arrival.events), rows):
            yield LocalBatch(arrival.events[low : low + rows])
    elif isinstance(arrival, ReadingBatch):
        for low in range(0, len(arrival), rows):
            yield _part(arrival, slice(low, low + rows))


def _part(batch: ReadingBatch, rows: slice) -> ReadingBatch:
    return replace(
        batch,
        starts=batch.starts[rows],
        durations=batch.durations[rows],
        values=batch.values[rows],
        decimals=batch.decimals[rows],
        nths=batch.nths[rows],
        flags=batch.flags[rows],
        records=batch.records[rows],
    )
