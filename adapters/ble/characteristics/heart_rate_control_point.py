"""Heart Rate Control Point, 0x2A39: sets the count of energy of a strap to zero.

Source: Bluetooth SIG, Heart Rate Service 1.0, 3.3 (Heart Rate Control Point). The gateway never
writes it: the count goes on for whoever else listens to the strap.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A39)

NOT_SUPPORTED = 0x80
"""The ATT error with which a strap refuses every other number (Heart Rate Service 1.0, 3.3.2)."""


class Op(IntEnum):
    """What can be asked; every other number is reserved."""

    RESET_ENERGY = 1


@dataclass(frozen=True, slots=True)
class HeartRateControlPoint:
    """One request."""

    op: Op

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError for a reserved number."""
        fields = Reader(data)
        number = fields.uint8()
        fields.end()
        try:
            return cls(Op(number))
        except ValueError:
            raise fields.wrong("the request is a reserved number") from None

    def __bytes__(self) -> bytes:
        return bytes(Writer().uint8(self.op))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Heart Rate Control Point",
    service="Heart Rate",
    value=HeartRateControlPoint,
    fields={"op": because("sets a count of the strap to zero; measures nothing")},
    source="Heart Rate Service 1.0, 3.3",
)
