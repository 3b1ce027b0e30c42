"""The simulated glucose sensor, held in the hand."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from adapters.ble.characteristics import (
    cgm_feature,
    cgm_measurement,
    cgm_session_run_time,
    cgm_session_start_time,
    cgm_specific_ops_control_point,
    cgm_status,
)
from adapters.ble.characteristics.cgm_feature import CgmFeature, Feature
from adapters.ble.characteristics.cgm_measurement import CgmMeasurement
from adapters.ble.characteristics.cgm_session_run_time import CgmSessionRunTime
from adapters.ble.characteristics.cgm_session_start_time import CgmSessionStartTime
from adapters.ble.characteristics.cgm_specific_ops_control_point import (
    Answer,
    Calibration,
    CalibrationStatus,
    CgmSpecificOpsControlPoint,
    Op,
    Operand,
    Outcome,
)
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.formats import e2e_crc
from adapters.ble.formats.numbers import Special
from adapters.ble.formats.sample import Sample, SampleSite, SampleType
from adapters.ble.hearing import Hearing
from adapters.reading import Absence
from adapters.simulator.instrument import AttError, Sent
from adapters.simulator.models import glucose_sensor
from adapters.simulator.models.glucose_sensor import GlucoseSensor
from tests.ble_packets import packet
from tests.instruments import DONE, Time, fetched, moment, setup


def a_sensor(time: Callable[[], datetime], **options: object) -> GlucoseSensor:
    return GlucoseSensor(setup(glucose_sensor.SENSOR, time, **options))


def heard(device: GlucoseSensor) -> Hearing:
    """What is asked at the start of a link."""
    hearing = Hearing()
    for uuid in (cgm_feature.UUID, cgm_status.UUID, cgm_session_start_time.UUID):
        hearing.said[uuid] = device.read(uuid)
    return hearing


def asked(device: GlucoseSensor, op: Op, operand: Operand = None) -> CgmSpecificOpsControlPoint:
    """An operation, over the control point."""
    feature = CgmFeature.from_bytes(device.read(cgm_feature.UUID))
    secured = Feature.E2E_CRC in feature.features
    (sent,) = device.write(
        cgm_specific_ops_control_point.UUID,
        bytes(CgmSpecificOpsControlPoint(op, operand, secured)),
    )
    answer = CgmSpecificOpsControlPoint.from_bytes(sent.data)
    assert answer.secured == secured
    return replace(answer, secured=False)


@pytest.mark.parametrize("crc", [True, False])
def test_a_sensor_is_read_without_loss(crc: bool) -> None:
    time = Time()
    device = a_sensor(time, records=24, crc=crc)
    hearing, levels = heard(device), []
    received = int(time().replace(tzinfo=UTC).timestamp() * 1000)
    for sent in fetched(device)[:-1]:
        levels += [
            one
            for one in cgm_measurement.readings(packet(sent.data, received=received), hearing)
            if one.kind == "interstitial_glucose"
        ]
    assert len(levels) == 24
    times = [one.told for one in levels if one.told is not None]
    assert times[0].replace(tzinfo=None) == time() - timedelta(minutes=120)
    assert {later - earlier for earlier, later in itertools.pairwise(times)} == {
        timedelta(minutes=5)
    }
    assert len({one.identity for one in levels}) == 24
    run_time = CgmSessionRunTime.from_bytes(device.read(cgm_session_run_time.UUID))
    assert run_time == CgmSessionRunTime(336, crc)


def test_a_sensor_sends_several_measurements_in_one_notification() -> None:
    time = Time()
    device = a_sensor(time, bundle=3)
    sent: list[Sent] = []
    for number in range(6):
        sent += device.measure(moment(glucose_sensor.SENSOR, number))
        time.now += timedelta(minutes=5)
    assert len(sent) == 2
    records = [one for s in sent for one in CgmMeasurement.from_bytes(s.data).records]
    assert [one.offset for one in records] == [120, 125, 130, 135, 140, 145]


def test_a_failed_measurement_of_a_sensor_is_no_number() -> None:
    device = a_sensor(Time())
    (sent,) = device.measure(moment(glucose_sensor.SENSOR, 0, failed=True))
    level = next(iter(cgm_measurement.readings(packet(sent.data), heard(device))))
    assert level.value is Absence.NOT_A_NUMBER


def test_a_sensor_that_is_told_the_time_knows_when_it_began() -> None:
    time = Time()
    device = a_sensor(time, timed=False)
    start = CgmSessionStartTime.from_bytes(device.read(cgm_session_start_time.UUID))
    assert start.told is None
    now = CgmSessionStartTime(DateTime.of(time()), 4, start.saving, secured=True)
    device.write(cgm_session_start_time.UUID, bytes(now))
    told = CgmSessionStartTime.from_bytes(device.read(cgm_session_start_time.UUID)).told
    assert told is not None
    assert told.replace(tzinfo=None) == time() - timedelta(minutes=120)


def test_a_new_session_counts_anew_and_makes_new_identities() -> None:
    time = Time()
    device = a_sensor(time, records=3)
    first = {one.identity for s in fetched(device)[:-1] for one in _levels(device, s)}
    time.now += timedelta(hours=1)
    assert asked(device, Op.STOP_SESSION).operand == Outcome(Op.STOP_SESSION, Answer.SUCCESS)
    assert not list(device.measure(moment(glucose_sensor.SENSOR, 1)))
    assert asked(device, Op.START_SESSION).operand == Outcome(Op.START_SESSION, Answer.SUCCESS)
    again = set()
    for number in range(3):
        (sent,) = device.measure(moment(glucose_sensor.SENSOR, number))
        again |= {one.identity for one in _levels(device, sent)}
    assert len(first) == len(again) == 3
    assert not first & again


def _levels(device: GlucoseSensor, sent: Sent) -> Iterable[Any]:
    return cgm_measurement.readings(packet(sent.data), heard(device))


def test_the_levels_of_a_sensor_are_set_and_read() -> None:
    device = a_sensor(Time())
    levels = [op for op in Op if op.name.startswith("SET_") and op in device.operations.levels]
    assert len(levels) == 6
    for op in levels:
        asked(device, op, Decimal(111))
        assert asked(device, Op(op + 1)) == CgmSpecificOpsControlPoint(Op(op + 2), Decimal(111))
    assert asked(device, levels[0], Special.NAN).operand == Outcome(levels[0], Answer.OUT_OF_RANGE)


def test_calibrations_are_kept_by_number() -> None:
    device = a_sensor(Time())
    sample = Sample(SampleType.CAPILLARY_WHOLE_BLOOD, SampleSite.FINGER)
    given = Calibration(Decimal(101), 60, sample, 120, 0, CalibrationStatus(0))
    asked(device, Op.SET_CALIBRATION, given)
    answer = asked(device, Op.GET_CALIBRATION, 0xFFFF)
    assert answer.operand == replace(given, number=1, status=CalibrationStatus.PENDING)
    out = Outcome(Op.GET_CALIBRATION, Answer.OUT_OF_RANGE)
    assert asked(device, Op.GET_CALIBRATION, 2).operand == out


def test_the_interval_of_a_sensor_can_be_none() -> None:
    device = a_sensor(Time())
    asked(device, Op.SET_INTERVAL, 0)
    assert asked(device, Op.GET_INTERVAL).operand == 0
    assert not list(device.measure(moment(glucose_sensor.SENSOR, 0)))
    assert len(device.store) == 25


@pytest.mark.parametrize(("data", "code"), [(b"\x02", 0x80), (b"\x02\x00\x00", 0x81), (b"", 0x80)])
def test_an_operation_without_the_right_check_sum_is_refused(data: bytes, code: int) -> None:
    with pytest.raises(AttError) as refused:
        a_sensor(Time()).write(cgm_specific_ops_control_point.UUID, data)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        (b"\xee", Answer.OP_NOT_SUPPORTED),
        (b"\x03\x05", Answer.OP_NOT_SUPPORTED),
        (b"\x07", Answer.INVALID_OPERAND),
    ],
)
def test_an_operation_that_cannot_be_done_is_answered(data: bytes, answer: Answer) -> None:
    device = a_sensor(Time())
    (sent,) = device.write(cgm_specific_ops_control_point.UUID, e2e_crc.sealed(data))
    said = CgmSpecificOpsControlPoint.from_bytes(sent.data)
    assert said.operand == Outcome(data[0], answer)


def test_a_history_goes_out_several_records_in_a_packet() -> None:
    sent = fetched(a_sensor(Time(), records=10, packed=4))
    assert [cgm_measurement.count(one.data) for one in sent[:-1]] == [4, 4, 2]
    assert [cgm_measurement.number(one.data) for one in sent[:-1]] == [15, 35, 45]
    assert sent[-1].data == DONE
