"""The numbers of a layout: how each is written, what one step of it stands for, what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import xor
from typing import Final, Literal

from adapters.ble.describing.layout_clock import Moment
from adapters.ble.describing.layout_when import When, all_hold
from adapters.ble.formats.fields import ByteOrder, Reader, Writer
from adapters.ble.formats.numbers import FLOAT, SFLOAT, MedicalNumber, Special
from adapters.kinds import Kind
from adapters.reading import Absence, Quality

NumberType = Literal[
    "uint8", "uint16", "uint24", "uint32", "sint8", "sint16", "sint24", "sint32", "sfloat", "float"
]
Check = Literal["sum", "xor"]

CHECKS: Final[Mapping[Check, str]] = {
    "sum": "all the bytes added up, as much of the sum as fits",
    "xor": "all the bytes combined by exclusive or",
}
"""How a device makes sure that its packet is whole."""

Sent = Decimal | Absence | datetime
"""What a field says: a number in the unit of its kind, why there is none, or a time."""

Said = Decimal | Absence | Moment
"""What was read of a field."""

Bits = tuple[tuple[int, int], ...]
"""Pieces of a number, each its lowest and highest bit; the piece with the low bits comes first."""


def width_of(type_: NumberType) -> int:
    """The bytes of a number that is written so."""
    return {"sfloat": 2, "float": 4}.get(type_) or int(type_[4:]) // 8


@dataclass(frozen=True, slots=True)
class Field:
    """One number.

    Attributes:
        name: what it is called, for whoever writes packets.
        type: how the number is written; for bits of another field, whether they have a sign.
        scale: what one step of the number stands for.
        offset: what is added after that.
        kind: the kind of reading it is; None for a number that is no reading.
        unit: the UCUM unit in which the device measures; that of its kind, or one that is
            converted (`adapters.ble.describing.layout_units`).
        absent: numbers that stand for "no value".
        component: which component of its kind it is; empty for a kind that is one number.
        of: the name of an earlier field whose bits it is made of; it has no bytes of its own.
        bits: the bits of the number that count, the others say something else; empty for all.
        expect: the only numbers that there may be.
        quality: what a bit of it says about the whole measurement.
        user: it is the number by which the device tells its users apart.
        record_number: it is the number by which the device tells its records apart.
        order: of its bytes, where that is not the layout's.
        check: it makes sure that the packet is whole, in this way.
        check_from: the first byte, counted from 0, that it looks at.
        when: what has to hold for it to be there at all.
    """

    name: str
    type: NumberType
    scale: Decimal = Decimal(1)
    offset: Decimal = Decimal(0)
    kind: Kind | None = None
    unit: str = ""
    absent: Mapping[int, Absence] = field(default_factory=dict)
    component: str = ""
    of: str = ""
    bits: Bits = ()
    expect: tuple[int, ...] = ()
    quality: Mapping[int, Quality] = field(default_factory=dict)
    user: bool = False
    record_number: bool = False
    order: ByteOrder | None = None
    check: Check | None = None
    check_from: int = 0
    when: tuple[When, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether it is an integer."""
        return self.type not in ("sfloat", "float")

    @property
    def width(self) -> int:
        """Its bytes."""
        return 0 if self.of else width_of(self.type)

    def is_there(self, whole: Mapping[str, int]) -> bool:
        """Whether it is in this packet, by the whole numbers that were read before."""
        return all_hold(self.when, whole) and (not self.of or self.of in whole)

    def take(
        self, fields: Reader, order: ByteOrder, whole: dict[str, int], start: int = 0
    ) -> Decimal | Absence:
        """Read it, and note it among the whole numbers that later fields hang on.

        Args:
            fields: where reading stands.
            order: of the bytes, where the field does not say.
            whole: the whole numbers that were read before.
            start: where the packet begins among the bytes.

        Raises:
            DecodeError: the packet is cut short, or it is not what is expected.
        """
        before = fields.offset
        number = self._number(fields, order, whole)
        if isinstance(number, Special):
            return number.absence
        if self.check is not None and number != self.checks(fields.data[start:before]):
            fields.offset = before
            raise fields.wrong(f"{self.name} says that the packet is damaged")
        if self.expect and number not in self.expect:
            fields.offset = before
            wanted = " or ".join(map(str, self.expect))
            raise fields.wrong(f"{self.name} is not {wanted}")
        if number in self.absent:
            return self.absent[int(number)]
        return number * self.scale + self.offset

    def doubts(self, whole: Mapping[str, int]) -> Quality:
        """What its bits say about the measurement."""
        number = whole.get(self.name, 0)
        found = Quality.NONE
        for bit, quality in self.quality.items():
            if number >> bit & 1:
                found |= quality
        return found

    def _number(self, fields: Reader, order: ByteOrder, whole: dict[str, int]) -> MedicalNumber:
        number = whole[self.of] if self.of else self._unsigned(fields, self.order or order)
        if not self.is_whole:
            return (SFLOAT if self.type == "sfloat" else FLOAT).decode(number)
        size = width_of(self.type) * 8
        if self.bits:
            number, size = _gathered(number, self.bits)
        if self.type[0] == "s" and number >> (size - 1):
            number -= 1 << size
        whole[self.name] = number
        return Decimal(number)

    def _unsigned(self, fields: Reader, order: ByteOrder) -> int:
        before = fields.offset
        fields.skip(self.width)
        return int.from_bytes(fields.data[before : fields.offset], order)

    def checks(self, data: bytes) -> int:
        """The number that makes sure of the bytes before it."""
        looked_at = data[self.check_from :]
        made = sum(looked_at) if self.check == "sum" else reduce(xor, looked_at, 0)
        return made & ((1 << self.width * 8) - 1)

    def put(
        self,
        said: Mapping[str, Sent],
        made: Writer,
        order: ByteOrder,
        whole: dict[str, int],
        of: tuple[Field, ...] = (),
    ) -> None:
        """Write it; bits of its bytes that nothing is said of are zero.

        Args:
            said: what is to be said.
            made: what is written so far.
            order: of the bytes, where the field does not say.
            whole: the whole numbers that were written before.
            of: the fields that are made of its bits.

        Raises:
            KeyError: it is not said.
            ValueError: the field has no way to say it.
        """
        if self.check is not None:
            number = whole[self.name] = self.checks(bytes(made))
        elif of:
            number = whole[self.name] = self._joined(said, of)
        elif self.is_whole:
            number = self.coded(said)
            whole[self.name] = self.steps(said)
        else:
            one = self._said(said)
            medical = self._special(one) if isinstance(one, Absence) else self._scaled(one)
            number = (SFLOAT if self.type == "sfloat" else FLOAT).encode(medical)
        made.raw(number.to_bytes(self.width, self.order or order))

    def coded(self, said: Mapping[str, Sent]) -> int:
        """The bits of a whole number, unsigned, each at its place.

        Raises:
            KeyError: it is not said.
            ValueError: the field has no way to say it.
        """
        steps = self.steps(said)
        size = sum(high - low + 1 for low, high in self.bits) or width_of(self.type) * 8
        half = 1 << (size - 1)
        low, high = (-half, half) if self.type[0] == "s" else (0, 2 * half)
        if not low <= steps < high:
            raise ValueError(f"{self.name} cannot say {said.get(self.name)}")
        number = steps & ((1 << size) - 1)
        return _spread(number, self.bits) if self.bits else number

    def steps(self, said: Mapping[str, Sent]) -> int:
        """The whole number that says it.

        Raises:
            KeyError: it is not said.
            ValueError: the field has no way to say it.
        """
        one = self._said(said)
        if isinstance(one, Absence):
            number = next((n for n, absence in self.absent.items() if absence is one), None)
            if number is None:
                raise ValueError(f"{self.name} has no number for {one.value}")
            return number
        number = int(self._scaled(one))
        if number != self._scaled(one) or number in self.absent:
            raise ValueError(f"{self.name} cannot say {one}")
        return number

    def _joined(self, said: Mapping[str, Sent], of: tuple[Field, ...]) -> int:
        number = self.coded(said) if self.name in said else 0
        for part in of:
            if part.name in said or part.expect:
                number |= part.coded(said)
        return number

    def _said(self, said: Mapping[str, Sent]) -> Decimal | Absence:
        if len(self.expect) == 1:
            return Decimal(self.expect[0]) * self.scale + self.offset
        one = said[self.name]
        if isinstance(one, datetime):
            raise ValueError(f"{self.name} is a number, not a time")
        return one

    def _scaled(self, said: Decimal) -> Decimal:
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


def _gathered(number: int, bits: Bits) -> tuple[int, int]:
    """The pieces of a number put together, and how many bits they are."""
    made, size = 0, 0
    for low, high in bits:
        piece = number >> low & ((1 << (high - low + 1)) - 1)
        made |= piece << size
        size += high - low + 1
    return made, size


def _spread(number: int, bits: Bits) -> int:
    """A number laid out in pieces."""
    made = 0
    for low, high in bits:
        size = high - low + 1
        made |= (number & ((1 << size) - 1)) << low
        number >>= size
    return made
