"""Equal readings found by the thousand are those that are found one by one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from adapters.healthkit.records import Series, Shape
from adapters.healthkit.rows import Rows
from adapters.healthkit.twins import Twins
from adapters.kinds import kind
from adapters.reading import DeviceKey, SourceKey
from adapters.units import Conversion

STEPS, RATE = kind("step_count"), kind("heart_rate")
WATCH, APP = DeviceKey("d-watch"), SourceKey("s-app")
SHAPES = [
    Shape(Series(of, WATCH, APP, "count"), flags, Conversion(), {})
    for of, flags in ((STEPS, 0), (STEPS, 1), (RATE, 0))
]
ROWS = st.lists(
    st.tuples(
        st.integers(0, len(SHAPES) - 1),
        st.one_of(st.integers(0, 6), st.integers(0, 10**6)),
        st.integers(0, 1),
        st.integers(0, 1),
        st.integers(0, 1),
    ),
    max_size=60,
)


def as_rows(rows: Sequence[tuple[int, ...]]) -> Rows:
    shapes, starts, durations, values, created = (
        np.array([row[at] for row in rows], np.int64) for at in range(5)
    )
    return Rows(
        SHAPES, shapes.astype(np.int32), starts * 1000, durations, created, values,
        np.zeros(len(rows), np.int64), {}, {},
    )  # fmt: skip


def one_by_one(twins: Twins, rows: Sequence[tuple[int, ...]]) -> list[int]:
    found = [
        twins.nth(SHAPES[shape].series, start * 1000, duration, value, created)
        for shape, start, duration, value, created in rows
    ]
    return [-1 if nth is None else nth for nth in found]


@given(st.lists(st.tuples(st.booleans(), ROWS), max_size=6), st.integers(1, 30))
def test_both_ways_number_the_same(
    portions: list[tuple[bool, list[tuple[int, ...]]]], reach: int
) -> None:
    many, single = Twins(reach), Twins(reach)
    for together, rows in portions:
        wanted = one_by_one(single, rows)
        if together and rows:
            assert as_rows(rows).nths(many).tolist() == wanted
        else:
            assert one_by_one(many, rows) == wanted


def test_later_readings_are_not_looked_up() -> None:
    twins = Twins(1000)
    for low in range(0, 500, 100):
        rows = [(0, start, 0, 1, 1) for start in range(low, low + 100)]
        assert not as_rows(rows).nths(twins).any()
    assert not twins._young.seen
    assert as_rows([(0, 250, 0, 1, 1), (0, 251, 0, 1, 2)]).nths(twins).tolist() == [-1, 1]
