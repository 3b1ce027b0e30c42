"""What glucose sensors tell becomes readings: sessions, check sums, trends, warnings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from adapters.ble.characteristics import (
    cgm_feature,
    cgm_measurement,
    cgm_session_start_time,
    cgm_status,
)
from adapters.ble.characteristics.cgm_feature import CgmFeature, Feature
from adapters.ble.characteristics.cgm_measurement import CgmMeasurement, CgmRecord
from adapters.ble.characteristics.cgm_session_run_time import CgmSessionRunTime
from adapters.ble.characteristics.cgm_session_start_time import CgmSessionStartTime
from adapters.ble.characteristics.cgm_specific_ops_control_point import CgmSpecificOpsControlPoint
from adapters.ble.characteristics.cgm_status import Annunciation, CgmStatus
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.local_time_information import DaylightSaving
from adapters.ble.formats import e2e_crc
from adapters.ble.formats.numbers import Special
from adapters.ble.formats.sample import Sample, SampleSite, SampleType
from adapters.ble.hearing import Hearing
from adapters.ble.record import Record
from adapters.errors import DecodeError
from adapters.reading import Absence, Quality, Quantity
from tests.ble_packets import RECEIVED, packet

UNDER_THE_SKIN = Sample(SampleType.INTERSTITIAL_FLUID, SampleSite.SUBCUTANEOUS_TISSUE)
BEGAN = CgmSessionStartTime(DateTime(2026, 3, 1, 8, 0, 0), 4, DaylightSaving.ONE_HOUR)
NOT_SET = CgmSessionStartTime(DateTime(0, 0, 0, 0, 0, 0))


def heard(
    *,
    crc: bool = False,
    sample: Sample = UNDER_THE_SKIN,
    start: CgmSessionStartTime | None = BEGAN,
    status: CgmStatus | None = None,
) -> Hearing:
    hearing = Hearing()
    features = Feature.E2E_CRC if crc else Feature(0)
    hearing.said[cgm_feature.UUID] = bytes(CgmFeature(features, sample))
    if start is not None:
        hearing.said[cgm_session_start_time.UUID] = bytes(start)
    if status is not None:
        hearing.said[cgm_status.UUID] = bytes(status)
    return hearing


def told(hearing: Hearing, *records: CgmRecord, received: int = RECEIVED) -> list[Record]:
    data = bytes(CgmMeasurement(records))
    return list(cgm_measurement.readings(packet(data, received=received), hearing))


def record(**more: Any) -> CgmRecord:
    return CgmRecord(**{"concentration": Decimal(104), "offset": 90, **more})


def test_a_measurement_is_so_many_minutes_after_its_session_began() -> None:
    (one,) = told(heard(), record())
    assert (one.kind, one.value) == ("interstitial_glucose", Quantity(Decimal(104), "mg/dL"))
    assert one.told == datetime(2026, 3, 1, 9, 30, tzinfo=timezone(timedelta(hours=2)))
    assert one.told.astimezone(UTC).hour == 7
    assert one.where == "interstitial fluid"
    assert one.quality == Quality.NONE


@pytest.mark.parametrize(
    "start",
    [
        CgmSessionStartTime(BEGAN.at, None, DaylightSaving.NONE),
        CgmSessionStartTime(BEGAN.at, 4, DaylightSaving.UNKNOWN),
    ],
)
def test_without_a_zone_the_time_is_that_of_the_place(start: CgmSessionStartTime) -> None:
    (one,) = told(heard(start=start), record())
    assert one.told == datetime(2026, 3, 1, 9, 30)  # noqa: DTZ001


def test_another_session_makes_another_identity() -> None:
    again = CgmSessionStartTime(DateTime(2026, 3, 15, 8, 0, 0), 4, DaylightSaving.NONE)
    (first,), (second,) = told(heard(), record()), told(heard(start=again), record())
    assert first.identity == "90@2026-03-01T06:00:00+00:00"
    assert second.identity == "90@2026-03-15T07:00:00+00:00"


@pytest.mark.parametrize(
    "start",
    [
        CgmSessionStartTime(DateTime(2026, 3, 1, 8, 0, 2), 4, DaylightSaving.ONE_HOUR),
        CgmSessionStartTime(DateTime(2026, 3, 1, 7, 59, 58), 4, DaylightSaving.ONE_HOUR),
        CgmSessionStartTime(DateTime(2026, 3, 1, 1, 0, 0), -20, DaylightSaving.NONE),
    ],
)
def test_setting_the_time_of_a_sensor_again_makes_no_other_session(
    start: CgmSessionStartTime,
) -> None:
    (first,), (again,) = told(heard(), record()), told(heard(start=start), record())
    assert again.identity == first.identity


def test_a_session_that_begins_while_the_link_is_up_is_noticed() -> None:
    hearing = heard()
    (first,) = told(hearing, record())
    again = CgmSessionStartTime(DateTime(2026, 3, 15, 8, 0, 0), 4, DaylightSaving.NONE)
    hearing.said[cgm_session_start_time.UUID] = bytes(again)
    (second,) = told(hearing, record())
    assert first.identity != second.identity


def test_a_sensor_that_nobody_told_the_time_is_counted_back_from_now() -> None:
    hearing = heard(start=NOT_SET, status=CgmStatus(100))
    now = datetime.fromtimestamp(RECEIVED / 1000, UTC)
    past, live = told(hearing, record(offset=40), record(offset=100))
    assert (past.told, live.told) == (now - timedelta(minutes=60), now)
    assert past.identity == ""
    assert past.quality == Quality.CLOCK_CORRECTED
    (later,) = told(hearing, record(offset=105), received=RECEIVED + 300_000)
    assert later.told == now + timedelta(minutes=5)


@pytest.mark.parametrize("zone", [8, None], ids=["told another zone", "told no zone"])
def test_a_session_told_a_wrong_time_is_counted_back_and_in_doubt(zone: int | None) -> None:
    now = datetime.fromtimestamp(RECEIVED / 1000, UTC)
    began = now - timedelta(minutes=100)
    late = DateTime.of(began.replace(tzinfo=None) + timedelta(hours=1))
    start = CgmSessionStartTime(late, zone, DaylightSaving.NONE)
    (one,) = told(heard(start=start, status=CgmStatus(100)), record(offset=90))
    assert one.told == now - timedelta(minutes=10)
    assert one.quality == Quality.CLOCK_NOT_TRUSTED
    assert one.identity.startswith("90@")


@pytest.mark.parametrize("behind", [0, 10])
def test_a_session_that_began_when_its_minutes_say_is_taken_as_told(behind: int) -> None:
    began = datetime.fromtimestamp(RECEIVED / 1000, UTC) - timedelta(minutes=100)
    start = CgmSessionStartTime(DateTime.of(began.replace(tzinfo=None)), 0, DaylightSaving.NONE)
    (one,) = told(heard(start=start, status=CgmStatus(100 - behind)), record(offset=90))
    assert one.told == began.replace(microsecond=0) + timedelta(minutes=90)
    assert one.quality == Quality.NONE


def test_the_count_of_a_session_that_was_stopped_says_nothing_of_now() -> None:
    stopped = CgmStatus(100, Annunciation.SESSION_STOPPED)
    (one,) = told(heard(status=stopped), record())
    assert one.told == datetime(2026, 3, 1, 9, 30, tzinfo=timezone(timedelta(hours=2)))
    assert one.quality == Quality.NONE
    (untold,) = told(heard(start=NOT_SET, status=stopped), record())
    assert untold.told is None


@pytest.mark.parametrize("hearing", [Hearing(), heard(start=NOT_SET)])
def test_where_nothing_says_when_the_time_is_in_doubt(hearing: Hearing) -> None:
    (one,) = told(hearing, record())
    assert one.told is None
    assert Quality.CLOCK_NOT_TRUSTED in one.quality


def test_a_time_beyond_the_calendar_is_in_doubt() -> None:
    late = CgmSessionStartTime(DateTime(9999, 12, 31, 23, 0, 0), 0, DaylightSaving.NONE)
    (one,) = told(heard(start=late), record())
    assert one.told is None
    assert Quality.CLOCK_NOT_TRUSTED in one.quality


def test_several_records_in_a_packet_are_told_in_order() -> None:
    found = told(heard(), record(offset=1), record(offset=2, trend=Decimal("0.5")))
    assert [one.kind for one in found] == [
        "interstitial_glucose",
        "interstitial_glucose",
        "glucose_trend",
    ]
    assert found[2].value == Quantity(Decimal("0.5"), "mg/dL/min")
    assert found[2].identity == found[1].identity
    assert cgm_measurement.number(bytes(CgmMeasurement((record(), record(offset=95))))) == 95


def test_a_trend_may_fall() -> None:
    (_, trend) = told(heard(), record(trend=Decimal("-2.1"), noticed=Annunciation.FALLING_FAST))
    assert trend.value == Quantity(Decimal("-2.1"), "mg/dL/min")
    assert trend.quality == Quality.BELOW_LIMIT


@pytest.mark.parametrize(
    ("noticed", "quality"),
    [
        (Annunciation.BATTERY_LOW, Quality.DEVICE_FAULT),
        (Annunciation.SENSOR_MALFUNCTION, Quality.DEVICE_FAULT),
        (Annunciation.TIME_SYNC_REQUIRED, Quality.CLOCK_NOT_TRUSTED),
        (Annunciation.CALIBRATION_REQUIRED, Quality.NOT_CALIBRATED),
        (Annunciation.CALIBRATION_PENDING, Quality.NOT_CALIBRATED),
        (Annunciation.BELOW_HYPO, Quality.BELOW_LIMIT),
        (Annunciation.ABOVE_PATIENT_HIGH, Quality.ABOVE_LIMIT),
        (Annunciation.TOO_HIGH, Quality.BEYOND_RANGE),
    ],
)
def test_what_the_sensor_noticed_marks_the_reading(noticed: Annunciation, quality: Quality) -> None:
    (one,) = told(heard(), record(noticed=noticed))
    assert one.quality == quality


def test_a_quality_of_nothing_is_a_poor_signal() -> None:
    (one,) = told(heard(), record(quality=Decimal(0)))
    assert one.quality == Quality.POOR_SIGNAL


@pytest.mark.parametrize(
    ("sent", "noticed", "absence"),
    [
        (Special.NAN, Annunciation(0), Absence.NOT_A_NUMBER),
        (Special.NAN, Annunciation.TOO_HIGH, Absence.POSITIVE_INFINITY),
        (Special.NAN, Annunciation.TOO_LOW, Absence.NEGATIVE_INFINITY),
        (Decimal("-3.5"), Annunciation(0), Absence.ERROR),
    ],
)
def test_what_is_no_number_says_why(sent: Any, noticed: Annunciation, absence: Absence) -> None:
    (one,) = told(heard(), record(concentration=sent, noticed=noticed))
    assert one.value is absence


def test_a_sensor_in_blood_measures_blood() -> None:
    (one,) = told(heard(sample=Sample(SampleType.VENOUS_WHOLE_BLOOD)), record())
    assert (one.kind, one.where) == ("blood_glucose", "venous whole blood")


def test_control_solution_is_never_a_number_of_the_person() -> None:
    hearing = heard(sample=Sample(SampleType.CONTROL_SOLUTION))
    (one,) = told(hearing, record(trend=Decimal(1)))
    assert one.value is Absence.NOT_PERFORMED
    assert Quality.NOT_A_MEASUREMENT in one.quality


@pytest.mark.parametrize("crc", [True, False])
def test_a_check_sum_is_there_if_and_only_if_the_sensor_says_so(crc: bool) -> None:
    assert told(heard(crc=crc), record(secured=crc))
    with pytest.raises(DecodeError, match="against what the sensor says"):
        told(heard(crc=crc), record(secured=not crc))


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("08000c10060058" + "6f", CgmMeasurement),
        ("6e9e0116afbe", CgmFeature),
        ("0600010101a7e0", CgmStatus),
        ("e20704180d08180804e0c3", CgmSessionStartTime),
        ("020009c3", CgmSessionRunTime),
        ("1c0202a701", CgmSpecificOpsControlPoint),
    ],
)
def test_a_wrong_check_sum_is_refused(data: str, value: Any) -> None:
    """The frames of Android-BLE-Common-Library that its tests refuse."""
    with pytest.raises(DecodeError, match="check sum"):
        value.from_bytes(bytes.fromhex(data))


@pytest.mark.parametrize(
    ("data", "crc"),
    [
        (b"A", 0x5C0A),
        (b"123456789", 0x6F91),
        (bytes.fromhex("58251f98"), 0x07F1),
        (bytes.fromhex("3e010203040506070809"), 0x2F01),
    ],
)
def test_the_check_sum_is_the_one_of_the_service(data: bytes, crc: int) -> None:
    """Android-BLE-Common-Library, CRC16Test; the last is of the service's own 3.11."""
    assert e2e_crc.crc(data) == crc
    assert e2e_crc.sealed(data)[-2:] == crc.to_bytes(2, "little")
