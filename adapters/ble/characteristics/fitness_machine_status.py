"""Fitness Machine Status, 0x2ADA: what somebody did at a fitness machine.

Source: Bluetooth SIG, Fitness Machine Service 1.0, 4.17 (tables 4.26 and 4.27). The resistance
level that was set has two bytes there; machines of the later Supplement send one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.procedures import parameter_of
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2ADA)


class What(IntEnum):
    """What happened."""

    RESET = 1
    STOPPED_OR_PAUSED = 2
    STOPPED_BY_SAFETY_KEY = 3
    STARTED_OR_RESUMED = 4
    SPEED_SET = 5
    INCLINATION_SET = 6
    RESISTANCE_SET = 7
    POWER_SET = 8
    HEART_RATE_SET = 9
    ENERGY_SET = 10
    STEPS_SET = 11
    STRIDES_SET = 12
    DISTANCE_SET = 13
    TRAINING_TIME_SET = 14
    TIME_IN_TWO_ZONES_SET = 15
    TIME_IN_THREE_ZONES_SET = 16
    TIME_IN_FIVE_ZONES_SET = 17
    BIKE_SIMULATION_SET = 18
    WHEEL_CIRCUMFERENCE_SET = 19
    SPIN_DOWN = 20
    CADENCE_SET = 21
    CONTROL_LOST = 255


_LENGTHS: Mapping[int, Collection[int]] = {
    What.RESET: {0},
    What.STOPPED_OR_PAUSED: {1},
    What.STOPPED_BY_SAFETY_KEY: {0},
    What.STARTED_OR_RESUMED: {0},
    What.SPEED_SET: {2},
    What.INCLINATION_SET: {2},
    What.RESISTANCE_SET: {1, 2},
    What.POWER_SET: {2},
    What.HEART_RATE_SET: {1},
    What.ENERGY_SET: {2},
    What.STEPS_SET: {2},
    What.STRIDES_SET: {2},
    What.DISTANCE_SET: {3},
    What.TRAINING_TIME_SET: {2},
    What.TIME_IN_TWO_ZONES_SET: {4},
    What.TIME_IN_THREE_ZONES_SET: {6},
    What.TIME_IN_FIVE_ZONES_SET: {10},
    What.BIKE_SIMULATION_SET: {6},
    What.WHEEL_CIRCUMFERENCE_SET: {2},
    What.SPIN_DOWN: {1},
    What.CADENCE_SET: {2},
    What.CONTROL_LOST: {0},
}


@dataclass(frozen=True, slots=True)
class FitnessMachineStatus:
    """One thing that happened.

    Attributes:
        what: which.
        parameter: to what it was set, as it is sent.
    """

    what: What
    parameter: bytes = b""

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError for a reserved number or a parameter that does not fit it."""
        fields = Reader(data)
        try:
            what = What(fields.uint8())
        except ValueError:
            raise fields.wrong("what happened is a reserved number") from None
        return cls(what, parameter_of(fields, what, _LENGTHS))

    def __bytes__(self) -> bytes:
        return bytes(Writer().uint8(self.what).raw(self.parameter))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Fitness Machine Status",
    service="Fitness Machine",
    value=FitnessMachineStatus,
    fields={
        name: because("what was set on the machine; what was done is in the other readings")
        for name in ("what", "parameter")
    },
    source="Fitness Machine Service 1.0, 4.17",
)
