"""Portions of a transaction: everything once, in order, and no more at a time than is allowed."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from adapters.kinds import kind
from adapters.local_events import LocalBatch, Position
from adapters.reading import (
    DeviceFacts,
    DeviceKey,
    PersonKey,
    ReadingBatch,
    SourceKey,
    waveform,
)
from adapters.source import Arrival
from gateway.import_portions import portions

ADA, WATCH, APP = PersonKey("p-ada"), DeviceKey("d-watch"), SourceKey("s-app")
FACTS = DeviceFacts(ADA, WATCH, "Watch")


def batch(first: int, rows: int) -> ReadingBatch:
    column = list(range(first, first + rows))
    return ReadingBatch(
        ADA, kind("step_count"), WATCH, APP, column, [0] * rows, column, [0] * rows, [0] * rows,
        [0] * rows,
    )  # fmt: skip


def places(first: int, rows: int) -> LocalBatch:
    return LocalBatch([Position(at, 59.9, 10.7, None, "r") for at in range(first, first + rows)])


def flat(arrivals: list[Arrival]) -> list[object]:
    found: list[object] = []
    for arrival in arrivals:
        match arrival:
            case ReadingBatch(starts=starts, values=values):
                assert list(starts) == list(values)
                found += [("reading", at) for at in starts]
            case LocalBatch(events=events):
                found += events
            case _:
                found.append(arrival)
    return found


def test_a_curve_weighs_more_than_a_reading() -> None:
    curves = [waveform(2.0, "1", bytes(60_000 + 4 * at)) for at in range(40)]
    made: list[Arrival] = [
        replace(batch(at, 1), waveforms={one.digest: one}) for at, one in enumerate(curves)
    ]
    assert len(list(portions(made, lambda: 10_000))) > 2


@given(
    st.lists(st.tuples(st.sampled_from(["batch", "places", "facts"]), st.integers(1, 60))),
    st.lists(st.integers(1, 40), min_size=1),
)
def test_everything_comes_once_in_order_and_in_portions(
    made: list[tuple[str, int]], bounds: list[int]
) -> None:
    arrivals: list[Arrival] = []
    for at, (what, rows) in enumerate(made):
        first = at * 1000
        arrivals.append(
            batch(first, rows) if what == "batch"
            else places(first, rows) if what == "places" else FACTS
        )  # fmt: skip
    asked = iter(bounds * 1000)
    found = list(portions(arrivals, lambda: next(asked)))
    assert flat([one for portion in found for one in portion]) == flat(arrivals)
    assert all(len(flat(portion)) <= max(bounds) for portion in found)
