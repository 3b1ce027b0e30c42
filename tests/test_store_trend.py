"""Trends: what the quarter hours say is what the readings say, rolled up or not."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.kinds import Kind, kind
from adapters.reading import DeviceKey, PersonKey, ReadingBatch, SourceKey, Value
from gateway.store.calendar import edges
from gateway.store.identity import ReadingId
from gateway.store.readings import Readings
from gateway.store.trend import TrendPoint
from tests.fakes_store import HEART_RATE, QUARTER, Row, Store, batch, new_person


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store(tmp_path_factory.mktemp("store"))
    yield store
    store.db.close()


def _take(store: Store, person: PersonKey, *rows: Row, device: str = "strap") -> None:
    store.readings.take_in(
        [batch(person, rows, device=device)], at=1, source="ble", simulated=False
    )


def test_a_day_has_its_figures_in_quarter_hours(store: Store) -> None:
    person = new_person(store.db)
    _take(store, person, Row(0, 60), Row(1000, 80), Row(2000, 70), Row(QUARTER * 95, 55.5))
    expected = [
        TrendPoint(0, 3, 60, 80, 210, 70),
        TrendPoint(QUARTER * 95, 1, 55.5, 55.5, 55.5, 55.5),
    ]
    assert store.readings.trend(person, HEART_RATE, 0, QUARTER * 96, 96) == expected
    store.readings.roll_up()
    assert store.readings.trend(person, HEART_RATE, 0, QUARTER * 96, 96) == expected
    assert expected[0].mean == 70


def test_several_devices_come_together_and_can_be_parted(store: Store) -> None:
    person = new_person(store.db)
    _take(store, person, Row(0, 60), Row(5, 61))
    _take(store, person, Row(3, 100), device="other")
    store.readings.roll_up()
    (point,) = store.readings.trend(person, HEART_RATE, 0, QUARTER, 1)
    assert (point.n, point.lo, point.hi, point.total) == (3, 60, 100, 221)
    one, _ = store.readings.series(person)
    (alone,) = store.readings.trend_between(person, HEART_RATE, [0, QUARTER], {one.id})
    assert (alone.n, alone.last) == (2, 61)


def test_absences_and_words_are_no_numbers_but_long_numbers_are(store: Store) -> None:
    person = new_person(store.db)
    long = "72.000000000000000000001"
    _take(store, person, Row(0, "absent:error"), Row(1, long), Row(2, 74))
    (point,) = store.readings.trend(person, HEART_RATE, 0, QUARTER, 1)
    assert (point.n, point.lo, point.hi) == (2, 72, 74)
    pressure = batch(person, [Row(0, "120|80")], of=kind("blood_pressure"))
    store.readings.take_in([pressure], at=1, source="ble", simulated=False)
    assert store.readings.trend(person, kind("blood_pressure"), 0, QUARTER, 1) == []
    store.readings.roll_up()
    assert store.readings.trend(person, kind("blood_pressure"), 0, QUARTER, 1) == []
    assert store.count("dirty") == 0


@pytest.mark.parametrize(
    ("name", "hours"),
    [("Europe/Berlin", {23, 24}), ("Asia/Kathmandu", {24}), ("Australia/Lord_Howe", {24, 24.5})],
)
def test_days_of_any_zone_add_up_also_when_the_clocks_change(
    store: Store, name: str, hours: set[float]
) -> None:
    person = new_person(store.db)
    midnights = edges(ZoneInfo(name), date(2025, 3, 28), date(2025, 4, 8), "day")
    every_quarter = range(midnights[0], midnights[-1], QUARTER)
    _take(store, person, *(Row(at, 1) for at in every_quarter))
    store.readings.roll_up()
    points = store.readings.trend_between(person, HEART_RATE, midnights)
    assert len(points) == 12
    assert {point.n / 4 for point in points} == hours
    assert sum(point.n for point in points) == len(every_quarter)


def test_edges_that_no_quarter_hour_has_are_refused(store: Store) -> None:
    for refused in ([0], [0, 1], [QUARTER, 0], [0, 0], [*range(0, QUARTER * 10_002, QUARTER)]):
        with pytest.raises(ValueError, match="trend"):
            store.readings.trend_between(store.person, HEART_RATE, refused)
    with pytest.raises(ValueError, match="whole quarter hours"):
        store.readings.trend(store.person, HEART_RATE, 0, QUARTER, 2)


_numbers = st.one_of(
    st.integers(40, 45),
    st.floats(36, 42).map(lambda number: round(number, 2)),
    st.sampled_from(["absent:error", "72.000000000000000000001"]),
)
_starts = st.integers(-6 * QUARTER, 15 * QUARTER)


@dataclass
class _Model:
    """What the store should hold, said simply."""

    current: dict[tuple[int, Value], Value | None] = field(default_factory=dict)
    deleted: set[tuple[int, Value]] = field(default_factory=set)

    def point(self, since: int, until: int) -> tuple[int, float, float, float, float] | None:
        rows = [
            (key[0], _sortable(key[1]), float(now))
            for key, now in self.current.items()
            if since <= key[0] < until and now is not None and not str(now).startswith("absent")
        ]
        if not rows:
            return None
        numbers = [number for _, _, number in rows]
        return len(rows), min(numbers), max(numbers), math.fsum(numbers), max(rows)[2]


def _sortable(value: Value) -> tuple[bool, Value]:
    return isinstance(value, str), value


_steps = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.lists(st.tuples(_starts, _numbers), max_size=12)),
        st.tuples(st.just("correct"), st.tuples(st.integers(0), st.none() | _numbers)),
        st.tuples(st.just("delete"), st.tuples(_starts, st.integers(0, QUARTER))),
        st.tuples(st.just("roll up"), st.integers(1, 5)),
    ),
    max_size=12,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=_steps, cuts=st.sets(st.integers(-7, 17), min_size=2))
def test_trends_equal_a_direct_computation(
    store: Store, steps: list[tuple[str, object]], cuts: set[int]
) -> None:
    store.readings.roll_up(1_000_000)
    person, model = new_person(store.db), _Model()
    for step, what in steps:
        _do(store.readings, person, model, step, what)
    cuts_at = [cut * QUARTER for cut in sorted(cuts)]
    for _ in range(2):
        points = store.readings.trend_between(person, HEART_RATE, cuts_at)
        assert {point.start: _rounded(_of(point)) for point in points} == {
            since: _rounded(figures)
            for since, until in pairwise(cuts_at)
            if (figures := model.point(since, until)) is not None
        }
        assert sum(one.n for one in store.readings.series(person)) == len(model.current)
        store.readings.roll_up(1_000_000)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_trends_of_all_kinds_at_once_are_those_of_each(store: Store, data: st.DataObject) -> None:
    """Whole hours, quarter hours, uneven days; some hours rolled up, some not; several sources."""
    person = new_person(store.db)
    kinds = [kind("heart_rate"), kind("step_count"), kind("body_weight"), kind("blood_pressure")]
    first = 1_790_000_000_000 // QUARTER * QUARTER
    for round_ in range(2):
        for one in kinds[:3]:
            for device in data.draw(st.sets(st.sampled_from(["watch", "phone"]))):
                at = st.integers(0, 3 * 96).map(lambda i: first + i * 900_000 - 7)
                for start in data.draw(st.sets(at, max_size=12)):
                    _take_one(store, person, one, device, start, data.draw(st.integers(1, 200)))
        if round_ == 0:
            store.readings.roll_up(data.draw(st.sampled_from([0, 5, 1000])))
    step = data.draw(st.sampled_from([1, 4, 8, 96]))
    begin = first + data.draw(st.integers(-8, 8)) * QUARTER
    cut = [begin + i * step * QUARTER for i in range(1 + 96 * 3 // step)]
    if data.draw(st.booleans()):
        cut.append(cut[-1] + 100 * QUARTER)
    wanted = {one: store.readings.trend_between(person, one, cut) for one in kinds}
    found = store.readings.trends_between(person, kinds, cut)
    assert found == {one: points for one, points in wanted.items() if points}


def _take_one(
    store: Store, person: PersonKey, of: Kind, device: str, start: int, value: int
) -> None:
    batch = ReadingBatch(
        person, of, DeviceKey(device), SourceKey("test"), [start], [0], [value], [0], [0], [0]
    )
    store.readings.take_in([batch], at=start, source="test", simulated=False)


def _of(point: TrendPoint) -> tuple[int, float, float, float, float]:
    return point.n, point.lo, point.hi, point.total, point.last


def _rounded(figures: tuple[int, float, float, float, float]) -> tuple[float, ...]:
    return tuple(round(figure, 6) for figure in figures)


def _do(readings: Readings, person: PersonKey, model: _Model, step: str, what: object) -> None:
    match step, what:
        case "take", list(rows):
            arriving = batch(person, [Row(start, value) for start, value in rows])
            readings.take_in([arriving], at=1, source="ble", simulated=False)
            for key in rows:
                if key not in model.deleted:
                    model.current.setdefault(key, key[1])
        case "correct", (int(which), (int() | float() | str() | None) as new) if model.current:
            (series,) = readings.series(person)
            start, value = sorted(model.current, key=str)[which % len(model.current)]
            id_ = ReadingId(series.id, start, 0, value)
            readings.correct(id_, None if new is None else (new, 0), at=1, actor="Ann")
            model.current[start, value] = new
        case "delete", (int(first), int(length)) if readings.series(person):
            (series,) = readings.series(person)
            gone = [key for key in model.current if first <= key[0] <= first + length]
            assert readings.delete(series.id, first, first + length, at=1) == len(gone)
            model.deleted.update(gone)
            for key in gone:
                del model.current[key]
        case "roll up", int(limit):
            readings.roll_up(limit)
