"""Simulated sports sensors and machines: over the virtual radio, and held in the hand."""

from __future__ import annotations

import random
from datetime import datetime

import pytest

from adapters.ble.characteristics import (
    cycling_power_control_point,
    heart_rate,
    heart_rate_control_point,
    ln_control_point,
    rsc_measurement,
    sc_control_point,
)
from adapters.ble.characteristics.cycling_power_control_point import CyclingPowerControlPoint
from adapters.ble.characteristics.fitness_machine_control_point import FitnessMachineControlPoint
from adapters.ble.characteristics.fitness_machine_status import FitnessMachineStatus, What
from adapters.ble.characteristics.ln_control_point import LnControlPoint
from adapters.ble.characteristics.rsc_measurement import RscMeasurement
from adapters.ble.characteristics.sc_control_point import ScControlPoint
from adapters.ble.characteristics.training_status import Part, TrainingStatus
from adapters.ble.formats.procedures import Went
from adapters.local_events import Position
from adapters.simulator.fast_loop import run_fast
from adapters.simulator.gym import CONTROL, STATUS, TRAINING
from adapters.simulator.instrument import AttError, Instrument, Sent, Setup
from adapters.simulator.pusher import instrument
from adapters.simulator.registry import sensors
from adapters.simulator.scenario import read
from adapters.simulator.sensor import Identity, Moment
from tests.test_simulator_household import heard_for, readings

_MINUTE = 60

_MODELS = {
    "running-pod": {"running_speed", "running_cadence", "stride_length", "distance_counted"},
    "bike-sensor": {"wheel_rate", "cycling_cadence"},
    "power-meter": {"power", "wheel_rate", "cycling_cadence"},
    "treadmill": {"machine_speed", "machine_distance", "inclination", "elevation_gain"}
    | {"machine_energy", "heart_rate"},
    "cross-trainer": {"machine_speed", "machine_distance", "step_rate", "inclination", "power"}
    | {"machine_energy", "heart_rate", "metabolic_equivalent"},
    "step-climber": {"step_rate", "elevation_gain", "heart_rate"},
    "stair-climber": {"step_rate", "elevation_gain", "heart_rate"},
    "rower": {"stroke_rate", "machine_distance", "power", "machine_energy", "heart_rate"},
    "indoor-bike": {"machine_speed", "cycling_cadence", "machine_distance", "power"},
    "location-pod": set(),
}


def held(model: str) -> Instrument:
    sensor = sensors()[model]
    return instrument(
        sensor,
        Setup(
            Identity("C0:00:00:00:00:01", "held", "1"),
            sensor.values,
            lambda: datetime(2026, 3, 2, 7),  # noqa: DTZ001  # a device's own clock has no zone
            random.Random(1),
            sensor.options,
        ),
    )


def moment(model: str, number: int) -> Moment:
    return Moment(float(number), number, False, random.Random(number), sensors()[model].values)


def answers(model: str, uuid: str, *asked: bytes) -> list[bytes]:
    device = held(model)
    return [next(iter(device.write(uuid, one))).data for one in asked]


@pytest.mark.radio
def test_a_minute_of_each_arrives_as_its_kinds_and_places_stay_here() -> None:
    text = 'title = "sports"\nbegins = 2026-03-02T07:00:00\n' + "".join(
        f'[[device]]\nid = "{model}"\nmodel = "{model}"\n' for model in _MODELS
    )
    _, house = run_fast(heard_for(_MINUTE, read(text)))
    came = readings(house)
    for model, kinds in _MODELS.items():
        own = {kind: count for (device, kind), count in came.items() if device == model}
        assert set(own) == kinds | {"battery_level"}
        assert all(count >= 45 for kind, count in own.items() if kind != "battery_level")
    places = [one for one in house.events(Position) if isinstance(one, Position)]
    assert len(places) >= 45
    assert {(one.latitude, one.longitude) for one in places} == {(48.2081743, 16.3738189)}


def test_a_machine_obeys_only_who_asked_for_control() -> None:
    start, stop = b"\x07", b"\x08\x01"
    said = answers("indoor-bike", CONTROL, stop, b"\x00", stop, stop, start, b"\x05\xc8\x00")
    went = [FitnessMachineControlPoint.from_bytes(one).parameter for one in said]
    assert went == [
        bytes([8, Went.CONTROL_NOT_PERMITTED]),
        bytes([0, Went.SUCCESS]),
        bytes([8, Went.SUCCESS]),
        bytes([8, Went.FAILED]),
        bytes([7, Went.SUCCESS]),
        bytes([5, Went.SUCCESS]),
    ]


