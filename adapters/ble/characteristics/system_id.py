"""System ID, 0x2A23: often made from the device's address, so it never leaves this house.

Source: Bluetooth SIG, Device Information Service 1.1, 3 (System ID); GATT Specification Supplement,
System ID.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A23)


@dataclass(frozen=True, slots=True)
class SystemId:
    """Two numbers: the manufacturer's own (40 bits) and the organisation's (24 bits)."""

    manufacturer: int
    organisation: int

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if there are not exactly eight bytes."""
        fields = Reader(data)
        manufacturer, organisation = fields.unsigned(5), fields.unsigned(3)
        fields.end()
        return cls(manufacturer, organisation)

    def __bytes__(self) -> bytes:
        return bytes(Writer().unsigned(self.manufacturer, 5).unsigned(self.organisation, 3))

    @property
    def text(self) -> str:
        """As an EUI-64 is written, most significant byte first."""
        return bytes(self)[::-1].hex("-")


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="System ID",
    service="Device Information",
    value=SystemId,
    fields={
        name: because("names this single device, so it stays here")
        for name in ("manufacturer", "organisation")
    },
    source="Device Information Service 1.1, 3.6",
)
