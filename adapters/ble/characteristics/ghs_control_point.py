"""GHS Control Point, 0x2BF4: a generic health sensor sends live observations once it is asked to.

Source: Bluetooth SIG, Generic Health Sensor Service 1.0, 3.6 (so with Philips, ST and Realtek; the
last two know no other answer than success).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2BF4)


class Op(IntEnum):
    """What is asked or answered."""

    START = 0x01
    STOP = 0x02
    SUCCESS = 0x80
    SERVER_BUSY = 0x81
    FAILED = 0x82


@dataclass(frozen=True, slots=True)
class GhsControlPoint:
    """One request or answer."""

    op: Op

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError unless it is one byte that is not reserved."""
        fields = Reader(data)
        number = fields.uint8()
        fields.end()
        try:
            return cls(Op(number))
        except ValueError:
            raise fields.wrong("the op code is a reserved number") from None

    def __bytes__(self) -> bytes:
        return bytes(Writer().uint8(self.op))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="GHS Control Point",
    service="Generic Health Sensor",
    value=GhsControlPoint,
    fields={"op": because("asks for live observations; measures nothing")},
    source="Generic Health Sensor Service 1.0, 3.6",
)
