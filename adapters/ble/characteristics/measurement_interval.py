"""Measurement Interval, 0x2A21: how often a thermometer measures by itself.

Source: Bluetooth SIG, Health Thermometer Service 1.0, 3.4 (Measurement Interval).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A21)


@dataclass(frozen=True, slots=True)
class MeasurementInterval:
    """Seconds from one measurement to the next; 0 where it measures only when asked."""

    seconds: int

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError unless it is two bytes."""
        fields = Reader(data)
        seconds = fields.uint16()
        fields.end()
        return cls(seconds)

    def __bytes__(self) -> bytes:
        return bytes(Writer().uint16(self.seconds))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Measurement Interval",
    service="Health Thermometer",
    value=MeasurementInterval,
    fields={"seconds": because("how often it measures; measures nothing itself")},
    source="Health Thermometer Service 1.0, 3.4",
)
