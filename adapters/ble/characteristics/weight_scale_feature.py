"""Weight Scale Feature, 0x2A9E: what a scale knows, and how finely it weighs.

Source: Bluetooth SIG, Weight Scale Service 1.0, 3.1 (Weight Scale Feature); GATT Specification
Supplement, Weight Scale Feature.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.resolution import HeightStep, WeightStep, step
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A9E)

_WEIGHT_AT, _HEIGHT_AT = 3, 7


class Feature(IntFlag):
    """What it can do. Bits 10 to 31 are reserved and ignored."""

    TIME = 1
    USERS = 2
    BMI = 4


@dataclass(frozen=True, slots=True)
class WeightScaleFeature:
    """What one scale can do.

    Attributes:
        features: what it knows beside the weight.
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
            Feature(bits & 0x07),
            step(WeightStep, bits >> _WEIGHT_AT & 0x0F, fields),
            step(HeightStep, bits >> _HEIGHT_AT & 0x07, fields),
        )

    def __bytes__(self) -> bytes:
        bits = self.features | self.weight << _WEIGHT_AT | self.height << _HEIGHT_AT
        return bytes(Writer().unsigned(bits, 4))


_CAN = because("says what it can do; measures nothing")

CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Weight Scale Feature",
    service="Weight Scale",
    value=WeightScaleFeature,
    fields={"features": _CAN, "weight": _CAN, "height": _CAN},
    source="Weight Scale Service 1.0, 3.1",
)
