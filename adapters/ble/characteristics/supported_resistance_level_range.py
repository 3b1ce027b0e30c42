"""Supported Resistance Level Range, 0x2AD6: the levels that a fitness machine can be set to.

Source: Bluetooth SIG, Fitness Machine Service 1.0, 4.13 (two bytes a number, the levels signed, as
machines send them); GATT Specification Supplement, Supported Resistance Level Range (one byte a
number). The length tells which it is, also for the levels in the machine's data.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2AD6)

NARROW = 3
"""How many bytes it has where a level has one."""


@dataclass(frozen=True, slots=True)
class SupportedResistanceLevelRange:
    """From the lowest to the highest by so much at a time, in numbers of the machine's own.

    Attributes:
        lowest: level.
        highest: level.
        step: from one level to the next.
        narrow: the numbers have one byte each.
    """

    lowest: int
    highest: int
    step: int
    narrow: bool = field(default=False, compare=False)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if there are not exactly six bytes, or three."""
        fields = Reader(data)
        narrow = fields.left == NARROW
        if narrow:
            made = cls(fields.uint8(), fields.uint8(), fields.uint8(), narrow)
        else:
            made = cls(fields.signed(2), fields.signed(2), fields.uint16(), narrow)
        fields.end()
        return made

    def __bytes__(self) -> bytes:
        made = Writer()
        if self.narrow:
            return bytes(made.uint8(self.lowest).uint8(self.highest).uint8(self.step))
        return bytes(made.signed(self.lowest, 2).signed(self.highest, 2).uint16(self.step))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Supported Resistance Level Range",
    service="Fitness Machine",
    value=SupportedResistanceLevelRange,
    fields={
        "lowest": because("what the machine can be set to; measures nothing"),
        "highest": because("what the machine can be set to; measures nothing"),
        "step": because("what the machine can be set to; measures nothing"),
        "narrow": because("only says in how many bytes the numbers were sent"),
    },
    source="Fitness Machine Service 1.0, 4.13; GATT Specification Supplement",
)
