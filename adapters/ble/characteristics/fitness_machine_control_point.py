"""Fitness Machine Control Point, 0x2AD9: what an app asks of a fitness machine.

Source: Bluetooth SIG, Fitness Machine Service 1.0, 4.16 (tables 4.15, 4.23, 4.24). The resistance
to set has one byte there, and two since the erratum that made it signed; machines take either.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.procedures import Procedure, Went
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2AD9)


class Op(IntEnum):
    """What is asked or answered."""

    REQUEST_CONTROL = 0
    RESET = 1
    SET_SPEED = 2
    SET_INCLINATION = 3
    SET_RESISTANCE = 4
    SET_POWER = 5
    SET_HEART_RATE = 6
    START_OR_RESUME = 7
    STOP_OR_PAUSE = 8
    SET_ENERGY = 9
    SET_STEPS = 10
    SET_STRIDES = 11
    SET_DISTANCE = 12
    SET_TRAINING_TIME = 13
    SET_TIME_IN_TWO_ZONES = 14
    SET_TIME_IN_THREE_ZONES = 15
    SET_TIME_IN_FIVE_ZONES = 16
    SET_BIKE_SIMULATION = 17
    SET_WHEEL_CIRCUMFERENCE = 18
    SPIN_DOWN = 19
    SET_CADENCE = 20
    RESPONSE = 128


_LENGTHS: Mapping[int, Collection[int]] = {
    Op.REQUEST_CONTROL: {0},
    Op.RESET: {0},
    Op.SET_SPEED: {2},
    Op.SET_INCLINATION: {2},
    Op.SET_RESISTANCE: {1, 2},
    Op.SET_POWER: {2},
    Op.SET_HEART_RATE: {1},
    Op.START_OR_RESUME: {0},
    Op.STOP_OR_PAUSE: {1},
    Op.SET_ENERGY: {2},
    Op.SET_STEPS: {2},
    Op.SET_STRIDES: {2},
    Op.SET_DISTANCE: {3},
    Op.SET_TRAINING_TIME: {2},
    Op.SET_TIME_IN_TWO_ZONES: {4},
    Op.SET_TIME_IN_THREE_ZONES: {6},
    Op.SET_TIME_IN_FIVE_ZONES: {10},
    Op.SET_BIKE_SIMULATION: {6},
    Op.SET_WHEEL_CIRCUMFERENCE: {2},
    Op.SPIN_DOWN: {1},
    Op.SET_CADENCE: {2},
    Op.RESPONSE: range(2, 512),
}


@dataclass(frozen=True, slots=True)
class FitnessMachineControlPoint(Procedure):
    """One request or answer.

    Attributes:
        op: which.
        parameter: what is aimed at; in an answer the op code, how it went, and more.
    """

    OPS = Op
    LENGTHS = _LENGTHS
    RESPONSE = Op.RESPONSE
    WORST = Went.CONTROL_NOT_PERMITTED


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Fitness Machine Control Point",
    service="Fitness Machine",
    value=FitnessMachineControlPoint,
    fields={
        name: because("steers the machine, which the gateway never does")
        for name in ("op", "parameter")
    },
    source="Fitness Machine Service 1.0, 4.16",
)
