"""What of a look at a device's clock may be told: how far off it was, and nothing of a zone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.ble.characteristics import blood_pressure, current_time
from adapters.ble.characteristics.blood_pressure import BloodPressureMeasurement
from adapters.ble.characteristics.current_time import CurrentTime
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.context import begins, clock_set, said
from adapters.ble.device_clock import DeviceClock, Setting
from adapters.ble.paired import Paired
from adapters.ble.replay import replayed
from adapters.local_events import Packet, Unclaimed
from adapters.reading import (
    ClockLook,
    Instant,
    PersonKey,
    Quality,
    Quantity,
    Reading,
    ReadingBatch,
    joined,
    picked,
)
from fhir_mappings.clock import coincident_time
from gateway.rights.claiming import as_batch
from gateway.store.clock_looks import look_at
from gateway.store.driver import transaction
from gateway.store.identity import ReadingId
from gateway.store.local import create_local
from gateway.store.unclaimed import note_unclaimed, waiting
from tests.fakes_cuff import CUFF, CUFF_PROFILE, OSLO
from tests.fakes_store import HEART_RATE, KEY, Row, Store, batch

NOW: Instant = 1_699_617_600_000  # 2023-11-10 12:00 UTC
MINUTE = timedelta(minutes=1)
_MS = timedelta(milliseconds=1)
ZONES = [ZoneInfo(name) for name in sorted(available_timezones())]
OF_EVERY_OFFSET = list(
    {datetime.fromtimestamp(NOW / 1000, zone).utcoffset(): zone for zone in ZONES}.values()
)
OTHERS = [ZoneInfo(name) for name in ("Asia/Tokyo", "Asia/Kathmandu", "Pacific/Chatham")]
NEAR = ClockLook(NOW, 180_000)


def _face(ahead: timedelta, zone: ZoneInfo = OSLO, at: Instant = NOW) -> datetime:
    """What a clock shows of the time of day in a zone that is off by so much."""
    moment = datetime.fromtimestamp(0, UTC) + at * _MS
    return moment.astimezone(zone).replace(tzinfo=None) + ahead


def _look(shown: datetime, zone: ZoneInfo, at: Instant = NOW) -> ClockLook:
    look = DeviceClock.read(shown, at, zone).look
    assert look is not None
    return look


def _sent(look: ClockLook) -> bytes:
    """The look as it leaves."""
    return coincident_time(
        "id", system="urn:x", device="Device/1", gateway_device="Device/2", at=look.at,
        said="masked" if look.ahead is None else look.at + look.ahead, simulated=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("minutes", "quality", "ahead_ms"),
    [
        pytest.param(3, Quality.CLOCK_CORRECTED, 180_000, id="ahead"),
        pytest.param(-7, Quality.CLOCK_CORRECTED, -420_000, id="behind"),
        pytest.param(8, Quality.CLOCK_CORRECTED, None, id="more than may be told"),
        pytest.param(60, Quality.CLOCK_CORRECTED, None, id="it kept summer time"),
        pytest.param(-300, Quality.CLOCK_NOT_TRUSTED, None, id="counted back"),
    ],
)
def test_what_set_a_time_right_is_known_of_it(
    minutes: int, quality: Quality, ahead_ms: int | None
) -> None:
    ahead = minutes * MINUTE
    clock = DeviceClock.read(_face(ahead), NOW, OSLO)
    told = _face(ahead) - 60 * MINUTE
    at, doubt, look = clock.timed(told, NOW + 5_000)

    assert (at, doubt, look) == (NOW - 3_600_000, quality, ClockLook(NOW, ahead_ms))
    assert clock.when(told, NOW + 5_000) == (at, doubt)


def test_what_is_taken_as_told_has_no_look() -> None:
    right = DeviceClock.read(_face(MINUTE), NOW, OSLO)
    unread = DeviceClock(zone=OSLO)
    reset = DeviceClock.read(_face(-600 * MINUTE), NOW, OSLO)

    assert right.timed(_face(-60 * MINUTE), NOW)[2] is None
    assert unread.timed(_face(-60 * MINUTE), NOW)[2] is None
    assert unread.look is None
    later_than_it_shows = reset.timed(_face(-60 * MINUTE), NOW)
    assert later_than_it_shows == (NOW - 3_600_000, Quality.CLOCK_NOT_TRUSTED, None)


def test_what_was_measured_before_a_clock_was_set_has_the_look_of_the_setting() -> None:
    clock = DeviceClock.read(_face(timedelta(0)), NOW + 5, OSLO, Setting(NOW, 3 * MINUTE))

    assert clock.timed(_face(-57 * MINUTE), NOW - 10)[2] == NEAR
    assert clock.timed(_face(-57 * MINUTE), NOW + 10)[2] == NEAR
    assert clock.timed(_face(10 * MINUTE), NOW + 660_000)[2] is None, "of the clock as it is now"


def test_what_is_of_now_has_the_look_of_its_link() -> None:
    off = DeviceClock.read(_face(-600 * MINUTE), NOW, OSLO)

    at, _, look = off.timed(_face(-599 * MINUTE), NOW + 60_000, live=True)
    assert (at, look) == (NOW + 60_000, ClockLook(NOW, None))


FACES = st.datetimes(datetime(2023, 11, 9), datetime(2023, 11, 12))  # noqa: DTZ001  # of any place


@given(FACES)
@example(datetime(2023, 11, 10, 17, 30, 10))  # noqa: DTZ001  # India's time, seen from Nepal
@example(datetime(2023, 11, 11, 1, 52, 30))  # noqa: DTZ001  # between two quarter hours
def test_a_clock_tells_the_same_in_whichever_zone_its_owner_lives(shown: datetime) -> None:
    told = {_sent(_look(shown, zone)) for zone in OF_EVERY_OFFSET}

    assert len(told - {_sent(ClockLook(NOW, None))}) <= 1


@given(
    st.sampled_from(ZONES),
    st.integers(-30 * 60_000, 30 * 60_000),
    st.integers(1_500_000_000_000, 1_900_000_000_000),
)
@example(ZoneInfo("Pacific/Chatham"), 449_999, NOW)
@example(ZoneInfo("Asia/Kathmandu"), -450_000, NOW)
def test_how_far_a_clock_is_off_is_told_without_its_zone(
    zone: ZoneInfo, ahead: int, at: Instant
) -> None:
    told = _look(_face(ahead * _MS, zone, at), zone, at)
    in_utc = _look(_face(ahead * _MS, ZoneInfo("UTC"), at), ZoneInfo("UTC"), at)

    assert told == in_utc == ClockLook(at, ahead if abs(ahead) < 450_000 else None)
    assert _sent(told) == _sent(in_utc)


def _pressure(systolic: int, told: datetime) -> bytes:
    return bytes(
        BloodPressureMeasurement(Decimal(systolic), Decimal(80), Decimal(93), at=DateTime.of(told))
    )


def _journal() -> list[Packet]:
    """A link over which a cuff tells a record, its clock is set, and it tells another old one."""
    shown = _face(5 * MINUTE)
    return [
        begins(CUFF, NOW - 10, DeviceClock(zone=OSLO)),
        said(CUFF, NOW, current_time.UUID, bytes(CurrentTime.of(shown))),
        Packet(CUFF, blood_pressure.UUID, NOW + 20, _pressure(120, shown - 60 * MINUTE), True),
        clock_set(CUFF, Setting(NOW + 30, 5 * MINUTE)),
        Packet(CUFF, blood_pressure.UUID, NOW + 40, _pressure(121, shown), True),
    ]


def _decoded(packets: Sequence[Packet], person: PersonKey) -> list[ReadingBatch]:
    known = {CUFF: Paired(CUFF, person, CUFF_PROFILE)}
    came = replayed(packets, known, ZoneInfo("Asia/Tokyo"), lambda packet, why: pytest.fail(why))
    return [one for one in came if isinstance(one, ReadingBatch) and one.kind == "blood_pressure"]


def test_a_crash_costs_no_look_and_makes_none_twice(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = _decoded(_journal(), store.person)

    def take_in(came: Sequence[ReadingBatch]) -> None:
        store.readings.take_in(joined(came), at=NOW, source="ble", simulated=False)

    def is_interrupted() -> None:
        with transaction(store.db):
            take_in(first)
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        is_interrupted()
    assert _kept(store) == []
    take_in(first)
    assert _kept(store) == [(NOW - 3_600_000, NOW, 300_000), (NOW, NOW + 30, 300_000)]
    before = _kept(store)
    take_in(_decoded(_journal(), store.person))
    assert _kept(store) == before
    store.db.close()


def _kept(store: Store) -> list[tuple[int, int, int | None]]:
    return store.db.conn.execute(
        "SELECT start, look_at, ahead_ms FROM set_right ORDER BY start"
    ).fetchall()


def test_what_could_tell_of_a_zone_is_in_no_row_of_what_may_be_shared(tmp_path: Path) -> None:
    store = Store(tmp_path)
    came = [
        replace(
            batch(store.person, [Row(zone)]), looks=[_look(_face(timedelta(0), OTHERS[zone]), OSLO)]
        )
        for zone in range(len(OTHERS))
    ]
    store.readings.take_in(came, at=NOW, source="ble", simulated=False)
    assert {ahead for _, _, ahead in _kept(store)} == {None}
    store.db.close()


def test_a_deleted_reading_leaves_nothing_of_its_look_and_brings_none_back(tmp_path: Path) -> None:
    store = Store(tmp_path)
    came = replace(batch(store.person, [Row(1), Row(2), Row(3)]), looks=[NEAR, None, NEAR])
    store.readings.take_in([came], at=NOW, source="ble", simulated=False)
    assert look_at(store.db, (1, 1, 0, 72, 0)) == NEAR
    assert look_at(store.db, (1, 2, 0, 72, 0)) is None
    store.readings.delete_one(ReadingId(1, 1, 0, 72, 0), at=NOW)
    store.readings.take_in([came], at=NOW, source="ble", simulated=False)
    assert _kept(store) == [(3, NOW, 180_000)]
    store.db.close()


def test_looks_stay_with_their_rows() -> None:
    came = replace(batch(PersonKey("a"), [Row(1), Row(2), Row(3)]), looks=[NEAR, None, NEAR])
    plain = batch(PersonKey("a"), [Row(4)])

    assert picked(came, [1, 2]).looks == [None, NEAR]
    assert joined([plain, came, plain])[1] == came


def test_a_reading_that_waited_for_its_owner_keeps_its_look(tmp_path: Path) -> None:
    local = create_local(tmp_path / "l.db", KEY)
    value = Quantity(Decimal(72), "/min")
    for start, look in ((1, NEAR), (2, ClockLook(NOW, None)), (3, None)):
        reading = Reading(HEART_RATE, start, value, look=look)
        note_unclaimed(local.db, Unclaimed(CUFF, 3, reading, "", NOW))
    made = [as_batch(one, PersonKey("a")).looks for one in waiting(local.db)]
    local.db.close()

    assert made == [[NEAR], [ClockLook(NOW, None)], ()]


def test_nothing_of_a_zone_is_journalled_as_a_look() -> None:
    (first, *_) = _decoded(_journal(), PersonKey("a"))

    assert first.looks == [ClockLook(NOW, 300_000)]
    assert json.loads(_sent(NEAR))["valueDateTime"] == "2023-11-10T12:03:00.000Z"
