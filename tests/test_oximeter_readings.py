"""What pulse oximeters tell becomes readings: spot checks, streams, poor signals."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from adapters.ble.catalog import built_in
from adapters.ble.characteristics import plx_continuous_measurement as stream
from adapters.ble.characteristics import plx_spot_check_measurement as spot
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.plx_continuous_measurement import (
    Averaged,
    PlxContinuousMeasurement,
)
from adapters.ble.characteristics.plx_spot_check_measurement import PlxSpotCheckMeasurement
from adapters.ble.formats.numbers import Special
from adapters.ble.formats.oximetry import MeasurementStatus, SensorStatus
from adapters.ble.record import Record
from adapters.reading import Absence, Quality, Quantity, Reading
from tests.ble_packets import RECEIVED, packet

AT = DateTime(2026, 3, 1, 8, 15, 0)


def checked(**more: Any) -> list[Record]:
    given = {"saturation": Decimal(97), "pulse": Decimal(64), "at": AT}
    measured = PlxSpotCheckMeasurement(**{**given, **more})
    return list(spot.readings(packet(bytes(measured))))


def streamed(normal: Averaged, **more: Any) -> list[Reading]:
    return list(stream.readings(packet(bytes(PlxContinuousMeasurement(normal, **more)))))


def test_a_spot_check_is_a_record_at_the_time_of_the_device() -> None:
    found = checked(amplitude=Decimal("4.5"))
    assert [(one.kind, one.value) for one in found] == [
        ("oxygen_saturation", Quantity(Decimal(97), "%")),
        ("pulse_rate", Quantity(Decimal(64), "/min")),
        ("perfusion_index", Quantity(Decimal("4.5"), "%")),
    ]
    assert {one.told for one in found} == {datetime(2026, 3, 1, 8, 15)}  # noqa: DTZ001
    assert {one.identity for one in found} == {"2026-03-01T08:15:00"}
    assert {one.situation for one in found} == {"spot check"}


def test_a_spot_check_without_a_time_was_made_when_it_came() -> None:
    (one, _) = checked(at=None)
    assert (one.told, one.identity, one.quality) == (None, "", Quality.NONE)


def test_a_stored_one_without_a_time_is_in_doubt() -> None:
    (one, _) = checked(at=None, status=MeasurementStatus.FROM_STORAGE)
    assert one.quality == Quality.CLOCK_NOT_TRUSTED


def test_a_clock_that_nobody_set_is_not_trusted() -> None:
    (one, _) = checked(clock_not_set=True)
    assert one.quality == Quality.CLOCK_NOT_TRUSTED


def test_a_stream_is_of_the_moment_and_its_normal_average() -> None:
    other = Averaged(Decimal(91), Decimal(99))
    found = streamed(Averaged(Decimal(98), Decimal(70)), fast=other, slow=other)
    assert [(one.kind, one.value) for one in found] == [
        ("oxygen_saturation", Quantity(Decimal(98), "%")),
        ("pulse_rate", Quantity(Decimal(70), "/min")),
    ]
    assert {one.start for one in found} == {RECEIVED}
    assert {one.situation for one in found} == {""}


def test_a_finger_that_is_not_there_is_no_number() -> None:
    (saturation, pulse) = streamed(
        Averaged(Special.NAN, Special.NAN), sensor=SensorStatus.NOT_ON_THE_USER
    )
    assert (saturation.value, pulse.value) == (Absence.NOT_A_NUMBER, Absence.NOT_A_NUMBER)
    assert saturation.quality == Quality.NO_SKIN_CONTACT


@pytest.mark.parametrize(
    ("sent", "absence"),
    [
        (Decimal(0), Absence.UNKNOWN),
        (Decimal(127), Absence.ERROR),
        (Decimal(-1), Absence.ERROR),
        (Special.RESERVED, Absence.ERROR),
    ],
)
def test_a_saturation_that_cannot_be_is_no_number(sent: Any, absence: Absence) -> None:
    (saturation, _) = checked(saturation=sent)
    assert saturation.value is absence


@pytest.mark.parametrize("status", [MeasurementStatus.INVALID, MeasurementStatus.UNAVAILABLE])
def test_what_the_device_calls_invalid_is_no_number(status: MeasurementStatus) -> None:
    assert {one.value for one in checked(status=status)} == {Absence.ERROR}


@pytest.mark.parametrize(
    "status",
    [
        MeasurementStatus.DEMONSTRATION,
        MeasurementStatus.TESTING,
        MeasurementStatus.CALIBRATION_ONGOING,
    ],
)
def test_a_demonstration_is_never_a_number_of_the_person(status: MeasurementStatus) -> None:
    for one in checked(status=status):
        assert one.value is Absence.NOT_PERFORMED
        assert Quality.NOT_A_MEASUREMENT in one.quality


@pytest.mark.parametrize(
    ("sensor", "quality"),
    [
        (SensorStatus.SIGNAL_POOR, Quality.POOR_SIGNAL),
        (SensorStatus.LOW_PERFUSION, Quality.POOR_SIGNAL),
        (SensorStatus.ANALYSIS_ONGOING, Quality.NOT_SETTLED),
        (SensorStatus.DISPLACED, Quality.LOOSE),
        (SensorStatus.INTERFERENCE, Quality.LOOSE),
        (SensorStatus.EQUIPMENT_MALFUNCTION, Quality.DEVICE_FAULT),
    ],
)
def test_what_the_sensor_notices_marks_the_reading(sensor: SensorStatus, quality: Quality) -> None:
    assert {one.quality for one in checked(sensor=sensor)} == {quality}


def test_an_early_estimate_is_not_settled() -> None:
    (one, _) = checked(status=MeasurementStatus.EARLY_ESTIMATE)
    assert one.quality == Quality.NOT_SETTLED


def test_the_profile_says_where_it_is_worn_and_asks_for_all_records() -> None:
    profile = built_in()["pulse-oximeter"]
    assert profile.body_site == "finger"
    assert [access.number for access in profile.records] == [None]
