"""Taking in: each reading once, in an order without gaps, and what is read back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.kinds import kind
from adapters.reading import DeviceKey, PersonKey, SourceKey, Value, Waveform
from gateway.store.identity import ReadingId, SeriesRow, identity_text, reading_key
from gateway.store.intake import TakenIn
from gateway.store.readings import Readings
from tests.fakes_store import HEART_RATE, IDENTITY, FakeAnchor, Row, Store, batch, new_person


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    yield store
    store.db.close()


def _take(store: Store, *rows: Row, at: int = 1, device: str = "strap") -> TakenIn:
    return store.readings.take_in(
        [store.batch(*rows, device=device)],
        at=at,
        source="ble",
        simulated=False,
        with_keys=True,
        with_all_keys=True,
    )


def _figures(taken: TakenIn) -> tuple[int, int, int]:
    return taken.rows, taken.new, taken.known


def test_what_comes_again_is_known(store: Store) -> None:
    rows = [Row(second * 1000, 60 + second % 5) for second in range(350)]
    assert _figures(_take(store, *rows)) == (350, 350, 0)
    again = _take(store, *rows)
    assert _figures(again) == (350, 0, 350)
    assert not again.intake
    assert store.count("intake") == 1


def test_only_what_is_new_among_known_rows_is_taken_in(store: Store) -> None:
    rows = [Row(second * 1000) for second in range(500)]
    _take(store, *rows[::2])
    taken = _take(store, *rows, at=9)
    assert _figures(taken) == (500, 250, 250)
    new = [key for row, key in zip(rows, taken.all_keys, strict=True) if row in rows[1::2]]
    assert taken.keys == new
    arrival = store.readings.arrivals(1)[0]
    assert (arrival.seq, arrival.at, arrival.first, arrival.last) == (2, 9, 1000, 499_000)
    assert arrival.rows == 250


@pytest.mark.parametrize(
    ("one", "other"),
    [(36.60, 36.6), (72, 72.0), (0, -0.0)],
    ids=["36.60 and 36.6", "72 and 72.0", "0 and -0"],
)
def test_the_same_number_is_the_same_reading(store: Store, one: Value, other: Value) -> None:
    taken = _take(store, Row(5, one, decimals=2))
    again = _take(store, Row(5, other, decimals=1))
    assert _figures(again) == (1, 0, 1)
    assert again.all_keys == taken.keys


def test_a_number_and_its_text_are_two_readings(store: Store) -> None:
    assert _figures(_take(store, Row(5, 72), Row(5, "72.0000000000000000001"))) == (2, 2, 0)


def test_equal_measurements_of_one_instant_are_told_apart_by_nth(store: Store) -> None:
    taken = _take(store, Row(5, 800), Row(5, 800, nth=1), Row(5, 800, nth=1), Row(5, 800))
    assert _figures(taken) == (4, 2, 2)
    assert len(set(taken.all_keys)) == 2
    assert taken.all_keys[:2] == taken.keys


def test_copies_far_apart_in_one_commit_are_one(store: Store) -> None:
    rows = [Row(second * 1000) for second in range(150)]
    fresh = [Row(second * 1000 + 1) for second in range(150)]
    taken = _take(store, *rows, *rows[:99], *fresh, *rows, *fresh[:50], Row(-5))
    assert (taken.new, taken.known) == (301, 299)
    assert len(set(taken.keys)) == len(taken.keys) == 301
    assert store.count("reading") == store.readings.series()[0].n == 301


def test_nothing_leaves_no_trace(store: Store) -> None:
    empty = _take(store)
    assert _figures(empty) == (0, 0, 0)
    assert store.count("series") == store.count("intake") == 0


def test_intake_numbers_have_no_gaps_whatever_comes(store: Store) -> None:
    for at in range(6):
        store.readings.take_in(
            [
                store.batch(Row(at // 2), device="one"),
                store.batch(Row(at // 3), device="two"),
                store.batch(Row(at // 3 + 100), device="two"),
                store.batch(Row(0), device="three"),
            ],
            at=at,
            source="ble",
            simulated=False,
        )
    arrivals = store.readings.arrivals(0)
    assert [arrival.seq for arrival in arrivals] == [*range(1, len(arrivals) + 1)]
    assert sum(arrival.rows for arrival in arrivals) == store.count("reading") == 8
    assert [arrival.seq for arrival in store.readings.arrivals(2, limit=2)] == [3, 4]
    of_first_commit = {arrival.series for arrival in arrivals if arrival.at == 0}
    assert len([arrival for arrival in arrivals if arrival.at == 0]) == len(of_first_commit) == 3


def test_a_batch_that_cannot_be_stored_stores_nothing(store: Store) -> None:
    bad = store.batch(Row(1), Row(2, float("nan")), device="bad")
    with pytest.raises(Exception, match="NOT NULL"):
        store.readings.take_in([store.batch(Row(1)), bad], at=1, source="ble", simulated=False)
    assert store.count("reading") == store.count("series") == store.count("intake") == 0
    assert _figures(_take(store, Row(1))) == (1, 1, 0)


def test_the_dirty_set_names_the_hours_of_what_was_new(store: Store) -> None:
    _take(store, Row(0), Row(3_599_999), Row(3_600_000), Row(-1))
    rows = store.db.conn.execute("SELECT hour FROM dirty ORDER BY hour").fetchall()
    assert rows == [(-1,), (0,), (1,)]
    store.readings.roll_up()
    _take(store, Row(0), Row(3_599_999))
    assert store.count("dirty") == 0


def test_a_key_is_the_reading_keys_own(store: Store) -> None:
    taken = _take(store, Row(1000, 61.5, duration=5, nth=2))
    (series,) = store.readings.series()
    assert taken.keys == [reading_key(IDENTITY, series, 1000, 5, 61.5, 2)]
    assert len(taken.keys[0]) == 27
    assert reading_key(bytes(32), series, 1000, 5, 61.5, 2) != taken.keys[0]


def test_series_say_how_many_and_from_when_to_when(store: Store) -> None:
    _take(store, Row(5000), Row(1000))
    _take(store, Row(7), device="other")
    one, two = store.readings.series()
    assert (one.n, one.first, one.last, one.device) == (2, 1000, 5000, "strap")
    assert (two.n, two.first, two.last) == (1, 7, 7)
    assert store.readings.series(new_person(store.db, "Bo")) == []


def test_two_people_with_one_device_are_two_series(store: Store) -> None:
    bo = new_person(store.db, "Bo")
    _take(store, Row(1))
    taken = store.readings.take_in(
        [batch(bo, [Row(1)])], at=1, source="ble", simulated=False, with_keys=True
    )
    assert taken.new == 1
    assert [one.n for one in store.readings.series()] == [1, 1]


def test_the_newest_of_each_kind_is_found(store: Store) -> None:
    _take(store, Row(1000, 61), Row(3000, 63), Row(2000, 62))
    _take(store, Row(2500, 99), device="other")
    weight = store.batch(Row(10, 80.5, decimals=1), of=kind("body_weight"))
    store.readings.take_in([weight], at=1, source="ble", simulated=True)
    found = store.readings.latest(store.person)
    assert [(one.kind, one.reading.current_value) for one in found] == [
        ("heart_rate", 63),
        ("body_weight", 80.5),
    ]
    assert [one.simulated for one in found] == [False, True]
    assert len(store.readings.latest(store.person, HEART_RATE)) == 1


def test_a_window_is_read_page_by_page_without_loss(store: Store) -> None:
    rows = [
        Row(second, value, nth=nth)
        for second in range(10)
        for value in (1, 2.5, "a")
        for nth in (0, 1)
    ]
    _take(store, *rows)
    read: list[ReadingId] = []
    while page := store.readings.window(1, 2, 7, 7, after=read[-1] if read else None):
        read += [row.id for row in page]
    assert read == [
        ReadingId(1, row.start, 0, row.value, row.nth) for row in rows if 2 <= row.start <= 7
    ]


def test_waveforms_come_with_their_readings_and_only_once(store: Store) -> None:
    waves = {name: Waveform(name, 4.0, "0.001", name.encode() * 9) for name in ("used", "unused")}
    arriving = batch(store.person, [Row(1, "used")], waveforms=waves)
    for _ in range(2):
        store.readings.take_in([arriving], at=1, source="healthkit", simulated=False)
    assert store.readings.waveform("used") == waves["used"]
    assert store.readings.waveform("unused") is None


def test_heads_are_kept_apart_at_once_and_for_live_streams_now_and_then(store: Store) -> None:
    anchor = FakeAnchor()
    readings = Readings(store.db, IDENTITY, anchor)

    def arrive(at: int, live: bool) -> None:
        one = batch(store.person, [Row(at)], live=live)
        readings.take_in([one], at=at, source="ble", simulated=False)

    for second in range(25):
        arrive(second * 1000, live=True)
    assert (anchor.writes, anchor.heads["intake"]) == (3, (21, b""))
    arrive(24_500, live=False)
    assert (anchor.writes, anchor.heads["intake"]) == (4, (26, b""))


_values = st.one_of(
    st.integers(-5, 5), st.floats(-3, 3, allow_subnormal=False), st.sampled_from(["a", "120|80"])
)
_rows = st.lists(
    st.builds(Row, st.integers(0, 6), _values, st.integers(0, 1), st.integers(0, 1)), max_size=250
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_rows, max_size=5))
def test_any_commits_store_each_identity_once(store: Store, commits: list[list[Row]]) -> None:
    person = new_person(store.db)
    known: set[str] = set()
    for rows in commits:
        before = store.readings.arrivals(0, 10_000)
        taken = store.readings.take_in(
            [batch(person, rows[:100]), batch(person, rows[100:])],
            at=1,
            source="ble",
            simulated=False,
            with_keys=True,
            with_all_keys=True,
        )
        assert len(taken.all_keys) == len(rows)
        assert set(taken.keys) == set(taken.all_keys) - known
        assert len(taken.keys) == taken.new == taken.rows - taken.known
        known |= set(taken.keys)
        assert len(store.readings.arrivals(0, 10_000)) == len(before) + bool(taken.new)
    assert sum(one.n for one in store.readings.series(person)) == len(known)


@given(_values, _values)
def test_identity_text_agrees_with_equality(one: Value, other: Value) -> None:
    series = SeriesRow(
        1, PersonKey("p"), HEART_RATE, DeviceKey("d"), SourceKey("s"), simulated=False
    )
    same = identity_text(series, 1, 0, one, 0) == identity_text(series, 1, 0, other, 0)
    assert same == (one == other)