@pytest.mark.parametrize(
    ("asked", "went"),
    [
        (b"", Went.NOT_SUPPORTED),
        (b"\x5c", Went.NOT_SUPPORTED),
        (b"\x06\x80", Went.NOT_SUPPORTED),
        (b"\x02\x00", Went.INVALID_PARAMETER),
    ],
)
def test_a_machine_says_why_it_does_not(asked: bytes, went: Went) -> None:
    (said,) = answers("treadmill", CONTROL, asked)
    assert said == bytes(FitnessMachineControlPoint.answer(asked[0] if asked else 0, went))


def test_a_machine_that_was_stopped_says_so_and_stands_still() -> None:
    device = held("treadmill")
    for number in range(3):
        device.measure(moment("treadmill", number))
    list(device.write(CONTROL, b"\x00"))
    _, status, training = device.write(CONTROL, b"\x08\x01")
    assert status == Sent(STATUS, bytes(FitnessMachineStatus(What.STOPPED_OR_PAUSED, b"\x01")))
    assert training == Sent(TRAINING, bytes(TrainingStatus(Part.IDLE)))
    _, last = device.measure(moment("treadmill", 3))
    assert last.data[2:4] == b"\0\0"


def test_a_pod_is_set_to_a_distance() -> None:
    device = held("running-pod")
    (answer,) = device.write(sc_control_point.UUID, b"\x01" + (10_000).to_bytes(4, "little"))
    assert answer == Sent(
        sc_control_point.UUID, bytes(ScControlPoint.answer(1, Went.SUCCESS)), confirmed=True
    )
    (sent,) = device.measure(moment("running-pod", 0))
    assert sent.uuid == rsc_measurement.UUID
    assert RscMeasurement.from_bytes(sent.data).distance == 10_000


def test_a_pod_names_its_places_and_refuses_others() -> None:
    said = answers("running-pod", sc_control_point.UUID, b"\4", b"\3\2", b"\3\x0c", b"\2", b"\1")
    assert said == [
        bytes(ScControlPoint.answer(4, Went.SUCCESS, b"\1\2")),
        bytes(ScControlPoint.answer(3, Went.SUCCESS)),
        bytes(ScControlPoint.answer(3, Went.NOT_SUPPORTED)),
        bytes(ScControlPoint.answer(2, Went.FAILED)),
        bytes(ScControlPoint.answer(1, Went.INVALID_PARAMETER)),
    ]


def test_a_power_meter_sets_its_zero_and_tells_its_crank() -> None:
    said = answers("power-meter", cycling_power_control_point.UUID, b"\x0c", b"\x05", b"\x0e")
    assert said == [
        bytes(CyclingPowerControlPoint.answer(12, Went.SUCCESS, b"\x0c\0")),
        bytes(CyclingPowerControlPoint.answer(5, Went.SUCCESS, b"\x59\x01")),
        bytes(CyclingPowerControlPoint.answer(14, Went.NOT_SUPPORTED)),
    ]


def test_a_location_pod_has_no_routes() -> None:
    said = answers("location-pod", ln_control_point.UUID, b"\4", b"\5\0\0", b"\xff")
    assert said == [
        bytes(LnControlPoint.answer(4, Went.SUCCESS, b"\0\0")),
        bytes(LnControlPoint.answer(5, Went.NOT_SUPPORTED)),
        bytes(LnControlPoint.answer(255, Went.INVALID_PARAMETER)),
    ]


def test_a_strap_counts_energy_from_zero_when_it_is_told() -> None:
    device = held("heart-rate-strap")

    def energy(number: int) -> int | None:
        (sent,) = device.measure(moment("heart-rate-strap", number))
        return heart_rate.HeartRateMeasurement.from_bytes(sent.data).energy

    assert energy(100) == 9
    assert list(device.write(heart_rate_control_point.UUID, b"\x01")) == []
    assert energy(200) == 9
    with pytest.raises(AttError) as refused:
        device.write(heart_rate_control_point.UUID, b"\x02")
    assert refused.value.code == 0x80
