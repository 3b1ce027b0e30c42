"""The layout of a packet, field by field: what a device description says, made able to read.

Source of the number types: `adapters.ble.fields` and `adapters.ble.numbers`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from adapters.ble.fields import ByteOrder, Reader, Writer
from adapters.ble.numbers import MedicalNumber, Special
from adapters.kinds import Kind
from adapters.local_events import Packet
from adapters.reading import Absence, Quantity, Reading

NumberType = Literal[
    "uint8", "uint16", "uint24", "uint32", "sint8", "sint16", "sint24", "sint32", "sfloat", "float"
]

Sent = Decimal | Absence
"""What a field says: a number in the unit of its kind, or why there is none."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field.

    Attributes:
        name: what it is called, for whoever writes packets.
        type: how the number is written.
        scale: what one step of the number stands for.
        offset: what is added after that.
        kind: the kind of reading it is; None for a number that is no reading.
        unit: its UCUM unit, that of its kind.
        absent: numbers that stand for "no value".
    """

    name: str
    type: NumberType
    scale: Decimal = Decimal(1)
    offset: Decimal = Decimal(0)
    kind: Kind | None = None
    unit: str = ""
    absent: Mapping[int, Absence] = field(default_factory=dict)

    def take(self, fields: Reader) -> Sent:
        """Read it."""
        number = self._number(fields)
        if isinstance(number, Special):
            return number.absence
        if number in self.absent:
            return self.absent[int(number)]
        return number * self.scale + self.offset

    def _number(self, fields: Reader) -> MedicalNumber:
        if self.type == "sfloat":
            return fields.sfloat()
        if self.type == "float":
            return fields.float32()
        width = int(self.type[4:]) // 8
        return Decimal(fields.signed(width) if self.type[0] == "s" else fields.unsigned(width))

    def put(self, said: Sent, made: Writer) -> None:
        """Write it.

        Raises:
            ValueError: the field has no way to say it.
        """
        if self.type in ("sfloat", "float"):
            number = self._special(said) if isinstance(said, Absence) else self._steps(said)
            (made.sfloat if self.type == "sfloat" else made.float32)(number)
            return
        if isinstance(said, Absence):
            whole = next((n for n, absence in self.absent.items() if absence is said), None)
            if whole is None:
                raise ValueError(f"{self.name} has no number for {said.value}")
        else:
            whole = int(self._steps(said))
            if whole != self._steps(said) or whole in self.absent:
                raise ValueError(f"{self.name} cannot say {said}")
        width = int(self.type[4:]) // 8
        (made.signed if self.type[0] == "s" else made.unsigned)(whole, width)

    def _steps(self, said: Decimal) -> Decimal:
        return said if self.scale == 1 and not self.offset else (said - self.offset) / self.scale

    def _special(self, said: Absence) -> Special:
        for special in Special:
            if special.absence is said:
                return special
        raise ValueError(f"{self.name} has no code for {said.value}")


@dataclass(frozen=True, slots=True)
class Skipped:
    """Bytes that say nothing we keep."""

    count: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The fields of a packet, front to end; what is left over is an error."""

    parts: tuple[Field | Skipped, ...]
    order: ByteOrder = "little"

    def decode(self, data: bytes) -> list[tuple[Field, Sent]]:
        """Every field with what it says.

        Raises:
            DecodeError: the packet is shorter or longer than the layout.
        """
        fields = Reader(data, self.order)
        said = []
        for part in self.parts:
            if isinstance(part, Skipped):
                fields.skip(part.count)
            else:
                said.append((part, part.take(fields)))
        fields.end()
        return said

    def encode(self, said: Mapping[str, Sent]) -> bytes:
        """A packet that says this, by the names of the fields; skipped bytes are zero.

        Raises:
            KeyError: a field is not said.
            ValueError: a field has no way to say it.
        """
        made = Writer(self.order)
        for part in self.parts:
            if isinstance(part, Skipped):
                made.raw(bytes(part.count))
            else:
                part.put(said[part.name], made)
        return bytes(made)

    def readings(self, packet: Packet) -> Iterator[Reading]:
        """One reading a field that has a kind.

        Raises:
            DecodeError: the packet is shorter or longer than the layout.
        """
        counts: dict[Kind, int] = {}
        for part, said in self.decode(packet.data):
            if part.kind is None:
                continue
            nth = counts.get(part.kind, 0)
            counts[part.kind] = nth + 1
            value = said if isinstance(said, Absence) else Quantity(said, part.unit)
            yield Reading(part.kind, packet.received, value, nth=nth)
