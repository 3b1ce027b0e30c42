"""Fitness Machine Feature, 0x2ACC: what a fitness machine tells, and what it can be set to.

Source: Bluetooth SIG, Fitness Machine Service 1.0, 4.3 (tables 4.3 and 4.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

SERVICE = assigned(0x1826)
UUID = assigned(0x2ACC)

_KNOWN = (1 << 17) - 1


class Measures(IntFlag):
    """What it tells. Bits 17 to 31 are reserved and ignored."""

    AVERAGE_SPEED = 1 << 0
    CADENCE = 1 << 1
    DISTANCE = 1 << 2
    INCLINATION = 1 << 3
    ELEVATION = 1 << 4
    PACE = 1 << 5
    STEPS = 1 << 6
    RESISTANCE = 1 << 7
    STRIDES = 1 << 8
    ENERGY = 1 << 9
    HEART_RATE = 1 << 10
    METABOLIC_EQUIVALENT = 1 << 11
    ELAPSED = 1 << 12
    REMAINING = 1 << 13
    POWER = 1 << 14
    FORCE_ON_BELT = 1 << 15
    USER_DATA = 1 << 16


class Settable(IntFlag):
    """What it can be set to. Bits 17 to 31 are reserved and ignored."""

    SPEED = 1 << 0
    INCLINATION = 1 << 1
    RESISTANCE = 1 << 2
    POWER = 1 << 3
    HEART_RATE = 1 << 4
    ENERGY = 1 << 5
    STEPS = 1 << 6
    STRIDES = 1 << 7
    DISTANCE = 1 << 8
    TRAINING_TIME = 1 << 9
    TIME_IN_TWO_ZONES = 1 << 10
    TIME_IN_THREE_ZONES = 1 << 11
    TIME_IN_FIVE_ZONES = 1 << 12
    BIKE_SIMULATION = 1 << 13
    WHEEL_CIRCUMFERENCE = 1 << 14
    SPIN_DOWN = 1 << 15
    CADENCE = 1 << 16


@dataclass(frozen=True, slots=True)
class FitnessMachineFeature:
    """What the machine tells, and what it can be set to."""

    measures: Measures
    settable: Settable

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if there are not exactly eight bytes."""
        fields = Reader(data)
        measures = Measures(fields.unsigned(4) & _KNOWN)
        settable = Settable(fields.unsigned(4) & _KNOWN)
        fields.end()
        return cls(measures, settable)

    def __bytes__(self) -> bytes:
        return bytes(Writer().unsigned(self.measures, 4).unsigned(self.settable, 4))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Fitness Machine Feature",
    service="Fitness Machine",
    value=FitnessMachineFeature,
    fields={
        "measures": because("says what the machine tells; measures nothing"),
        "settable": because("what the machine can be set to; measures nothing"),
    },
    source="Fitness Machine Service 1.0, 4.3",
)
