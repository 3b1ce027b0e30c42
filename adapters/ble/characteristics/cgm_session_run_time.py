"""CGM Session Run Time, 0x2AAB: for how long a sensor under the skin is made to measure.

Source: Bluetooth SIG, Continuous Glucose Monitoring Service 1.0.2, 3.5 (CGM Session Run Time);
GATT Specification Supplement, CGM Session Run Time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats import e2e_crc
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2AAB)


@dataclass(frozen=True, slots=True)
class CgmSessionRunTime:
    """The expected run time in hours, with a check sum or without."""

    hours: int
    secured: bool = False

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError unless it is two bytes, or four with the right check sum."""
        fields = Reader(data)
        hours = fields.uint16()
        secured = fields.left > 0
        if secured:
            e2e_crc.check(fields)
        fields.end()
        return cls(hours, secured)

    def __bytes__(self) -> bytes:
        made = bytes(Writer().uint16(self.hours))
        return e2e_crc.sealed(made) if self.secured else made


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="CGM Session Run Time",
    service="Continuous Glucose Monitoring",
    value=CgmSessionRunTime,
    fields={
        "hours": because("how long the sensor is made to last; nothing of the person's"),
        "secured": because("the check sum is checked and not kept"),
    },
    source="Continuous Glucose Monitoring Service 1.0.2, 3.5",
)
