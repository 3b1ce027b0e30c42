"""Body Sensor Location, 0x2A38: where on the body the sensor is worn.

Source: Bluetooth SIG, Heart Rate Service 1.0, 3.2 (Body Sensor Location).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A38)


class Site(IntEnum):
    """The places that the specification knows."""

    OTHER = 0
    CHEST = 1
    WRIST = 2
    FINGER = 3
    HAND = 4
    EAR_LOBE = 5
    FOOT = 6


@dataclass(frozen=True, slots=True)
class BodySensorLocation:
    """One place."""

    site: Site

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if the place is one that the specification reserves."""
        fields = Reader(data)
        number = fields.uint8()
        fields.end()
        try:
            return cls(Site(number))
        except ValueError:
            raise fields.wrong("the place on the body is a reserved number") from None

    def __bytes__(self) -> bytes:
        return bytes(Writer().uint8(self.site))

    @property
    def word(self) -> str:
        """The place in our words: ``chest``, ``ear lobe``; nothing for "other"."""
        return "" if self.site is Site.OTHER else self.site.name.lower().replace("_", " ")


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Body Sensor Location",
    service="Heart Rate",
    value=BodySensorLocation,
    fields={"site": because("shown with the device, as the place where it is worn")},
    source="Heart Rate Service 1.0, 3.2",
)
