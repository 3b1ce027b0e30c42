"""Packets that could be taken for a reading that is false and yet looks like one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from adapters.ble.catalog import built_in
from adapters.ble.characteristics import (
    blood_pressure,
    blood_pressure_record,
    cgm_measurement,
    cgm_status,
    enhanced_blood_pressure,
    heart_rate,
    physical_activity_current_session,
    sleep_activity_instantaneous,
    weight,
)
from adapters.ble.characteristics.blood_pressure import BloodPressureMeasurement
from adapters.ble.characteristics.blood_pressure_record import BloodPressureRecord
from adapters.ble.characteristics.body_composition import BodyCompositionMeasurement
from adapters.ble.characteristics.cgm_measurement import CgmMeasurement, CgmRecord
from adapters.ble.characteristics.cgm_status import CgmStatus
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.elapsed_time import ElapsedTime
from adapters.ble.characteristics.enhanced_blood_pressure import EnhancedBloodPressureMeasurement
from adapters.ble.characteristics.indoor_bike_data import IndoorBikeData
from adapters.ble.characteristics.physical_activity_current_session import (
    PhysicalActivityCurrentSession,
)
from adapters.ble.characteristics.rower_data import RowerData
from adapters.ble.characteristics.sleep_activity_instantaneous import (
    SleepActivityInstantaneousData,
)
from adapters.ble.characteristics.weight import Stature, WeightMeasurement
from adapters.ble.formats import composition
from adapters.ble.formats.acom import Bundle, Observation
from adapters.ble.formats.acom_values import Numeric
from adapters.ble.formats.activity import Head
from adapters.ble.formats.activity_time import BaseTime
from adapters.ble.formats.cuff_times import since_2000
from adapters.ble.formats.ghs_records import records
from adapters.ble.formats.segments import split
from adapters.ble.hearing import Hearing
from adapters.ble.profile import told_by
from adapters.ble.record import Record
from adapters.errors import DecodeError
from adapters.reading import Absence, Category, Quality
from tests.ble_packets import RECEIVED, packet

EIGHT = datetime(2026, 3, 1, 8, tzinfo=UTC)
NINE = EIGHT + timedelta(hours=1)
AT = datetime(2026, 5, 12, 18, 53, 54)  # noqa: DTZ001  # a device's own clock has no zone
PULSE = Observation(Numeric(Decimal(61), 2720), 149530)
OXYGEN = Observation(Numeric(Decimal(98), 544), 150456)
PLAIN = BloodPressureMeasurement(Decimal(120), Decimal(80), Decimal(93))


def observed(observation: Observation, number: int | None = None) -> list[Record]:
    return list(records(observation, packet(b""), Hearing(), number))


def test_a_part_without_time_has_that_of_its_bundle_not_of_the_part_before_it() -> None:
    """Generic Health Sensor Service 1.0, 3.2.1: what a bundle says holds for parts without it."""
    own = replace(PULSE, time=ElapsedTime.of(EIGHT))
    bundle = Observation(Bundle((own, OXYGEN)), time=ElapsedTime.of(NINE))
    assert [one.told for one in observed(bundle)] == [EIGHT, NINE]
    assert [one.told for one in observed(replace(bundle, time=None))] == [EIGHT, None]


def test_a_bundle_whose_parts_tell_the_time_is_known_again_when_it_is_fetched() -> None:
    part = replace(PULSE, time=ElapsedTime.of(EIGHT))
    (live,) = observed(Observation(Bundle((part,))))
    clock_set = replace(ElapsedTime.of(EIGHT), is_current=False)
    (kept,) = observed(Observation(Bundle((replace(part, id=3, time=clock_set),)), id=4), 7)
    assert live.identity == kept.identity != ""
    (later,) = observed(Observation(Bundle((replace(part, time=ElapsedTime.of(NINE)),))), 7)
    assert later.identity != kept.identity


def test_what_was_stored_without_a_time_is_not_of_today() -> None:
    assert [one.quality for one in observed(PULSE, 7)] == [Quality.CLOCK_NOT_TRUSTED]
    assert [one.quality for one in observed(PULSE)] == [Quality.NONE]
    kept = BloodPressureRecord(7, 0x2A35, bytes(replace(PLAIN, pulse=Decimal(66))))
    told = blood_pressure_record.readings(packet(bytes(kept)), Hearing())
    assert [one.quality for one in told] == [Quality.CLOCK_NOT_TRUSTED] * 2
    assert [one.quality for one in blood_pressure.readings(packet(bytes(PLAIN)))] == [Quality.NONE]


def test_cuffs_count_the_records_of_each_user_for_themselves() -> None:
    """GATT Specification Supplement, Blood Pressure Record: "loops back … (per user)"."""
    numbers = set()
    for user in (0, 1, None):
        kept = BloodPressureRecord(7, 0x2A35, bytes(replace(PLAIN, user=user)))
        (told,) = blood_pressure_record.readings(packet(bytes(kept)), Hearing())
        numbers.add(told.identity)
    assert numbers == {"7", "7 of 0", "7 of 1"}


def test_a_measurement_told_plainly_is_known_again_when_its_enhanced_record_is_fetched() -> None:
    (live,) = blood_pressure.readings(packet(bytes(replace(PLAIN, at=DateTime.of(AT), user=1))))
    said = EnhancedBloodPressureMeasurement(
        systolic=Decimal(120), diastolic=Decimal(80), seconds=since_2000(AT), user=1
    )
    kept = BloodPressureRecord(7, 0x2B34, bytes(said))
    (stored,) = blood_pressure_record.readings(packet(bytes(kept)), Hearing())
    (again,) = enhanced_blood_pressure.readings(packet(bytes(said)))
    assert {(one.identity, one.of) for one in (live, stored, again)} == {
        ("2026-05-12T18:53:54 of 1", blood_pressure.UUID)
    }


def test_nothing_that_a_scale_could_not_measure_is_a_number() -> None:
    """65535 is "measurement unsuccessful" (Body Composition Service 1.0, 3.2.1)."""
    data = bytes.fromhex("f80f" + "ffff" * 10)
    told = list(composition.readings(packet(data), Hearing()))
    assert len(told) == 10
    assert {one.value for one in told} == {Absence.ERROR}
    said = WeightMeasurement(0xFFFF, stature=Stature(0xFFFF, 0xFFFF))
    whole = list(weight.readings(packet(bytes(said)), Hearing()))
    assert {one.value for one in whole} == {Absence.ERROR}


@pytest.mark.parametrize(
    ("user", "again"), [(None, []), (2, []), (3, ["body_weight"])], ids=["nobody's", "own", "other"]
)
def test_a_weight_without_time_that_comes_by_two_ways_is_told_once(
    user: int | None, again: list[str]
) -> None:
    hearing = Hearing()
    weighed = list(weight.readings(packet(bytes(WeightMeasurement(14000, user=2))), hearing))
    said = BodyCompositionMeasurement(200, user=user, weight=14000)
    told = list(composition.readings(packet(bytes(said)), hearing))
    assert [one.kind for one in (*weighed, *told)] == ["body_weight", "body_fat_percentage", *again]
    other = replace(said, weight=14200)
    assert "body_weight" in [
        one.kind for one in composition.readings(packet(bytes(other)), hearing)
    ]


@pytest.mark.parametrize(
    ("offset", "told"),
    [(-128, AT), (-49, AT), (65, AT), (8, (AT - timedelta(hours=2)).replace(tzinfo=UTC))],
)
def test_an_offset_that_no_place_has_shifts_no_time(offset: int, told: datetime) -> None:
    """GATT Specification Supplement, Time Zone: -48 to 56, -128 unknown; DST Offset: 8 at most."""
    assert replace(ElapsedTime.of(AT), offset=offset).told == told


def test_a_stage_of_sleep_does_not_last_into_the_next_session() -> None:
    profile, hearing = built_in()["activity-monitor"], Hearing()
    told: list[object] = []
    stages = ((8, 0, 0b10010), (8, 600, 0b100010), (9, 0, 1), (9, 60, 0b10))
    for sequence, (session, seconds, stage) in enumerate(stages):
        start = BaseTime.of(EIGHT if session == 8 else NINE)
        current = PhysicalActivityCurrentSession(True, session, start, 0, start)
        uuid = physical_activity_current_session.UUID
        told += told_by(profile, packet(bytes(current), uuid), hearing)
        value = SleepActivityInstantaneousData(Head(session, 0, seconds, sequence), stage=stage)
        for part in split(bytes(value), 20):
            told += told_by(profile, packet(part, sleep_activity_instantaneous.UUID), hearing)
    stages_told = [one for one in told if isinstance(one, Record)]
    assert [(one.told, one.duration, one.value) for one in stages_told] == [
        (EIGHT, 600_000, Category("asleep-core")),
        (NINE, 60_000, Category("awake")),
    ]


def test_beside_an_unknown_field_a_resistance_level_of_unknown_width_is_not_guessed() -> None:
    """One byte (GATT Specification Supplement) or two (Fitness Machine Service 1.0): the length
    tells, unless a reserved bit announces more. Read as two, the 150 W here would be 3,072 W."""
    level_and_power = bytes.fromhex("10" + "9600" + "0c00")
    with pytest.raises(DecodeError, match="resistance"):
        IndoorBikeData.from_bytes(bytes.fromhex("6120") + level_and_power)
    with pytest.raises(DecodeError, match="resistance"):
        RowerData.from_bytes(bytes.fromhex("a120") + level_and_power)
    assert RowerData.from_bytes(bytes.fromhex("2120" + "9600" + "0c00")).power == 150


def test_the_minutes_of_a_sensor_are_counted_from_when_they_were_read() -> None:
    """The first measurement of a link may come minutes after the sensor said its minute."""
    hearing, minute = Hearing(), 60_000
    hearing.said[cgm_status.UUID] = bytes(CgmStatus(100))
    hearing.said_at[cgm_status.UUID] = RECEIVED
    data = bytes(CgmMeasurement((CgmRecord(Decimal(104), 105),)))
    came = packet(data, received=RECEIVED + 5 * minute)
    (told,) = cgm_measurement.readings(came, hearing)
    assert told.told == datetime.fromtimestamp(RECEIVED / 1000 + 300, UTC)


def test_a_strap_that_found_no_beat_tells_no_interval_and_no_energy_beyond_its_count() -> None:
    """Heart Rate Service 1.0, 3.1.1.3: at 65535 the count of energy stands until it is reset."""
    told = list(heart_rate.readings(packet(bytes.fromhex("1848" + "ffff" + "0000" + "0004"))))
    assert [(one.kind, one.nth) for one in told][2:] == [("rr_interval", 1)]
    assert told[1].value is Absence.POSITIVE_INFINITY
