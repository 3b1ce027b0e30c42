"""PLX Features, 0x2A60: what a pulse oximeter can tell.

Source: Bluetooth SIG, Pulse Oximeter Service 1.0.1, 3.3 (PLX Features).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats import oximetry
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.oximetry import MeasurementStatus, SensorStatus
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A60)

_EVERY_OTHER_FEATURE = 0xFC


class Feature(IntFlag):
    """What it can tell. Bits 8 to 15 are reserved and ignored."""

    MEASUREMENT_STATUS = 1
    SENSOR_STATUS = 1 << 1
    STORAGE = 1 << 2
    TIME = 1 << 3
    FAST = 1 << 4
    SLOW = 1 << 5
    AMPLITUDE = 1 << 6
    SEVERAL_BONDS = 1 << 7


_NONE = Feature(0)


@dataclass(frozen=True, slots=True)
class PlxFeatures:
    """What this oximeter can tell.

    Attributes:
        features: without the two bits that announce the fields below.
        status: which measurement status bits it can set; None if it sends no such field.
        sensor: which device and sensor status bits it can set; None if it sends no such field.
    """

    features: Feature = _NONE
    status: MeasurementStatus | None = None
    sensor: SensorStatus | None = None

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if a field that the bits announce is missing, or more is there."""
        fields = Reader(data)
        bits = Feature(fields.uint16() & 0xFF)
        status, sensor = None, None
        if Feature.MEASUREMENT_STATUS in bits:
            status = MeasurementStatus(fields.uint16() & oximetry.KNOWN_MEASUREMENT)
        if Feature.SENSOR_STATUS in bits:
            sensor = SensorStatus(fields.unsigned(3) & oximetry.KNOWN_SENSOR)
        fields.end()
        return cls(Feature(bits & _EVERY_OTHER_FEATURE), status, sensor)

    def __bytes__(self) -> bytes:
        bits, rest = self.features, Writer()
        if self.status is not None:
            bits |= Feature.MEASUREMENT_STATUS
            rest.uint16(self.status)
        if self.sensor is not None:
            bits |= Feature.SENSOR_STATUS
            rest.unsigned(self.sensor, 3)
        return bytes(Writer().uint16(bits).raw(bytes(rest)))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="PLX Features",
    service="Pulse Oximeter",
    value=PlxFeatures,
    fields={
        "features": because("what the oximeter can tell; each measurement says what it does tell"),
        "status": because("which bits it can set; each measurement bears those that are"),
        "sensor": because("which bits it can set; each measurement bears those that are"),
    },
    source="Pulse Oximeter Service 1.0.1, 3.3",
)
