"""Body Composition Feature, 0x2A9B: what a body composition scale works out.

Source: Bluetooth SIG, Body Composition Service 1.0, 3.1 (Body Composition Feature); GATT
Specification Supplement, Body Composition Feature.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.resolution import HeightStep, WeightStep, step
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A9B)

_KNOWN = 0x7FF
_WEIGHT_AT, _HEIGHT_AT = 11, 15


class Feature(IntFlag):
    """What it can do. Bits 18 to 31 are reserved and ignored."""

    TIME = 1 << 0
    USERS = 1 << 1
    BASAL_METABOLISM = 1 << 2
    MUSCLE_PERCENTAGE = 1 << 3
    MUSCLE_MASS = 1 << 4
    FAT_FREE_MASS = 1 << 5
    SOFT_LEAN_MASS = 1 << 6
    BODY_WATER_MASS = 1 << 7
    IMPEDANCE = 1 << 8
    WEIGHT = 1 << 9
    HEIGHT = 1 << 10


@dataclass(frozen=True, slots=True)
class BodyCompositionFeature:
    """What one scale can do.

    Attributes:
        features: what it works out beside body fat.
        weight: how finely it weighs.
        height: how finely it measures or takes heights.
    """

    features: Feature
    weight: WeightStep = WeightStep.NOT_SAID
    height: HeightStep = HeightStep.NOT_SAID

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError unless it is four bytes with known resolutions."""
        fields = Reader(data)
        bits = fields.unsigned(4)
        fields.end()
        return cls(
            Feature(bits & _KNOWN),
            step(WeightStep, bits >> _WEIGHT_AT & 0x0F, fields),
            step(HeightStep, bits >> _HEIGHT_AT & 0x07, fields),
        )

    def __bytes__(self) -> bytes:
        bits = self.features | self.weight << _WEIGHT_AT | self.height << _HEIGHT_AT
        return bytes(Writer().unsigned(bits, 4))


_CAN = because("says what it can do; measures nothing")

CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Body Composition Feature",
    service="Body Composition",
    value=BodyCompositionFeature,
    fields={"features": _CAN, "weight": _CAN, "height": _CAN},
    source="Body Composition Service 1.0, 3.1",
)
