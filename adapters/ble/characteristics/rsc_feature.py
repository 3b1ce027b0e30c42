"""RSC Feature, 0x2A54: what a running sensor can tell.

Source: Bluetooth SIG, Running Speed and Cadence Service 1.0, 3.2 (RSC Feature).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A54)


class Can(IntFlag):
    """Bits 5 to 15 are reserved and ignored."""

    STRIDE_LENGTH = 1
    TOTAL_DISTANCE = 2
    WALKING_OR_RUNNING = 4
    CALIBRATION = 8
    SEVERAL_LOCATIONS = 16


@dataclass(frozen=True, slots=True)
class RscFeature:
    """What the sensor can do."""

    can: Can

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if there are not exactly two bytes."""
        fields = Reader(data)
        can = Can(fields.uint16() & 0x1F)
        fields.end()
        return cls(can)

    def __bytes__(self) -> bytes:
        return bytes(Writer().uint16(self.can))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="RSC Feature",
    service="Running Speed and Cadence",
    value=RscFeature,
    fields={"can": because("says what the sensor can do; measures nothing")},
    source="Running Speed and Cadence Service 1.0, 3.2",
)
