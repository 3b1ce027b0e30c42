"""Descriptions of devices with a protocol of their own, as TOML that a person can write.

One file a device. What a file may say stands in `Description`; a file that says something else is
refused with the place and the next step, and stops no other.
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import cached_property, partial
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from adapters.ble.describing.description_fields import FieldText, Strict, WhenText
from adapters.ble.describing.description_mistakes import mistaken, not_toml
from adapters.ble.describing.description_uuids import Uuid
from adapters.ble.describing.description_writes import WriteText
from adapters.ble.describing.layout import Layout, of_any
from adapters.ble.describing.layout_fields import width_of
from adapters.ble.formats.fields import ByteOrder
from adapters.ble.profile import MANUFACTURER_DATA, Advertised, Decoder, DeviceProfile
from adapters.kinds import kind, row_of


class CharacteristicText(Strict):
    """One characteristic: how its packets come, and what is in them.

    ``longer`` lets bytes follow that no field stands for; ``others`` passes over packets of
    another sort, which do not fit, without counting them as trouble; ``repeats`` lets the fields
    stand in a packet several times. Of several with one ``uuid`` the first that fits is read.
    """

    uuid: Uuid | Literal["manufacturer data"]
    delivery: Literal["live", "stored", "advertised"]
    byte_order: ByteOrder = "little"
    longer: bool = False
    others: bool = False
    repeats: bool = False
    field: list[FieldText] = Field(min_length=1)

    @model_validator(mode="after")
    def _has_readings(self) -> CharacteristicText:
        if not any(part.kind for part in self.field):
            raise ValueError("give at least one field a kind, or nothing is read")
        names = [part.known_as for part in self.field if not part.skip]
        if len(set(names)) < len(names) or "" in names:
            raise ValueError("give every field a name of its own")
        if self.uuid == MANUFACTURER_DATA and self.delivery != "advertised":
            raise ValueError("manufacturer data comes with the advertisement: advertised")
        if self.repeats and self.longer:
            raise ValueError("a packet that repeats its fields cannot have others behind them")
        for number, part in enumerate(self.field):
            self._hangs_on_what_is_before(part, self.field[:number])
        for name in {part.kind for part in self.field if part.component and part.kind}:
            self._has_components(name)
        return self

    def _hangs_on_what_is_before(self, part: FieldText, before: list[FieldText]) -> None:
        whole = {one.known_as: one for one in before if one.is_whole}
        for one in part.when:
            if one.field not in whole:
                raise ValueError(
                    f"{part.known_as} hangs on {one.field}: that must be a whole number "
                    "that stands before it"
                )
        if not part.of:
            return
        of = whole.get(part.of)
        if of is None or of.of or of.bits or of.scale != 1 or of.offset or of.kind:
            raise ValueError(
                f"{part.known_as} is made of {part.of}: that must be a whole number before it, "
                "with a name and a type alone"
            )
        if any(high >= 8 * width_of(of.type or "uint8") for high in part.bits[1::2]):
            raise ValueError(f"the bits of {part.known_as} must be within {part.of}")

    def _has_components(self, name: str) -> None:
        row = row_of(kind(name))
        given = [part for part in self.field if part.kind == name]
        always = [part.component for part in given if not part.when]
        wanted = row.components[: len(row.components) - len(row.optional)]
        if len(set(always)) < len(always) or not set(wanted) <= {p.component for p in given}:
            raise ValueError(f"{name} needs each of these once: {', '.join(wanted)}")

    def layout(self) -> Layout:
        """How a packet is read and written."""
        parts = tuple(part.part() for part in self.field)
        return Layout(parts, self.byte_order, self.longer, self.others, self.repeats)


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
    pairs: bool = False
    advertised: AdvertisedText
    write: list[WriteText] = Field(default_factory=list)
    characteristic: list[CharacteristicText] = Field(min_length=1)

    @model_validator(mode="after")
    def _comes_one_way(self) -> Description:
        ways = {one.delivery == "advertised" for one in self.characteristic}
        if len(ways) > 1 or (True in ways and (self.write or self.pairs)):
            raise ValueError("a device is either connected to, or only its advertisement is read")
        by_uuid: dict[str, str] = {}
        for one in self.characteristic:
            if by_uuid.setdefault(one.uuid, one.delivery) != one.delivery:
                raise ValueError(f"{one.uuid} comes in two ways: write the same delivery twice")
            if one.uuid == MANUFACTURER_DATA and self.advertised.manufacturer is None:
                raise ValueError("say under [advertised] which manufacturer's data it is")
        return self

    def layout(self, uuid: str) -> Layout:
        """The layout of one characteristic; of several for one, the first.

        Raises:
            KeyError: the description has no such characteristic.
        """
        for one in self.characteristic:
            if one.uuid == uuid:
                return one.layout()
        raise KeyError(uuid)

    def profile(self) -> DeviceProfile:
        """The profile that reads such a device: one, however often it is asked for.

        A link ends when what is read of its device is another profile.
        """
        return self._profile

    @cached_property
    def _profile(self) -> DeviceProfile:
        known = self.advertised
        return DeviceProfile(
            key=self.key,
            title=self.title,
            matches=Advertised(
                frozenset(known.services), known.name_prefix, known.manufacturer, known.service_data
            ),
            reads={} if self._is_advertised else self._decoders(),
            hears=self._decoders() if self._is_advertised else {},
            commands=tuple(one.command() for one in self.write),
            stored=frozenset(c.uuid for c in self.characteristic if c.delivery != "live"),
            numbered=frozenset(
                c.uuid for c in self.characteristic if any(f.record_number for f in c.field)
            ),
            pairs=self.pairs,
            generic=self.generic,
            source=self.source,
        )

    @property
    def _is_advertised(self) -> bool:
        return any(one.delivery == "advertised" for one in self.characteristic)

    def _decoders(self) -> dict[str, Decoder]:
        layouts: dict[str, list[Layout]] = {}
        for one in self.characteristic:
            layouts.setdefault(one.uuid, []).append(one.layout())
        return {uuid: partial(of_any, those) for uuid, those in layouts.items()}


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
        raise not_toml(name, error) from None
    except ValidationError as error:
        raise mistaken(name, error, _WORDS) from None


_WORDS = {
    word
    for block in (Description, AdvertisedText, WriteText, CharacteristicText, FieldText, WhenText)
    for word in block.model_fields
}
