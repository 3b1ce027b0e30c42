"""Temperature Type, 0x2A1D: where on the body a thermometer measures.

Source: Bluetooth SIG, Health Thermometer Service 1.0, 3.2 (Temperature Type); GATT Specification
Supplement, Temperature Type.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A1D)


class Site(IntEnum):
    """The places that the specification knows."""

    ARMPIT = 1
    BODY = 2
    EAR = 3
    FINGER = 4
    GASTROINTESTINAL_TRACT = 5
    MOUTH = 6
    RECTUM = 7
    TOE = 8
    TYMPANUM = 9

    @classmethod
    def take(cls, fields: Reader) -> Site:
        """The next byte of a packet.

        Raises:
            DecodeError: it is cut short, or a number that the specification reserves.
        """
        number = fields.uint8()
        try:
            return cls(number)
        except ValueError:
            raise fields.wrong("the place on the body is a reserved number") from None

    @property
    def word(self) -> str:
        """The place in our words (`adapters.reading.PLACES`)."""
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True, slots=True)
class TemperatureType:
    """One place."""

    site: Site

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if the place is one that the specification reserves."""
        fields = Reader(data)
        site = Site.take(fields)
        fields.end()
        return cls(site)

    def __bytes__(self) -> bytes:
        return bytes(Writer().uint8(self.site))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Temperature Type",
    service="Health Thermometer",
    value=TemperatureType,
    fields={"site": because("the place of each reading that does not tell its own")},
    source="Health Thermometer Service 1.0, 3.2",
)
