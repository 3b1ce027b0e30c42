"""User Index, 0x2A9A: which of its users a device is speaking of now.

Of the User Data Service nothing else that says who somebody is (name, mail, birth date) is read.

Source: Bluetooth SIG, User Data Service 1.1, 3.3 (User Index); GATT Specification Supplement, User
Index (255: unknown user).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A9A)


@dataclass(frozen=True, slots=True)
class UserIndex:
    """A slot of the device; `adapters.ble.record.UNKNOWN_USER` before anybody gave consent."""

    user: int

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError unless it is one byte."""
        fields = Reader(data)
        user = fields.uint8()
        fields.end()
        return cls(user)

    def __bytes__(self) -> bytes:
        return bytes(Writer().uint8(self.user))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="User Index",
    service="User Data",
    value=UserIndex,
    fields={"user": because("whose the readings are that come now")},
    source="User Data Service 1.1, 3.3",
)
