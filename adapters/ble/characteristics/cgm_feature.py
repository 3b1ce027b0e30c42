"""CGM Feature, 0x2AA8: what a sensor under the skin can do, and what it measures in.

Source: Bluetooth SIG, Continuous Glucose Monitoring Service 1.0.2, 3.2 (CGM Feature); GATT
Specification Supplement, CGM Feature (its check sum field is always there; where the feature is
not supported it is 0xFFFF, or anything).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats import e2e_crc
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.sample import Sample
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2AA8)

_EVERY_FEATURE = 0x01FFFF
_NO_CHECK_SUM = 0xFFFF


class Feature(IntFlag):
    """What it can do. Bits 17 to 23 are reserved and ignored."""

    CALIBRATION = 1
    PATIENT_ALERTS = 1 << 1
    HYPO_ALERTS = 1 << 2
    HYPER_ALERTS = 1 << 3
    RATE_ALERTS = 1 << 4
    DEVICE_ALERT = 1 << 5
    SENSOR_MALFUNCTION = 1 << 6
    TEMPERATURE_HIGH_LOW = 1 << 7
    RESULT_HIGH_LOW = 1 << 8
    LOW_BATTERY = 1 << 9
    SENSOR_TYPE = 1 << 10
    DEVICE_FAULT = 1 << 11
    E2E_CRC = 1 << 12
    SEVERAL_BONDS = 1 << 13
    SEVERAL_SESSIONS = 1 << 14
    TREND = 1 << 15
    QUALITY = 1 << 16


@dataclass(frozen=True, slots=True)
class CgmFeature:
    """What this sensor can do, and what it measures in."""

    features: Feature
    sample: Sample

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError unless it is six bytes, whose check sum is right if there is one."""
        fields = Reader(data)
        features = Feature(fields.unsigned(3) & _EVERY_FEATURE)
        sample = Sample.take(fields)
        if Feature.E2E_CRC in features:
            e2e_crc.check(fields)
        else:
            fields.skip(e2e_crc.WIDTH)
        fields.end()
        return cls(features, sample)

    def __bytes__(self) -> bytes:
        made = Writer().unsigned(self.features, 3)
        self.sample.put(made)
        if Feature.E2E_CRC in self.features:
            return e2e_crc.sealed(bytes(made))
        return bytes(made.uint16(_NO_CHECK_SUM))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="CGM Feature",
    service="Continuous Glucose Monitoring",
    value=CgmFeature,
    fields={
        "features": because("what the sensor can do; says whether check sums must be there"),
        "sample": because("in what each of its readings was measured"),
    },
    source="Continuous Glucose Monitoring Service 1.0.2, 3.2",
)
