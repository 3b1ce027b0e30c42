"""Descriptions of devices with a protocol of their own, as TOML that a person can write.

One file a device. What a file may say stands in `Description`; a file that says something else is
refused with the place and the next step, and stops no other.
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from adapters.ble.fields import ByteOrder
from adapters.ble.layout import Field as LayoutField
from adapters.ble.layout import Layout, NumberType, Skipped
from adapters.ble.profile import Advertised, DeviceProfile
from adapters.ble.uuids import assigned
from adapters.errors import DescriptionRefused, UnknownKind
from adapters.kinds import kind, row_of
from adapters.reading import Absence


def _full_uuid(text: str) -> str:
    try:
        if len(text) == 4:
            return assigned(int(text, 16))
        return str(UUID(text))
    except ValueError:
        raise ValueError("write a UUID: four hex digits, or 32 with dashes") from None


def _known_kind(name: str) -> str:
    try:
        return kind(name)
    except UnknownKind:
        raise ValueError("take a kind that stands in adapters/kinds.toml") from None


Uuid = Annotated[str, AfterValidator(_full_uuid)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldText(_Strict):
    """One field of a packet, front to end.

    A field with a ``kind`` is a reading. ``skip`` passes over bytes instead. ``record_number``
    marks the number by which the device tells its records apart.
    """

    name: str = ""
    type: NumberType | None = None
    skip: int = Field(default=0, ge=0, le=512)
    scale: Decimal = Decimal(1)
    offset: Decimal = Decimal(0)
    kind: Annotated[str, AfterValidator(_known_kind)] | None = None
    unit: str = ""
    absent: dict[int, Absence] = {}
    record_number: bool = False

    @model_validator(mode="after")
    def _makes_sense(self) -> FieldText:
        if (self.type is None) == (self.skip == 0):
            raise ValueError("give a field either a type or a number of bytes to skip")
        if self.scale == 0:
            raise ValueError("a scale of 0 makes every reading the same; write what one step is")
        if self.kind is not None:
            row = row_of(kind(self.kind))
            if row.shape != "quantity":
                raise ValueError(f"{self.kind} is not a single number; take a kind that is")
            if self.unit != row.unit:
                raise ValueError(
                    f'{self.kind} is kept in the unit "{row.unit}": write that, and a scale and '
                    "offset that turn the device's number into it"
                )
        elif self.unit:
            raise ValueError("a unit needs a kind: say what is measured")
        return self

    def part(self) -> LayoutField | Skipped:
        """The field as a layout knows it."""
        if self.type is None:
            return Skipped(self.skip)
        name = self.name or self.kind or ""
        what = None if self.kind is None else kind(self.kind)
        return LayoutField(
            name, self.type, self.scale, self.offset, what, self.unit, dict(self.absent)
        )


class CharacteristicText(_Strict):
    """One characteristic: how its packets come, and what is in them."""

    uuid: Uuid
    delivery: Literal["live", "stored"]
    byte_order: ByteOrder = "little"
    field: list[FieldText] = Field(min_length=1)

    @model_validator(mode="after")
    def _has_readings(self) -> CharacteristicText:
        if not any(part.kind for part in self.field):
            raise ValueError("give at least one field a kind, or nothing is read")
        names = [part.name or part.kind for part in self.field if part.type]
        if len(set(names)) < len(names) or None in names:
            raise ValueError("give every field a name of its own")
        return self

    def layout(self) -> Layout:
        """How a packet is read and written."""
        return Layout(tuple(part.part() for part in self.field), self.byte_order)


class AdvertisedText(_Strict):
    """How the device makes itself known."""

    services: list[Uuid] = []
    name_prefix: str = ""
    manufacturer: int | None = Field(default=None, ge=0, le=0xFFFF)
    service_data: Uuid | Literal[""] = ""

    @model_validator(mode="after")
    def _says_something(self) -> AdvertisedText:
        if not (self.services or self.name_prefix or self.service_data):
            raise ValueError("say at least one service, beginning of a name, or service data")
        return self


class Description(_Strict):
    """A whole file. ``source`` says where the protocol was looked up."""

    key: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str = Field(min_length=1, max_length=80)
    source: str = Field(min_length=1)
    generic: bool = False
    advertised: AdvertisedText
    characteristic: list[CharacteristicText] = Field(min_length=1)

    def layout(self, uuid: str) -> Layout:
        """The layout of one characteristic.

        Raises:
            KeyError: the description has no such characteristic.
        """
        for one in self.characteristic:
            if one.uuid == uuid:
                return one.layout()
        raise KeyError(uuid)

    def profile(self) -> DeviceProfile:
        """The profile that reads such a device."""
        known = self.advertised
        return DeviceProfile(
            key=self.key,
            title=self.title,
            matches=Advertised(
                frozenset(known.services), known.name_prefix, known.manufacturer, known.service_data
            ),
            reads={c.uuid: c.layout().readings for c in self.characteristic},
            stored=frozenset(c.uuid for c in self.characteristic if c.delivery == "stored"),
            numbered=frozenset(
                c.uuid for c in self.characteristic if any(f.record_number for f in c.field)
            ),
            generic=self.generic,
            source=self.source,
        )


def parse(text: str, name: str) -> Description:
    """Read a description.

    Args:
        text: the whole file.
        name: what the file is called in messages.

    Raises:
        DescriptionRefused: it is not TOML, or says what a description cannot say.
    """
    try:
        return Description.model_validate(tomllib.loads(text, parse_float=Decimal))
    except tomllib.TOMLDecodeError as error:
        raise DescriptionRefused(f"{name} is not TOML: {error}", "Mend that line.") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step + 1) if isinstance(step, int) else step for step in first["loc"])
        why = first["msg"].removeprefix("Value error, ")
        raise DescriptionRefused(f"{name}, at {place or 'the top'}", f"{why}.") from None
