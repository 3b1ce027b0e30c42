"""Glucose Feature, 0x2A51: what a glucose meter can notice.

Source: Bluetooth SIG, Glucose Service 1.0.1, 3.3 (Glucose Feature); GATT Specification Supplement,
Glucose Feature.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A51)

_EVERY_FEATURE = 0x07FF


class Feature(IntFlag):
    """What it can notice. Bits 11 to 15 are reserved and ignored."""

    LOW_BATTERY = 1
    SENSOR_MALFUNCTION = 1 << 1
    SAMPLE_SIZE = 1 << 2
    STRIP_INSERTION = 1 << 3
    STRIP_TYPE = 1 << 4
    RESULT_HIGH_LOW = 1 << 5
    TEMPERATURE_HIGH_LOW = 1 << 6
    READ_INTERRUPTED = 1 << 7
    DEVICE_FAULT = 1 << 8
    TIME_FAULT = 1 << 9
    SEVERAL_BONDS = 1 << 10


@dataclass(frozen=True, slots=True)
class GlucoseFeature:
    """What this meter can notice."""

    features: Feature

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if there are not exactly two bytes."""
        fields = Reader(data)
        features = Feature(fields.uint16() & _EVERY_FEATURE)
        fields.end()
        return cls(features)

    def __bytes__(self) -> bytes:
        return bytes(Writer().uint16(self.features))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Glucose Feature",
    service="Glucose",
    value=GlucoseFeature,
    fields={"features": because("what the meter can notice; each test says what it did notice")},
    source="Glucose Service 1.0.1, 3.3",
)
