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
    Field,
    ValidationError,
    model_validator,
)

from adapters.ble.description_fields import FieldText, Strict
from adapters.ble.fields import ByteOrder
from adapters.ble.layout import Layout
from adapters.ble.profile import Advertised, DeviceProfile
from adapters.ble.uuids import assigned
from adapters.errors import DescriptionRefused
from adapters.kinds import kind, row_of


def _full_uuid(text: str) -> str:
    try:
        if len(text) == 4:
            return assigned(int(text, 16))
        return str(UUID(text))
    except ValueError:
        raise ValueError("write a UUID: four hex digits, or 32 with dashes") from None


Uuid = Annotated[str, AfterValidator(_full_uuid)]


class CharacteristicText(Strict):
    """One characteristic: how its packets come, and what is in them.

    ``longer`` lets bytes follow that no field stands for; ``others`` passes over packets of
    another sort, which do not fit, without counting them as trouble.
    """

    uuid: Uuid
    delivery: Literal["live", "stored"]
    byte_order: ByteOrder = "little"
    longer: bool = False
    others: bool = False
    field: list[FieldText] = Field(min_length=1)

    @model_validator(mode="after")
    def _has_readings(self) -> CharacteristicText:
        if not any(part.kind for part in self.field):
            raise ValueError("give at least one field a kind, or nothing is read")
        names = [part.known_as for part in self.field if not part.skip]
        if len(set(names)) < len(names) or "" in names:
            raise ValueError("give every field a name of its own")
        for number, part in enumerate(self.field):
            before = {one.known_as for one in self.field[:number] if one.is_whole}
            if part.when is not None and part.when.field not in before:
                raise ValueError(
                    f"{part.known_as} hangs on {part.when.field}: that must be a whole number "
                    "that stands before it"
                )
        for name in {part.kind for part in self.field if part.component and part.kind}:
            row = row_of(kind(name))
            given = [part.component for part in self.field if part.kind == name]
            wanted = row.components[: len(row.components) - len(row.optional)]
            if len(set(given)) < len(given) or not set(wanted) <= set(given):
                raise ValueError(f"{name} needs each of these once: {', '.join(wanted)}")
        return self

    def layout(self) -> Layout:
        """How a packet is read and written."""
        parts = tuple(part.part() for part in self.field)
        return Layout(parts, self.byte_order, self.longer, self.others)


class AdvertisedText(Strict):
    """How the device makes itself known."""

    services: list[Uuid] = Field(default_factory=list)
    name_prefix: str = ""
    manufacturer: int | None = Field(default=None, ge=0, le=0xFFFF)
    service_data: Uuid | Literal[""] = ""

    @model_validator(mode="after")
    def _says_something(self) -> AdvertisedText:
        if not (self.services or self.name_prefix or self.service_data):
            raise ValueError("say at least one service, beginning of a name, or service data")
        return self


class Description(Strict):
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
