"""Database Change Increment, 0x2A99: how often what a device keeps of a user was changed.

Source: Bluetooth SIG, User Data Service 1.1, 3.1.1 (Database Change Increment).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A99)


@dataclass(frozen=True, slots=True)
class DatabaseChangeIncrement:
    """A count that only goes up."""

    count: int

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError unless it is four bytes."""
        fields = Reader(data)
        count = fields.unsigned(4)
        fields.end()
        return cls(count)

    def __bytes__(self) -> bytes:
        return bytes(Writer().unsigned(self.count, 4))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Database Change Increment",
    service="User Data",
    value=DatabaseChangeIncrement,
    fields={"count": because("what it counts, a name or a birth date, is not read")},
    source="User Data Service 1.1, 3.1.1",
)
