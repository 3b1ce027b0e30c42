"""What several sources counted at once counts once, and everything is kept."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.kinds import Kind, kind
from adapters.reading import DeviceFacts, DeviceKey, Instant, ReadingBatch, SourceKey
from gateway.store.devices import Devices
from gateway.store.overlap import Amount, counted
from gateway.store.resolving import DAY
from gateway.store.source_order import SourceOrder
from tests.fakes_store import Store

STEPS = kind("step_count")
MINUTE, QUARTER = 60_000, 900_000
WATCH, PHONE, TYPED = DeviceKey("watch"), DeviceKey("phone"), DeviceKey("typed")
MIDNIGHT = 20_000 * DAY


@pytest.mark.parametrize(
    ("amounts", "counts"),
    [
        pytest.param([(0, 0, 10, 5), (1, 10, 20, 7)], [5, 7], id="one after the other"),
        pytest.param([(0, 0, 10, 5), (1, 0, 10, 7)], [5, 0], id="the same time"),
        pytest.param([(1, 0, 10, 7), (0, 0, 10, 5)], [0, 5], id="in another order"),
        pytest.param([(0, 0, 10, 5), (1, 5, 15, 8)], [5, 4], id="half of it"),
        pytest.param([(0, 4, 6, 1), (1, 0, 10, 10)], [1, 8], id="around it"),
        pytest.param([(0, 0, 10, 5), (1, 5, 5, 3), (1, 10, 10, 3)], [5, 0, 3], id="at an instant"),
        pytest.param([(0, 5, 5, 3), (1, 0, 10, 7)], [3, 7], id="an instant covers nothing"),
        pytest.param([(0, 0, 10, 5), (0, 0, 10, 5)], [5, 5], id="twice of one source"),
        pytest.param([(0, 0, 2, 1), (1, 2, 4, 1), (2, 0, 8, 8)], [1, 1, 4], id="three sources"),
    ],
)
def test_a_source_counts_where_none_before_it_did(
    amounts: list[tuple[int, int, int, float]], counts: list[float]
) -> None:
    assert counted([Amount(*one) for one in amounts]) == counts


_AMOUNTS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 40), st.integers(1, 15), st.integers(1, 60)),
    max_size=25,
)


@settings(max_examples=200, deadline=None)
@given(_AMOUNTS)
def test_it_is_what_a_count_of_every_moment_gives(told: list[tuple[int, int, int, int]]) -> None:
    amounts = [Amount(rank, start, start + lasts, value) for rank, start, lasts, value in told]
    for one, count in zip(amounts, counted(amounts), strict=True):
        free = [
            moment
            for moment in range(one.start, one.end)
            if not any(o.rank < one.rank and o.start <= moment < o.end for o in amounts)
        ]
        assert count == pytest.approx(one.value * len(free) / (one.end - one.start))


class Walk:
    """Somebody with a phone and a watch."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.order = SourceOrder(store.db)
        for device, title in ((WATCH, "Watch"), (PHONE, "iPhone"), (TYPED, "An app")):
            facts = DeviceFacts(store.person, device, title, "Apple Inc.", title)
            Devices(store.db).add(
                facts, adapter="healthkit", profile="healthkit", simulated=True, now=1
            )

    def take(self, device: DeviceKey, *steps: tuple[Instant, int, float], of: Kind = STEPS) -> None:
        batch = ReadingBatch(
            person=self.store.person,
            kind=of,
            device=device,
            source=SourceKey(f"of {device}"),
            starts=[start for start, _, _ in steps],
            durations=[lasts for _, lasts, _ in steps],
            values=[value for _, _, value in steps],
            decimals=[0] * len(steps),
            nths=[0] * len(steps),
            flags=[0] * len(steps),
        )
        self.store.readings.take_in([batch], at=1, source="healthkit", simulated=True)

    def total(self, since: Instant = MIDNIGHT, days: int = 1) -> float:
        edges = [since + DAY * day for day in range(days + 1)]
        points = self.store.readings.trend_between(self.store.person, STEPS, edges)
        return sum(point.total for point in points)

    def roll_up(self) -> None:
        while self.store.readings.roll_up():
            pass


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[Walk]:
    store = Store(tmp_path)
    yield Walk(store)
    store.db.close()


def test_a_day_of_phone_and_watch_counts_each_step_once_and_keeps_all(walk: Walk) -> None:
    morning = MIDNIGHT + 8 * 60 * MINUTE
    walk.take(WATCH, (morning, 10 * MINUTE, 1000), (morning + 20 * MINUTE, 10 * MINUTE, 900))
    walk.take(
        PHONE,
        (morning, 10 * MINUTE, 980),  # the watch has it
        (morning + 25 * MINUTE, 10 * MINUTE, 600),  # half of it
        (morning + 60 * MINUTE, 10 * MINUTE, 500),  # the watch lay on its charger
    )
    for _ in ("before", "after"):
        assert walk.total() == 1000 + 900 + 300 + 500
        walk.roll_up()
    told = walk.store.readings.accounts(walk.store.person, STEPS, MIDNIGHT, MIDNIGHT + DAY)
    assert [(one.n, one.recorded, one.counted) for one in told] == [(2, 1900, 1900), (3, 2080, 800)]
    (kept,) = walk.store.db.conn.execute("SELECT COUNT(*) FROM reading").fetchone()
    assert kept == 5


