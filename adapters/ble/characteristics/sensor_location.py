"""Sensor Location, 0x2A5D: where a running or cycling sensor is fixed.

Source: GATT Specification Supplement, Sensor Location; Bluetooth SIG, Running Speed and Cadence
Service 1.0, 3.3; Cycling Speed and Cadence Service 1.0, 3.3; Cycling Power Service 1.1, 3.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A5D)


class Fixed(IntEnum):
    """The places that the specification knows."""

    OTHER = 0
    TOP_OF_SHOE = 1
    IN_SHOE = 2
    HIP = 3
    FRONT_WHEEL = 4
    LEFT_CRANK = 5
    RIGHT_CRANK = 6
    LEFT_PEDAL = 7
    RIGHT_PEDAL = 8
    FRONT_HUB = 9
    REAR_DROPOUT = 10
    CHAINSTAY = 11
    REAR_WHEEL = 12
    REAR_HUB = 13
    CHEST = 14
    SPIDER = 15
    CHAIN_RING = 16


@dataclass(frozen=True, slots=True)
class SensorLocation:
    """One place."""

    fixed: Fixed

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if the place is one that the specification reserves."""
        fields = Reader(data)
        number = fields.uint8()
        fields.end()
        try:
            return cls(Fixed(number))
        except ValueError:
            raise fields.wrong("the place of the sensor is a reserved number") from None

    def __bytes__(self) -> bytes:
        return bytes(Writer().uint8(self.fixed))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Sensor Location",
    service="Running Speed and Cadence and others",
    value=SensorLocation,
    fields={"fixed": because("where the sensor is fixed, which changes no reading")},
    source="GATT Specification Supplement, Sensor Location",
)
