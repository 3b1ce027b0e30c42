"""Supported Power Range, 0x2AD8: the powers that a fitness machine can be set to.

Source: Bluetooth SIG, Fitness Machine Service 1.0, 4.14; GATT Specification Supplement, Supported
Power Range.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2AD8)


@dataclass(frozen=True, slots=True)
class SupportedPowerRange:
    """From the lowest to the highest by so much at a time, in W."""

    lowest: int
    highest: int
    step: int

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if there are not exactly six bytes."""
        fields = Reader(data)
        made = cls(fields.signed(2), fields.signed(2), fields.unsigned(2))
        fields.end()
        return made

    def __bytes__(self) -> bytes:
        return bytes(Writer().signed(self.lowest, 2).signed(self.highest, 2).unsigned(self.step, 2))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Supported Power Range",
    service="Fitness Machine",
    value=SupportedPowerRange,
    fields={
        name: because("what the machine can be set to; measures nothing")
        for name in ("lowest", "highest", "step")
    },
    source="Fitness Machine Service 1.0, 4.14; GATT Specification Supplement",
)
