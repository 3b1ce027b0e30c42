"""What the six data characteristics of fitness machines have in common.

Flags say which fields follow, one bit for one field or for a few that stand together. Bit 0 is
the other way round: it is set where more of the same record follows in another packet, and the
first field is only in the last packet of a record.

Source: Bluetooth SIG, Fitness Machine Service 1.0, 4.4 to 4.9 (fields, and the codes for "data not
available") and 4.19 (records in several packets); GATT Specification Supplement.

The resistance level has two bytes in version 1.0 of the service, as machines send it, and one byte
in the Supplement. The length of a packet tells which it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.ble.characteristic import Becomes, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.reading import Absence

NOT_AVAILABLE: Final = Absence.UNKNOWN
"""The machine sends the field, but does not measure it."""

Field = int | Absence | None
"""A number as it is sent, `NOT_AVAILABLE`, or None where the packet has not the field."""

RESISTANCE: Final = "resistance"
NARROW: Final = "narrow"
"""The resistance level has one byte."""


@dataclass(frozen=True, slots=True)
class Number:
    """One field: its name, how many bytes it has, and the code that stands for no value."""

    name: str
    width: int = 2
    signed: bool = False
    unavailable: int | None = None

    def take(self, fields: Reader, width: int) -> Field:
        """The next field of a packet."""
        number = fields.signed(width) if self.signed and width > 1 else fields.unsigned(width)
        return NOT_AVAILABLE if number == self.unavailable else number

    def put(self, made: Writer, value: Field, width: int) -> None:
        """Write it into a packet.

        Raises:
            ValueError: there is no value, and no code that says so.
        """
        number = self.unavailable if isinstance(value, Absence) else value
        if number is None:
            raise ValueError(f"{self.name} must be there too")
        if self.signed and width > 1:
            made.signed(number, width)
        else:
            made.unsigned(number, width)


@dataclass(frozen=True, slots=True)
class Layout:
    """The fields of one characteristic.

    Attributes:
        flags: how many bytes the flags have.
        groups: which fields each bit announces, from bit 0 on.
        marks: bits of the flags that say yes or no instead of announcing a field, by name.
    """

    flags: int
    groups: tuple[tuple[Number, ...], ...]
    marks: Mapping[str, int] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """All fields, in the order in which they are sent."""
        return [number.name for group in self.groups for number in group]

    def read(self, data: bytes) -> dict[str, Any]:
        """The fields of a packet and its marks, by name.

        With a resistance level comes `NARROW`, whether it has one byte.

        Where a reserved bit announces a field of which nothing is known, the bytes at the end are
        passed over: walking pads of KingSmith and rowers of Technogym send such. The length then
        does not tell how wide a resistance level is.

        Raises:
            DecodeError: a field that the flags announce is missing, or more is there, or a
                resistance level stands beside a field of which nothing is known.
        """
        fields = Reader(data)
        flags = fields.unsigned(self.flags)
        reserved = flags & ~(sum(self.marks.values()) | (1 << len(self.groups)) - 1)
        present = self._present(flags ^ 1)
        has_resistance = any(number.name == RESISTANCE for number in present)
        if reserved and has_resistance:
            raise fields.wrong("how wide the resistance level is cannot be told")
        widest = sum(number.width for number in present)
        narrow = has_resistance and fields.left == widest - 1
        values: dict[str, Any] = {name: bool(flags & bit) for name, bit in self.marks.items()}
        for number in present:
            values[number.name] = number.take(fields, self._width(number, narrow))
        if has_resistance:
            values[NARROW] = narrow
        if reserved:
            fields.rest()
        fields.end()
        return values

    def write(self, values: Mapping[str, Any]) -> bytes:
        """A packet of these fields and marks; a field that is None is left out.

        Raises:
            ValueError: of fields that stand together only some are there.
        """
        flags = 1 | sum(bit for name, bit in self.marks.items() if values[name])
        for bit, group in enumerate(self.groups):
            if any(values.get(number.name) is not None for number in group):
                flags ^= 1 << bit
        made = Writer().unsigned(flags, self.flags)
        for number in self._present(flags ^ 1):
            width = self._width(number, values.get(NARROW, False))
            number.put(made, values.get(number.name), width)
        return bytes(made)

    def _present(self, bits: int) -> list[Number]:
        there = (group for bit, group in enumerate(self.groups) if bits >> bit & 1)
        return [number for group in there for number in group]

    @staticmethod
    def _width(number: Number, narrow: bool) -> int:
        return 1 if narrow and number.name == RESISTANCE else number.width


RESISTANCE_LEVEL: Final = (Number(RESISTANCE, signed=True),)
INCLINE: Final = (
    Number("inclination", signed=True, unavailable=0x7FFF),
    Number("ramp_angle", signed=True, unavailable=0x7FFF),
)
SESSION: Final = (
    (
        Number("energy", unavailable=0xFFFF),
        Number("energy_an_hour", unavailable=0xFFFF),
        Number("energy_a_minute", width=1, unavailable=0xFF),
    ),
    (Number("heart_rate", width=1),),
    (Number("metabolic_equivalent", width=1),),
    (Number("elapsed"),),
    (Number("remaining"),),
)
"""The five groups with which every machine ends."""

_AVERAGE = because("an average of the session, which the readings give as well")
_COUNTED = because("counts from the start of the session; how many a minute tells the effort")
_OF_THE_TOTAL = because("the machine's own estimate, from the energy that it counts")

WHY: Final[Mapping[str, Becomes]] = {
    "average_speed": _AVERAGE,
    "average_cadence": _AVERAGE,
    "average_power": _AVERAGE,
    "average_pace": _AVERAGE,
    "average_step_rate": _AVERAGE,
    "average_stroke_rate": _AVERAGE,
    "ramp_angle": because("how the machine is set, which its incline says in percent"),
    "descent": because("only height that was climbed has a meaning for the body's effort"),
    "pace": because("says the same as speed, in other words"),
    "energy_an_hour": _OF_THE_TOTAL,
    "energy_a_minute": _OF_THE_TOTAL,
    "elapsed": because("counts the seconds of the session; each reading has its own time"),
    "remaining": because("counts down to the end that was set on the machine"),
    "force_on_belt": because("a force on the belt, whose power is told beside it"),
    RESISTANCE: because("a number of the machine's own, like no other machine's"),
    "floors": because("counts from the start of the session; the steps a minute tell the effort"),
    "steps": because("counts from the start of the session; the steps a minute tell the effort"),
    "strides": because("counts from the start of the session; the steps a minute tell the effort"),
    "strokes": because(
        "counts from the start of the session; the strokes a minute tell the effort"
    ),
    "backward": because("which way the pedals go"),
    NARROW: because("only says in how many bytes the resistance level was sent"),
}
"""Why fields of machines that make no reading make none."""
