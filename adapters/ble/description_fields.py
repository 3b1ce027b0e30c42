"""What a description may say of one field of a packet."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from adapters.ble.layout import Part
from adapters.ble.layout_fields import Clock, NumberType, Skipped, TimeType, When
from adapters.ble.layout_fields import Field as LayoutField
from adapters.errors import UnknownKind
from adapters.kinds import kind, row_of
from adapters.reading import Absence, Quality

QUALITIES = {
    one.name.lower().replace("_", "-"): one
    for one in Quality
    if one.name and one not in (Quality.CLOCK_NOT_TRUSTED, Quality.POSSIBLE_DUPLICATE)
}
"""The words for what a bit of a field can say about the measurement."""


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


class Strict(BaseModel):
    """Text from outside; a word that is not known is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WhenText(Strict):
    """A field is only there where this bit of that field is set, or is not."""

    field: str
    bit: int = Field(ge=0, le=31)
    is_set: bool = True


class FieldText(Strict):
    """One field of a packet, front to end.

    A field with a ``kind`` is a reading; of a kind with components it is one ``component``.
    ``skip`` passes over bytes; ``time`` is the device's own time. ``record_number`` marks the
    number by which the device tells its records apart, ``user`` the one for its users. ``quality``
    says what a bit means that is set; ``expect`` what always stands there; ``bits`` which bits of
    the number count; ``when`` makes the field hang on a bit of an earlier one.
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
    bits: tuple[int, int] | None = None
    expect: int | None = None
    quality: Annotated[dict[int, str], AfterValidator(_known_quality)] = {}
    user: bool = False
    record_number: bool = False
    when: WhenText | None = None

    @property
    def known_as(self) -> str:
        """What it is called in this packet; empty where it has no name."""
        return self.name or self.component or self.kind or ("time" if self.time else "")

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
        if self.type is None and (self.kind or self.user or self.record_number or self.quality):
            raise ValueError("only a number can be a reading, a user or a record number")
        if not self.is_whole and (self.bits or self.expect is not None or self.quality):
            raise ValueError("bits, expect and quality need a whole number, such as uint8")
        if self.bits is not None and not 0 <= self.bits[0] <= self.bits[1] < self._width:
            raise ValueError("write bits as [lowest, highest], counted from 0, within the number")
        self._kind_makes_sense()
        return self

    @property
    def _width(self) -> int:
        return int(self.type[4:]) if self.type is not None and self.is_whole else 0

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
        if self.unit != row.unit:
            raise ValueError(
                f'{self.kind} is kept in the unit "{row.unit}": write that, and a scale and '
                "offset that turn the device's number into it"
            )

    def part(self) -> Part:
        """The field as a layout knows it."""
        when = None
        if self.when is not None:
            when = When(self.when.field, self.when.bit, self.when.is_set)
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
            bits=self.bits,
            expect=self.expect,
            quality={bit: QUALITIES[word] for bit, word in self.quality.items()},
            user=self.user,
            record_number=self.record_number,
            when=when,
        )
