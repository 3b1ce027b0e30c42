"""Temperature Measurement, 0x2A1C, and Intermediate Temperature, 0x2A1E, which has its layout.

Source: Bluetooth SIG, Health Thermometer Service 1.0, 3.1 (Temperature Measurement) and 3.3
(Intermediate Temperature); GATT Specification Supplement, Temperature Measurement.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, because, becomes
from adapters.ble.characteristics import temperature_type
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.temperature_type import Site, TemperatureType
from adapters.ble.formats.conversion import celsius
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.numbers import MedicalNumber, Special
from adapters.ble.formats.stamp import stamp
from adapters.ble.formats.uuids import assigned
from adapters.ble.hearing import Hearing
from adapters.ble.record import Record
from adapters.errors import DecodeError
from adapters.kinds import kind
from adapters.local_events import Packet
from adapters.reading import Absence, Quality, Quantity, Reading

SERVICE = assigned(0x1809)
UUID = assigned(0x2A1C)
INTERMEDIATE = assigned(0x2A1E)

_TEMPERATURE = kind("body_temperature")
_SETTLING = kind("temperature_while_measuring")


class Flag(IntFlag):
    """The first byte. Bits 3 to 7 are reserved and ignored."""

    FAHRENHEIT = 1
    TIME_PRESENT = 2
    SITE_PRESENT = 4


@dataclass(frozen=True, slots=True)
class TemperatureMeasurement:
    """One measurement, in the unit in which the thermometer shows it.

    Attributes:
        temperature: degrees, or why there are none.
        fahrenheit: they are degrees Fahrenheit, not Celsius.
        at: when it was measured, by the thermometer's clock; None where it has none.
        site: where on the body; None where it does not say.
    """

    temperature: MedicalNumber
    fahrenheit: bool = False
    at: DateTime | None = None
    site: Site | None = None

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if a field that the flags announce is missing, or more is there."""
        fields = Reader(data)
        flags = Flag(fields.uint8() & 0x07)
        made = cls(
            temperature=fields.float32(),
            fahrenheit=Flag.FAHRENHEIT in flags,
            at=DateTime.take(fields) if Flag.TIME_PRESENT in flags else None,
            site=Site.take(fields) if Flag.SITE_PRESENT in flags else None,
        )
        fields.end()
        return made

    def __bytes__(self) -> bytes:
        flags = Flag.FAHRENHEIT if self.fahrenheit else Flag(0)
        made = Writer().float32(self.temperature)
        if self.at is not None:
            flags |= Flag.TIME_PRESENT
            self.at.put(made)
        if self.site is not None:
            flags |= Flag.SITE_PRESENT
            made.uint8(self.site)
        return bytes(Writer().uint8(flags).raw(bytes(made)))

    @property
    def value(self) -> Quantity | Absence:
        """In degrees Celsius."""
        if isinstance(self.temperature, Special):
            return self.temperature.absence
        degrees = celsius(self.temperature) if self.fahrenheit else self.temperature
        return Quantity(degrees, "Cel")

    @property
    def quality(self) -> Quality:
        """Whether the digits are those of a conversion."""
        return Quality.VALUE_AS_CONVERTED if self.fahrenheit else Quality.NONE


class IntermediateTemperature(TemperatureMeasurement):
    """What the thermometer shows before it has settled; the layout of a measurement."""

    __slots__ = ()


def readings(packet: Packet, hearing: Hearing) -> Iterator[Record]:
    """The temperature, at the place that it names or that the thermometer named before.

    Raises:
        DecodeError: the packet is not well formed.
    """
    said = TemperatureMeasurement.from_bytes(packet.data)
    told = said.at.told if said.at is not None else None
    yield Record(
        _TEMPERATURE,
        said.value,
        told,
        identity=stamp(told),
        quality=said.quality,
        where=said.site.word if said.site is not None else _named_before(hearing),
    )


def settling(packet: Packet, hearing: Hearing) -> Iterator[Reading]:
    """What it shows while it measures; about the device, not the person.

    Raises:
        DecodeError: the packet is not well formed.
    """
    said = IntermediateTemperature.from_bytes(packet.data)
    where = said.site.word if said.site is not None else _named_before(hearing)
    yield Reading(_SETTLING, packet.received, said.value, quality=said.quality, where=where)


def _named_before(hearing: Hearing) -> str:
    try:
        return TemperatureType.from_bytes(hearing.said[temperature_type.UUID]).site.word
    except (KeyError, DecodeError):
        return ""


_UNIT = because("the unit; degrees become Celsius")

CHARACTERISTICS = (
    Characteristic(
        uuid=UUID,
        name="Temperature Measurement",
        service="Health Thermometer",
        value=TemperatureMeasurement,
        fields={
            "temperature": becomes(_TEMPERATURE),
            "fahrenheit": _UNIT,
            "at": because("the time of each reading"),
            "site": because("the place of each reading"),
        },
        source="Health Thermometer Service 1.0, 3.1",
    ),
    Characteristic(
        uuid=INTERMEDIATE,
        name="Intermediate Temperature",
        service="Health Thermometer",
        value=IntermediateTemperature,
        fields={
            "temperature": becomes(_SETTLING),
            "fahrenheit": _UNIT,
            "at": because("it is shown as it comes"),
            "site": because("the place of each reading"),
        },
        source="Health Thermometer Service 1.0, 3.3",
    ),
)
