"""Enhanced Intermediate Cuff Pressure, 0x2B35: the pressure in the cuff while it measures.

Source: Bluetooth SIG, Blood Pressure Service 1.1.1, 3.6 (Enhanced Intermediate Cuff Pressure);
GATT Specification Supplement, Enhanced Intermediate Cuff Pressure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from adapters.ble.characteristic import Characteristic, because, becomes
from adapters.ble.characteristics import intermediate_cuff_pressure as plain
from adapters.ble.formats.cuff_times import EnhancedFields
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.numbers import MedicalNumber, Special
from adapters.ble.formats.uuids import assigned
from adapters.kinds import kind
from adapters.local_events import Packet
from adapters.reading import Reading

UUID = assigned(0x2B35)


@dataclass(frozen=True, slots=True)
class EnhancedIntermediateCuffPressure(EnhancedFields):
    """One moment of a measurement; times, pulse, user and status as in `EnhancedFields`.

    Attributes:
        pressure: what is in the cuff now.
    """

    pressure: MedicalNumber = Special.NAN

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if a field that the flags announce is missing, or more is there."""
        fields = Reader(data)
        flags, pressure = fields.uint8(), fields.sfloat()
        rest = cls.take(flags, fields)
        fields.end()
        return cls(
            rest.kilopascal,
            rest.seconds,
            rest.pulse,
            rest.user,
            rest.status,
            rest.shown_seconds,
            rest.from_2000,
            pressure,
        )

    def __bytes__(self) -> bytes:
        made = Writer().uint8(self.flags).sfloat(self.pressure)
        self.put(made)
        return bytes(made)


def readings(packet: Packet) -> Iterator[Reading]:
    """The pressure in the cuff; about the device, not the person.

    Raises:
        DecodeError: the packet is not well formed.
    """
    said = EnhancedIntermediateCuffPressure.from_bytes(packet.data)
    yield plain.reading(packet, said.pressure, kilopascal=said.kilopascal)


_LATER = because("the finished measurement tells it")
_NOW = because("it is shown as it comes")

CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Enhanced Intermediate Cuff Pressure",
    service="Blood Pressure",
    value=EnhancedIntermediateCuffPressure,
    fields={
        "pressure": becomes(kind("cuff_pressure")),
        "kilopascal": because("the unit; the pressure becomes mm[Hg]"),
        "seconds": _NOW,
        "pulse": _LATER,
        "user": _LATER,
        "status": _LATER,
        "shown_seconds": _NOW,
        "from_2000": _NOW,
    },
    source="Blood Pressure Service 1.1.1, 3.6",
)
