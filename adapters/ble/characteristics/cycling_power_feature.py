"""Cycling Power Feature, 0x2A65: what a power meter can tell.

Source: Bluetooth SIG, Cycling Power Service 1.1, 3.3; GATT Specification Supplement, Cycling Power
Feature.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A65)

_CAN_BITS = (1 << 20) - 1


class Can(IntFlag):
    """The first 20 bits."""

    PEDAL_BALANCE = 1 << 0
    ACCUMULATED_TORQUE = 1 << 1
    WHEEL = 1 << 2
    CRANK = 1 << 3
    EXTREME_MAGNITUDES = 1 << 4
    EXTREME_ANGLES = 1 << 5
    DEAD_SPOT_ANGLES = 1 << 6
    ACCUMULATED_ENERGY = 1 << 7
    OFFSET_COMPENSATION_INDICATOR = 1 << 8
    OFFSET_COMPENSATION = 1 << 9
    CONTENT_MASKING = 1 << 10
    SEVERAL_LOCATIONS = 1 << 11
    CRANK_LENGTH = 1 << 12
    CHAIN_LENGTH = 1 << 13
    CHAIN_WEIGHT = 1 << 14
    SPAN_LENGTH = 1 << 15
    MEASURES_TORQUE = 1 << 16
    """Otherwise it measures force."""
    DIRECTION = 1 << 17
    CALIBRATION_DATE = 1 << 18
    ENHANCED_OFFSET_COMPENSATION = 1 << 19


class Shared(IntEnum):
    """Whether it is one of two sensors that add up (left and right)."""

    UNSPECIFIED = 0
    ALONE = 1
    ONE_OF_TWO = 2


@dataclass(frozen=True, slots=True)
class CyclingPowerFeature:
    """What the power meter can do. Bits 22 to 31 are reserved and ignored."""

    can: Can
    shared: Shared = Shared.UNSPECIFIED

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if there are not exactly four bytes, or a number is reserved."""
        fields = Reader(data)
        bits = fields.unsigned(4)
        fields.end()
        try:
            return cls(Can(bits & _CAN_BITS), Shared(bits >> 20 & 3))
        except ValueError:
            raise fields.wrong("whether it is one of two is a reserved number") from None

    def __bytes__(self) -> bytes:
        return bytes(Writer().unsigned(self.can | self.shared << 20, 4))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Cycling Power Feature",
    service="Cycling Power",
    value=CyclingPowerFeature,
    fields={
        name: because("says what the power meter can do; measures nothing")
        for name in ("can", "shared")
    },
    source="Cycling Power Service 1.1, 3.3",
)
