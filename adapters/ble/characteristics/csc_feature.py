"""CSC Feature, 0x2A5C: what a speed and cadence sensor of a bicycle can tell.

Source: Bluetooth SIG, Cycling Speed and Cadence Service 1.0, 3.2 (CSC Feature).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A5C)


class Can(IntFlag):
    """Bits 3 to 15 are reserved and ignored."""

    WHEEL = 1
    CRANK = 2
    SEVERAL_LOCATIONS = 4


@dataclass(frozen=True, slots=True)
class CscFeature:
    """What the sensor can do."""

    can: Can

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if there are not exactly two bytes."""
        fields = Reader(data)
        can = Can(fields.uint16() & 0x7)
        fields.end()
        return cls(can)

    def __bytes__(self) -> bytes:
        return bytes(Writer().uint16(self.can))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="CSC Feature",
    service="Cycling Speed and Cadence",
    value=CscFeature,
    fields={"can": because("says what the sensor can do; measures nothing")},
    source="Cycling Speed and Cadence Service 1.0, 3.2",
)
