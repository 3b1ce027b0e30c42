"""Records that a device keeps: each is one reading, whatever the device's clock says of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.reading import ReadingBatch
from gateway.sharing.deliveries import Delivery, Key, put
from gateway.store.identity import ReadingId
from gateway.store.intake import TakenIn
from gateway.store.records import Identities
from tests.fakes_store import HEART_RATE, Row, Store, batch, new_person

HOUR = 3_600_000


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a device, as it says it now."""

    name: str
    start: int = 0
    value: int = 90
    nth: int = 0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    yield store
    store.db.close()


def _batch(store: Store, records: Sequence[Record]) -> ReadingBatch:
    rows = [Row(one.start, one.value, nth=one.nth) for one in records]
    return replace(store.batch(*rows), records=[one.name for one in records])


def _take(store: Store, *records: Record) -> TakenIn:
    return store.readings.take_in(
        [_batch(store, records)],
        at=1,
        source="ble",
        simulated=False,
        with_keys=True,
        with_all_keys=True,
    )


def _figures(taken: TakenIn) -> tuple[int, int, int]:
    return taken.new, taken.known, taken.deleted_before


def _starts(store: Store) -> list[int]:
    return [row.start for row in store.readings.window(1, 0, 10**15, 1000)]


def test_a_record_fetched_again_by_another_clock_is_known(store: Store) -> None:
    records = [Record(f"2a18:{number}", number * HOUR, 80 + number) for number in range(250)]
    first = _take(store, *records)
    assert _figures(first) == (250, 0, 0)
    by_another_clock = [replace(one, start=one.start + 7 * HOUR) for one in records]
    again = _take(store, *by_another_clock)
    assert _figures(again) == (0, 250, 0)
    assert again.all_keys == first.keys
    assert not again.intake
    assert _starts(store) == [one.start for one in records]


def test_only_the_new_records_of_a_second_visit_are_taken_in(store: Store) -> None:
    _take(store, Record("1", 10), Record("2", 20))
    taken = _take(store, Record("1", 1010), Record("2", 1020), Record("3", 1030))
    assert _figures(taken) == (1, 2, 0)
    (arrival,) = store.readings.arrivals(1)
    assert (arrival.first, arrival.last, arrival.rows) == (1030, 1030, 1)
    assert store.readings.series()[0].n == 3


def test_a_record_that_comes_twice_at_once_is_one_reading(store: Store) -> None:
    assert _figures(_take(store, Record("1", 10), Record("1", 4000))) == (1, 1, 0)
    assert _starts(store) == [10]


def test_two_records_of_one_value_that_claim_one_instant_are_two_readings(store: Store) -> None:
    taken = _take(store, Record("1", 10), Record("2", 10))
    assert _figures(taken) == (2, 0, 0)
    assert len(set(taken.keys)) == 2
    assert _figures(_take(store, Record("2", 99), Record("1", 98))) == (0, 2, 0)
    assert store.count("reading") == 2


def test_values_of_one_record_are_readings_of_their_own(store: Store) -> None:
    taken = _take(store, Record("1", 10, 90), Record("1", 10, 91), Record("1", 10, 91, nth=1))
    assert _figures(taken) == (3, 0, 0)


def test_rows_that_are_no_records_are_known_by_their_start_as_ever(store: Store) -> None:
    assert _figures(_take(store, Record("", 10), Record("1", 20), Record("", 10))) == (2, 1, 0)
    assert _figures(_take(store, Record("", 11), Record("1", 21))) == (1, 1, 0)


@pytest.mark.parametrize("in_one_go", [True, False])
def test_a_deleted_record_does_not_come_back_by_another_clock(
    store: Store, in_one_go: bool
) -> None:
    _take(store, Record("1", 10), Record("2", 20))
    if in_one_go:
        store.readings.delete(1, 10, 20, at=5)
    else:
        for start in (10, 20):
            store.readings.delete_one(ReadingId(1, start, 0, 90), at=5)
    again = _take(store, Record("1", 1010), Record("2", 20), Record("3", 30))
    assert _figures(again) == (1, 0, 2)
    assert again.all_keys[:2] == [None, None]
    assert _starts(store) == [30]
    assert store.count("record") == 1


