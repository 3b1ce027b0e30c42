"""Corrections and deletions: the truth beside the reading, and nothing that comes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.reading import Value, Waveform
from gateway.store.errors import NoSuchReading
from gateway.store.identity import ReadingId
from tests.fakes_store import HEART_RATE, QUARTER, Row, Store, batch


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    store.readings.take_in(
        [store.batch(*(Row(start, 60 + start) for start in range(10)))],
        at=1,
        source="ble",
        simulated=False,
    )
    yield store
    store.db.close()


def _again(store: Store) -> tuple[int, int, int]:
    taken = store.readings.take_in(
        [store.batch(*(Row(start, 60 + start) for start in range(10)))],
        at=2,
        source="ble",
        simulated=False,
        with_all_keys=True,
    )
    assert taken.all_keys.count(None) == taken.deleted_before
    return taken.new, taken.known, taken.deleted_before


def _id(start: int) -> ReadingId:
    return ReadingId(1, start, 0, 60 + start)


def test_a_correction_stands_beside_the_reading(store: Store) -> None:
    assert store.readings.correct(_id(3), (70.5, 1), at=5, actor="Ann") == 1
    assert store.readings.correct(_id(3), (71, 0), at=6, actor="Ann") == 2
    row = store.readings.reading(_id(3))
    assert row is not None
    assert (row.value, row.current_value, row.current_decimals, row.version) == (63, 71, 0, 2)
    assert [one.new_value for one in store.readings.corrections(id_=_id(3))] == [70.5, 71]
    assert [one.version for one in store.readings.corrections(since=6)] == [2]
    assert _again(store) == (0, 10, 0)


def test_a_reading_entered_in_error_is_not_the_newest(store: Store) -> None:
    store.readings.correct(_id(9), None, at=5, actor="Ann")
    (newest,) = store.readings.latest(store.person)
    assert newest.reading.start == 8
    (point,) = store.readings.trend(store.person, HEART_RATE, 0, QUARTER, 1)
    assert (point.n, point.hi) == (9, 68)


def test_a_reading_that_is_not_there_cannot_be_corrected(store: Store) -> None:
    with pytest.raises(NoSuchReading):
        store.readings.correct(ReadingId(1, 3, 0, 99), (1, 0), at=5, actor="Ann")
    assert store.count("correction") == 0


def test_what_is_deleted_does_not_come_back(store: Store) -> None:
    store.readings.correct(_id(3), (70, 0), at=5, actor="Ann")
    assert store.readings.delete(1, 2, 4, at=6) == 3
    assert _again(store) == (0, 7, 3)
    assert store.count("reading") == store.readings.series()[0].n == 7
    assert store.count("correction") == 0
    assert store.readings.delete(1, 2, 4, at=7) == 0


def test_one_reading_can_be_deleted_alone(store: Store) -> None:
    assert store.readings.delete_one(_id(3), at=6) == 1
    assert store.readings.delete_one(_id(3), at=6) == 0
    assert _again(store) == (0, 9, 1)


def test_new_readings_beside_deleted_ones_are_taken_in(store: Store) -> None:
    store.readings.delete(1, 0, 100, at=6)
    rows = [Row(start, 60 + start) for start in range(300)]
    taken = store.readings.take_in(
        [store.batch(*rows)], at=7, source="ble", simulated=False, with_keys=True
    )
    assert (taken.new, taken.known, taken.deleted_before) == (290, 0, 10)
    assert len(taken.keys) == 290
    assert store.readings.arrivals(1)[0].first == 10


def test_a_tombstone_holds_nothing_to_read(store: Store) -> None:
    store.readings.delete(1, 3, 3, at=6)
    ((digest, at),) = store.db.conn.execute("SELECT digest, at FROM tombstone").fetchall()
    assert (len(digest), at) == (32, 6)


def test_a_waveform_goes_with_its_last_reading(store: Store) -> None:
    wave = {"w": Waveform("w", 4.0, "1", b"123")}
    for device in ("one", "two"):
        arriving = batch(store.person, [Row(1, "w")], device=device, waveforms=wave)
        store.readings.take_in([arriving], at=1, source="ble", simulated=False)
    one, two = (row.id for row in store.readings.series() if row.device != "strap")
    store.readings.delete(one, 0, 9, at=2)
    assert store.readings.waveform("w") is not None
    store.readings.delete(two, 0, 9, at=2)
    assert store.readings.waveform("w") is None


def _deliver(store: Store, start: int, value: Value, state: str) -> None:
    store.db.conn.execute(
        "INSERT INTO delivery (recipient, series, start, duration, value, nth, version, batch,"
        " state) VALUES ('clinic', 1, ?, 0, ?, 0, 0, 1, ?)",
        (start, value, state),
    )
    store.db.conn.execute(
        "INSERT INTO delivery_count VALUES ('clinic', 'heart_rate', ?, 1)"
        " ON CONFLICT DO UPDATE SET n = n + 1",
        (state,),
    )


def test_what_was_not_sent_is_cancelled_and_what_was_stays_recorded(store: Store) -> None:
    store.db.conn.execute(
        "INSERT INTO recipient VALUES ('clinic', '{}', x'00', '', 'active', 1, ?)",
        (store.person,),
    )
    store.db.conn.execute("INSERT INTO waiting VALUES (1, 'clinic', 1, 0, 9, 'raw', 'grant')")
    states = ["sent", "already", "deferred", "rejected", "unknown", "sending", "deferred"]
    for start, state in enumerate(states):
        _deliver(store, start, 60 + start, state)
    store.readings.delete(1, 0, 5, at=2)
    rows = store.db.conn.execute("SELECT state FROM delivery ORDER BY start").fetchall()
    assert [state for (state,) in rows] == [
        "sent", "already", "cancelled", "cancelled", "unknown", "sending", "deferred",
    ]  # fmt: skip
    counts = dict(store.db.conn.execute("SELECT state, n FROM delivery_count").fetchall())
    assert counts == {
        "sent": 1, "already": 1, "deferred": 1, "rejected": 0, "unknown": 1, "sending": 1,
        "cancelled": 2,
    }  # fmt: skip
    assert store.count("waiting") == 1
