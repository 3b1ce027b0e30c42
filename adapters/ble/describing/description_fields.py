"""What a description may say of one field of a packet."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from adapters.ble.describing.layout import Part
from adapters.ble.describing.layout_clock import Clock, TimeType
from adapters.ble.describing.layout_fields import Check, NumberType, Skipped, width_of
from adapters.ble.describing.layout_fields import Field as LayoutField
from adapters.ble.describing.layout_units import units_of
from adapters.ble.describing.layout_when import When
from adapters.ble.formats.fields import ByteOrder
from adapters.errors import UnknownKind
from adapters.kinds import kind, row_of
from adapters.reading import Absence, Quality

QUALITIES = {
    one.name.lower().replace("_", "-"): one
    for one in Quality
    if one.name
    and one
    not in (
        Quality.CLOCK_NOT_TRUSTED,
        Quality.CLOCK_CORRECTED,
        Quality.POSSIBLE_DUPLICATE,
        Quality.VALUE_AS_CONVERTED,
        Quality.TIME_OF_ARRIVAL,
    )
}
"""The words for what a bit of a field can say about the measurement; the others are our own."""


def _known_kind(name: str) -> str:
    try:
        return kind(name)
    except UnknownKind:
        raise ValueError("take a kind that stands in docs/kinds.md") from None


def _known_quality(words: dict[int, str]) -> dict[int, str]:
    for bit, word in words.items():
        if word not in QUALITIES:
            raise ValueError(f"{word!r} is not one of: {', '.join(QUALITIES)}")
        if not 0 <= bit < 32:
            raise ValueError("a bit is a number from 0, the lowest, to 31")
    return words


def _as_list(one: object) -> object:
    return [] if one is None else one if isinstance(one, list) else [one]


def _pieces(bits: list[int]) -> list[int]:
    if len(bits) % 2 or any(not 0 <= low <= high < 32 for low, high in _pairs(bits)):
        raise ValueError("write bits as [lowest, highest], counted from 0; more pieces behind that")
    return bits


def _pairs(bits: list[int]) -> tuple[tuple[int, int], ...]:
    return tuple(zip(bits[::2], bits[1::2], strict=False))


Numbers = Annotated[list[int], BeforeValidator(_as_list)]


class Strict(BaseModel):
    """Text from outside; a word that is not known is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WhenText(Strict):
    """A field is only there where a bit of that field is set (or is not), or it says a number."""

    field: str
    bit: int | None = Field(default=None, ge=0, le=31)
    is_set: bool = True
    equals: Numbers = []

    @model_validator(mode="after")
    def _asks_one_thing(self) -> WhenText:
        if (self.bit is None) == (not self.equals):
            raise ValueError("ask for a bit of the field, or for the numbers that it equals")
        return self

    def when(self) -> When:
        """The same for a layout."""
        return When(self.field, self.bit, self.is_set, tuple(self.equals))


class FieldText(Strict):
    """One field of a packet, front to end.

    A field with a ``kind`` is a reading; of a kind with components it is one ``component``. The
    words are explained in docs/describe-a-device.md.
    """

    name: str = ""
    type: NumberType | None = None
    time: TimeType | None = None
    skip: int = Field(default=0, ge=0, le=512)
    scale: Decimal = Decimal(1)
    offset: Decimal = Decimal(0)
    kind: Annotated[str, AfterValidator(_known_kind)] | None = None
    component: str = ""
    unit: str = ""
    absent: dict[int, Absence] = {}
    of: str = ""
    bits: Annotated[list[int], AfterValidator(_pieces)] = []
    expect: Numbers = []
    quality: Annotated[dict[int, str], AfterValidator(_known_quality)] = {}
    user: bool = False
    record_number: bool = False
    byte_order: ByteOrder | None = None
    check: Check | None = None
    check_from: int = Field(default=0, ge=0, le=512)
    when: Annotated[list[WhenText], BeforeValidator(_as_list)] = []

    @property
    def known_as(self) -> str:
        """What it is called in this packet; empty where it has no name."""
        own = self.name or self.component or self.kind
        return own or ("time" if self.time else "") or ("check" if self.check else "")

    @property
    def is_whole(self) -> bool:
        """Whether it is an integer."""
        return self.type is not None and self.type not in ("sfloat", "float")

    @model_validator(mode="after")
    def _makes_sense(self) -> FieldText:
        if (self.type is None) + (self.time is None) + (self.skip == 0) != 2:
            raise ValueError("give a field either a type, a time, or a number of bytes to skip")
        if self.scale == 0:
            raise ValueError("a scale of 0 makes every reading the same; write what one step is")
        of_numbers = (self.kind, self.user, self.record_number, self.quality, self.of, self.absent)
        if self.type is None and any(of_numbers):
            raise ValueError("only a number can be a reading, a user or a record number")
        of_whole = (self.bits, self.expect, self.quality, self.check)
        if not self.is_whole and any(of_whole):
            raise ValueError("bits, expect, quality and check need a whole number, such as uint8")
        if not self.of and any(high >= self._width for _, high in _pairs(self.bits)):
            raise ValueError("the bits must be within the number")
        if self.of and not self.is_whole and self.bits:
            raise ValueError("a medical float is the whole of a field, not some of its bits")
        if self.skip and self.when:
            raise ValueError("bytes to skip are always there: name them with a type instead")
        self._kind_makes_sense()
        return self

    @property
    def _width(self) -> int:
        return 0 if self.type is None else 8 * width_of(self.type)

    def _kind_makes_sense(self) -> None:
        if self.kind is None:
            if self.unit or self.component:
                raise ValueError("a unit needs a kind: say what is measured")
            return
        row = row_of(kind(self.kind))
        if row.shape not in ("quantity", "components"):
            raise ValueError(f"{self.kind} is not a number; take a kind that is")
        if self.component not in (row.components or ("",)):
            parts = ", ".join(row.components)
            raise ValueError(
                f"{self.kind} has the components {parts}: write one as component"
                if parts
                else f"{self.kind} is a single number: leave component out"
            )
        if self.unit not in units_of(row.unit):
            units = " or ".join(f'"{unit}"' for unit in units_of(row.unit))
            raise ValueError(
                f"{self.kind} is kept in the unit {units}: write that, and a scale and "
                "offset that turn the device's number into it"
            )

    def part(self) -> Part:
        """The field as a layout knows it."""
        when = tuple(one.when() for one in self.when)
        if self.time is not None:
            return Clock(self.known_as, self.time, when)
        if self.type is None:
            return Skipped(self.skip)
        return LayoutField(
            name=self.known_as,
            type=self.type,
            scale=self.scale,
            offset=self.offset,
            kind=None if self.kind is None else kind(self.kind),
            unit=self.unit,
            absent=dict(self.absent),
            component=self.component,
            of=self.of,
            bits=_pairs(self.bits),
            expect=tuple(self.expect),
            quality={bit: QUALITIES[word] for bit, word in self.quality.items()},
            user=self.user,
            record_number=self.record_number,
            order=self.byte_order,
            check=self.check,
            check_from=self.check_from,
            when=when,
        )