def test_a_deleted_record_that_was_sent_keeps_its_name_at_the_recipient(store: Store) -> None:
    _take(store, Record("1", 10))
    store.db.execute(
        "INSERT INTO recipient VALUES ('clinic', '', x'00', '', 'active', 0, ?)", (store.person,)
    )
    series = store.readings.series_by_id(1)
    name = Identities(store.db, series).text(10, 0, 90, 0)
    with store.db.atomic():
        put(store.db, "clinic", 1, [Delivery(Key(1, 10, 0, 90, 0, 0), HEART_RATE, "sent")])
    store.readings.delete_one(ReadingId(1, 10, 0, 90), at=5)
    assert Identities(store.db, series).text(10, 0, 90, 0) == name
    assert _figures(_take(store, Record("1", 500))) == (0, 0, 1)
    assert store.count("reading") == 0


def test_a_restored_home_gives_a_record_the_name_that_it_had(store: Store, tmp_path: Path) -> None:
    taken = _take(store, Record("1", 10))
    series = store.readings.series_by_id(1)
    name = Identities(store.db, series).text(10, 0, 90, 0)
    other = tmp_path / "other"
    other.mkdir()
    restored = Store(other)
    restored.db.execute("UPDATE person SET key = ?", (store.person,))
    restored.person = store.person
    assert _take(restored, Record("1", 77_000)).keys == taken.keys
    same = Identities(restored.db, restored.readings.series_by_id(1))
    assert same.text(77_000, 0, 90, 0) == name
    restored.db.close()


def test_nothing_of_a_device_s_own_time_is_in_what_may_leave(store: Store) -> None:
    _take(store, Record("2a18:17@2026-03-14T07:17:00", 10))
    dumped = str(store.db.execute("SELECT * FROM record").fetchall())
    assert "07:17" not in dumped
    assert "2a18" not in dumped


_records = st.lists(
    st.builds(
        Record,
        st.sampled_from(["", "1", "2", "3"]),
        st.integers(0, 3),
        st.integers(90, 91),
        st.integers(0, 1),
    ),
    max_size=130,
)
_acts = st.lists(st.one_of(_records, st.integers(0, 3)), max_size=6)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_acts)
def test_whatever_clocks_say_each_record_is_there_once_or_deleted(
    store: Store, acts: list[list[Record] | int]
) -> None:
    """Commits of records and plain readings at any time, and deletions of an instant."""
    person = new_person(store.db)
    series = 0
    there: dict[tuple[str, int, int, int], int] = {}
    gone: set[tuple[str, int, int, int]] = set()
    for act in acts:
        if isinstance(act, int):
            if series:
                store.readings.delete(series, act, act, at=2)
            gone |= {one for one, start in there.items() if start == act}
            there = {one: start for one, start in there.items() if start != act}
            continue
        # A plain reading and a record of one instant and value would be told apart by chance.
        act = [one if one.name else replace(one, start=one.start + 10) for one in act]
        rows = [Row(one.start, one.value, nth=one.nth) for one in act]
        halves = [
            replace(batch(person, rows[part]), records=[one.name for one in act[part]])
            for part in (slice(0, 60), slice(60, None))
        ]
        taken = store.readings.take_in(
            halves, at=1, source="ble", simulated=False, with_all_keys=True, with_keys=True
        )
        before = len(there)
        for one in act:
            which = (one.name, one.value, one.nth, -1 if one.name else one.start)
            if which not in gone:
                there.setdefault(which, one.start)
        assert taken.new == len(there) - before == len(set(taken.keys))
        assert len(taken.all_keys) == len(act)
        if taken.new:
            series = next(one.id for one in store.readings.series(person))
    found = store.readings.window(series, 0, 100, 10_000) if series else []
    assert sorted(row.start for row in found) == sorted(there.values())
    texts = {
        Identities(store.db, store.readings.series_by_id(series)).text(
            row.start, row.duration, row.value, row.nth
        )
        for row in found
    }
    assert len(texts) == len(found)
