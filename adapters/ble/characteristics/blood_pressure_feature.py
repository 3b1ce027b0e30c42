"""Blood Pressure Feature, 0x2A49: what a cuff can notice and keep.

Source: Bluetooth SIG, Blood Pressure Service 1.1.1, 3.3 (Blood Pressure Feature); GATT
Specification Supplement, Blood Pressure Feature.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A49)

_KNOWN = 0x1FF


class Feature(IntFlag):
    """What it can do. Bits 9 to 15 are reserved and ignored."""

    BODY_MOVEMENT = 1
    CUFF_FIT = 2
    IRREGULAR_PULSE = 4
    PULSE_RANGE = 8
    POSITION = 16
    MULTIPLE_BONDS = 32
    E2E_CRC = 64
    USER_DATA = 128
    USER_FACING_TIME = 256


@dataclass(frozen=True, slots=True)
class BloodPressureFeature:
    """What one cuff can do."""

    features: Feature

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError unless it is two bytes."""
        fields = Reader(data)
        features = Feature(fields.uint16() & _KNOWN)
        fields.end()
        return cls(features)

    def __bytes__(self) -> bytes:
        return bytes(Writer().uint16(self.features))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Blood Pressure Feature",
    service="Blood Pressure",
    value=BloodPressureFeature,
    fields={"features": because("says how its records are to be read; measures nothing")},
    source="Blood Pressure Service 1.1.1, 3.3",
)
