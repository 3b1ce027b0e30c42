"""LN Feature, 0x2A6A: what a location sensor can tell.

Source: Bluetooth SIG, Location and Navigation Service 1.0, 3.1; GATT Specification Supplement, LN
Feature.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.place import STAYS
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A6A)


class Can(IntFlag):
    """Bits 21 to 31 are reserved and ignored."""

    SPEED = 1 << 0
    DISTANCE = 1 << 1
    PLACE = 1 << 2
    ELEVATION = 1 << 3
    HEADING = 1 << 4
    ROLLING_TIME = 1 << 5
    UTC = 1 << 6
    REMAINING_DISTANCE = 1 << 7
    REMAINING_HEIGHT = 1 << 8
    ARRIVAL = 1 << 9
    SATELLITES_USED = 1 << 10
    SATELLITES_IN_VIEW = 1 << 11
    TIME_TO_FIRST_FIX = 1 << 12
    HORIZONTAL_ERROR = 1 << 13
    VERTICAL_ERROR = 1 << 14
    HORIZONTAL_DILUTION = 1 << 15
    VERTICAL_DILUTION = 1 << 16
    CONTENT_MASKING = 1 << 17
    FIX_RATE = 1 << 18
    SET_ELEVATION = 1 << 19
    POSITION_STATUS = 1 << 20


@dataclass(frozen=True, slots=True)
class LnFeature:
    """What the sensor can do."""

    can: Can

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if there are not exactly four bytes."""
        fields = Reader(data)
        can = Can(fields.unsigned(4) & (1 << 21) - 1)
        fields.end()
        return cls(can)

    def __bytes__(self) -> bytes:
        return bytes(Writer().unsigned(self.can, 4))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="LN Feature",
    service="Location and Navigation",
    value=LnFeature,
    fields={"can": STAYS},
    source="Location and Navigation Service 1.0, 3.1; GATT Specification Supplement",
)
