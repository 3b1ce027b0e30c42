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
from dataclasses import dataclass
from typing import Final

from adapters.ble.characteristic import Becomes, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.errors import DecodeError
from adapters.reading import Absence

NOT_AVAILABLE: Final = Absence.UNKNOWN
"""The machine sends the field, but does not measure it."""

Field = int | Absence | None
"""A number as it is sent, `NOT_AVAILABLE`, or None where the packet has not the field."""

RESISTANCE: Final = "resistance"


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
        known: bits of the flags that mean something else than a field.
    """

    flags: int
    groups: tuple[tuple[Number, ...], ...]
    known: int = 0

    def read(self, data: bytes) -> tuple[int, bool, dict[str, Field]]:
        """The flags, whether the resistance level has one byte, and the fields.

        Where a reserved bit announces a field of which nothing is known, the bytes at the end are
        passed over: walking pads of KingSmith and rowers of Technogym send such. The length then
        does not tell how wide a resistance level is.

        Raises:
            DecodeError: a field that the flags announce is missing, or more is there, or a
                resistance level stands beside a field of which nothing is known.
        """
        fields = Reader(data)
        flags = fields.unsigned(self.flags)
        reserved = flags & ~(self.known | (1 << len(self.groups)) - 1)
        present = self._present(flags ^ 1)
        if reserved and any(number.name == RESISTANCE for number in present):
            raise fields.wrong("how wide the resistance level is cannot be told")
        narrow = self._is_narrow(present, fields.left)
        values: dict[str, Field] = {}
        for number in present:
            values[number.name] = number.take(fields, self._width(number, narrow))
        if reserved:
            fields.rest()
        fields.end()
        return flags, narrow, values

    def write(self, values: Mapping[str, Field], narrow: bool, more: int = 0) -> bytes:
        """A packet of these fields.

        Args:
            values: by name; a field that is None is left out.
            narrow: the resistance level has one byte.
            more: bits of the flags that mean something else than a field.

        Raises:
            ValueError: of fields that stand together only some are there.
        """
        flags = 1
        for bit, group in enumerate(self.groups):
            if any(values.get(number.name) is not None for number in group):
                flags ^= 1 << bit
        made = Writer().unsigned(flags | more, self.flags)
        for number in self._present(flags ^ 1):
            number.put(made, values.get(number.name), self._width(number, narrow))
        return bytes(made)

    def _present(self, bits: int) -> list[Number]:
        there = (group for bit, group in enumerate(self.groups) if bits >> bit & 1)
        return [number for group in there for number in group]

    @staticmethod
    def _width(number: Number, narrow: bool) -> int:
        return 1 if narrow and number.name == RESISTANCE else number.width

    @staticmethod
    def _is_narrow(present: list[Number], length: int) -> bool:
        if all(number.name != RESISTANCE for number in present):
            return False
        return length == sum(number.width for number in present) - 1


def agreed(narrow: bool, data: bytes, levels: bytes | None) -> None:
    """A resistance level of one byte must be what the machine's range of levels has as well.

    Otherwise it is a packet that lost its last byte.

    Args:
        narrow: the resistance level of the packet has one byte.
        data: the packet.
        levels: Supported Resistance Level Range as the machine said it, if it did.

    Raises:
        DecodeError: the two differ.
    """
    if narrow and levels is not None and len(levels) > 3:
        raise DecodeError("the packet is cut short", data, len(data))


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
    "narrow": because("only says in how many bytes the resistance level was sent"),
}
"""Why fields of machines that make no reading make none."""
