"""The codes of each kind, as `observations.toml` lists them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from adapters.kinds import Kind, all_kinds
from fhir_mappings.errors import MappingError, TableError


class _Text(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_min_length=1)


class Coding(_Text):
    """A code of a system, with the words that the system has for it."""

    system: str
    code: str
    display: str


class Unit(_Text):
    """A UCUM code, and the words that a person reads."""

    code: str
    words: str


def _named(*names: str) -> BeforeValidator:
    """Let a list of the table, ``["/min", "beats/minute"]``, stand for an object."""

    def name(columns: object) -> object:
        if isinstance(columns, list) and len(columns) == len(names):
            return dict(zip(names, columns, strict=True))
        return columns

    return BeforeValidator(name)


def _listed(columns: object) -> object:
    """The list of `values.toml` that a row names, or the words that it has itself."""
    return _lists().get(columns, columns) if isinstance(columns, str) else columns


@cache
def _lists() -> Mapping[str, object]:
    file = resources.files("fhir_mappings").joinpath("values.toml")
    return MappingProxyType(tomllib.loads(file.read_text(encoding="utf-8")))


Code = Annotated[Coding, _named("system", "code", "display")]
Evidence = Literal["one", "two"]


class Sited(_Text):
    """A code that is right only for a Bluetooth device, and only at these places.

    ``at`` holds places on the body or samples (`adapters.reading.PLACES`); empty: wherever it is.
    ``verified``: how many independent sources agree.
    """

    code: Code
    at: tuple[str, ...] = ()
    verified: Evidence = "two"


class Codes(_Text):
    """What says what was measured.

    Attributes:
        code: the primary code; for everybody.
        also: more codes for everybody.
        healthkit: codes beside them when the reading came from a HealthKit export.
        bluetooth: codes beside them when it came from a Bluetooth device.
        permitted: codes sent only where the recipient's invitation allows their system.
    """

    code: Code
    also: tuple[Code, ...] = ()
    healthkit: tuple[Code, ...] = ()
    bluetooth: tuple[Sited, ...] = ()
    permitted: tuple[Code, ...] = ()

    def codings(self, adapter: str, place: str, permits: frozenset[str]) -> tuple[Coding, ...]:
        """All the codes that are true of a reading with this origin, primary first.

        A code that names the place stands in the stead of a general one of its system.
        """
        bluetooth = self.bluetooth if adapter == "ble" else ()
        named = {one.code.system for one in bluetooth if place in one.at}
        general = [(code, False) for code in (self.code, *self.also)]
        beside = [(one.code, place in one.at) for one in bluetooth if not one.at or place in one.at]
        return (
            *(code for code, at in general + beside if at or code.system not in named),
            *(self.healthkit if adapter == "healthkit" else ()),
            *(one for one in self.permitted if one.system in permits),
        )

    def every(self, permits: frozenset[str]) -> tuple[Coding, ...]:
        """All the codes that a reading can be sent with, whatever its origin, primary first."""
        return (
            self.code,
            *self.also,
            *(one.code for one in self.bluetooth),
            *self.healthkit,
            *(one for one in self.permitted if one.system in permits),
        )


class Row(Codes):
    """One row of `observations.toml`; the file's head says what each column means."""

    category: Literal[
        "vital-signs",
        "activity",
        "exam",
        "laboratory",
        "procedure",
        "social-history",
        "survey",
        "therapy",
    ]
    source: str
    verified: Evidence
    profiles: tuple[str, ...] = ()
    unit: Annotated[Unit, _named("code", "words")] | None = None
    components: Mapping[str, Codes] = {}
    values: Annotated[Mapping[str, Code], BeforeValidator(_listed)] = {}


def read(text: str) -> Mapping[Kind, Row]:
    """Read a table and hold it against `kinds.toml`.

    Raises:
        TableError: a row has no source, is not well formed, or is of a kind that it does not fit.
    """
    made: dict[Kind, Row] = {}
    for name, columns in tomllib.loads(text).items():
        try:
            row = Row.model_validate(columns)
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise TableError(f"observations.toml: {name}.{where} is not right") from error
        if why := _unfit(Kind(name), row):
            raise TableError(f"observations.toml: {name} {why}")
        made[Kind(name)] = row
    return MappingProxyType(made)


def _unfit(kind: Kind, row: Row) -> str:
    known = all_kinds().get(kind)
    if known is None:
        return "is not a kind"
    if not known.shareable:
        return (
            known.stays or "is not about the person, so it is never an Observation of the patient"
        )
    if (known.shape in ("quantity", "components", "waveform")) != (row.unit is not None):
        return "must have a unit if and only if it is a number"
    if row.unit is not None and row.unit.code != known.unit:
        return "has another unit than its kind"
    if tuple(row.components) != known.components:
        return "has other components than its kind"
    if (known.shape == "category") != bool(row.values):
        return "must list its words if and only if it is a category"
    return ""


@cache
def rows() -> Mapping[Kind, Row]:
    """Every row, by kind, in the order of the file.

    Raises:
        TableError: the file is not well formed.
    """
    file = resources.files("fhir_mappings").joinpath("observations.toml")
    return read(file.read_text(encoding="utf-8"))


def row_of(kind: Kind) -> Row:
    """The row of a kind.

    Raises:
        MappingError: it has none, because it is not about the person, or is not known.
    """
    row = rows().get(kind)
    if row is None:
        known = all_kinds().get(kind)
        why = (known.stays or f"about: {known.about}") if known else "about: unknown"
        raise MappingError(f"never shared ({why})", kind)
    return row