def test_a_walk_over_midnight_is_of_the_day_in_which_it_began(walk: Walk) -> None:
    late = MIDNIGHT + DAY - 10 * MINUTE
    walk.take(PHONE, (late, 20 * MINUTE, 2000))
    walk.roll_up()
    walk.take(WATCH, (MIDNIGHT + DAY, 20 * MINUTE, 1900))
    for _ in ("before", "after"):
        assert (walk.total(), walk.total(MIDNIGHT + DAY)) == (1000, 1900)
        walk.roll_up()


def test_the_order_can_be_changed_and_all_totals_follow(walk: Walk) -> None:
    for day in range(3):
        walk.take(WATCH, (MIDNIGHT + day * DAY, 10 * MINUTE, 1000))
        walk.take(PHONE, (MIDNIGHT + day * DAY, 10 * MINUTE, 700))
    walk.roll_up()
    assert walk.total(days=3) == 3000
    walk.order.put_first(walk.store.person, PHONE, SourceKey("of phone"), 5)
    for _ in ("before", "after"):
        assert walk.total(days=3) == 2100
        walk.roll_up()
    walk.order.put_first(walk.store.person, WATCH, SourceKey("of watch"), 6)
    assert walk.total(days=3) == 3000


def test_what_is_worn_counts_before_what_is_carried_and_that_before_apps(walk: Walk) -> None:
    for device in (TYPED, PHONE, WATCH):
        walk.take(device, (MIDNIGHT, MINUTE, 10))
    found = walk.order.of(walk.store.person)
    assert [one.device for one in found] == [WATCH, PHONE, TYPED]
    assert not any(one.chosen for one in found)
    walk.order.put_first(walk.store.person, TYPED, SourceKey("of typed"), 5)
    found = walk.order.of(walk.store.person)
    assert [(one.device, one.chosen) for one in found] == [
        (TYPED, True),
        (WATCH, False),
        (PHONE, False),
    ]


def test_what_is_taken_and_not_moved_counts_of_every_source(walk: Walk) -> None:
    insulin = kind("insulin_delivery")
    walk.take(WATCH, (MIDNIGHT, 60 * MINUTE, 1), of=insulin)
    walk.take(PHONE, (MIDNIGHT + MINUTE, 0, 6), of=insulin)
    walk.roll_up()
    edges = [MIDNIGHT, MIDNIGHT + DAY]
    [point] = walk.store.readings.trend_between(walk.store.person, insulin, edges)
    told = walk.store.readings.accounts(walk.store.person, insulin, *edges)
    assert point.total == sum(one.counted for one in told) == 7
    assert walk.order.of(walk.store.person) == []


def test_corrections_and_deletions_change_the_total_at_once(walk: Walk) -> None:
    walk.take(WATCH, (MIDNIGHT, 10 * MINUTE, 1000))
    walk.take(PHONE, (MIDNIGHT, 10 * MINUTE, 700))
    walk.roll_up()
    watch, phone = walk.store.readings.series(walk.store.person, STEPS)
    [row] = walk.store.readings.window(watch.id, MIDNIGHT, MIDNIGHT, 1)
    walk.store.readings.correct(row.id, (1100, 0), at=2, actor="person:x")
    assert walk.total() == 1100
    walk.roll_up()
    walk.store.readings.correct(row.id, None, at=3, actor="person:x")
    assert walk.total() == 700
    walk.roll_up()
    walk.store.readings.delete(phone.id, MIDNIGHT, MIDNIGHT, 4)
    assert walk.total() == 0


def test_rolled_up_or_not_the_totals_are_those_of_the_readings(walk: Walk) -> None:
    chance = random.Random(7)  # play
    for _ in range(12):
        device = chance.choice([WATCH, PHONE, TYPED])
        starts = sorted(
            {MIDNIGHT + chance.randrange(3 * DAY // MINUTE) * MINUTE for _ in range(40)}
        )
        walk.take(device, *((at, chance.randrange(120) * MINUTE, at % 997) for at in starts))
        edges = [MIDNIGHT - DAY + QUARTER * 3 * i for i in range(200)]
        points = walk.store.readings.trend_between(walk.store.person, STEPS, edges)
        for point in points:
            told = walk.store.readings.accounts(
                walk.store.person, STEPS, point.start, point.start + 3 * QUARTER
            )
            assert point.total == pytest.approx(sum(one.counted for one in told), abs=1e-6)
        if chance.random() < 0.5:
            walk.roll_up()
