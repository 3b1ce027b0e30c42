"""What the codes of health observations mean: `ghs_types.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from adapters.ble.formats.concentration import of_mol_per_l
from adapters.ble.formats.conversion import (
    CM_OF_INCH,
    KG_OF_POUND,
    MMHG_OF_KPA,
    celsius,
    converted,
)
from adapters.kinds import Kind, kind, row_of
from adapters.reading import PLACES, Quality


class _Unit(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    ucum: str = Field(min_length=1)
    source: str = Field(min_length=1)


class _Type(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str = Field(min_length=1)
    kind: str
    where: str = ""
    never: bool = False
    source: str = Field(min_length=1)


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str = Field(min_length=1)
    kind: str
    components: tuple[int, ...]
    source: str = Field(min_length=1)


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    units: dict[int, _Unit]
    types: dict[int, _Type]
    groups: dict[int, _Group]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an observation of a type becomes.

    Attributes:
        kind: of these readings.
        where: measured there.
        doubt: what is known to be doubtful of all of them.
    """

    kind: Kind
    where: str = ""
    doubt: Quality = Quality.NONE


@dataclass(frozen=True, slots=True)
class Group:
    """An observation whose components are one reading, in this order."""

    kind: Kind
    components: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Types:
    """The whole table."""

    units: Mapping[int, str]
    meanings: Mapping[int, Meaning]
    groups: Mapping[int, Group]


@cache
def types() -> Types:
    """Every row.

    Raises:
        ValueError: a row is not well formed.
        UnknownKind: it names a kind that is none.
    """
    text = (
        resources.files("adapters.ble.formats")
        .joinpath("ghs_types.toml")
        .read_text(encoding="utf-8")
    )
    table = TypeAdapter(_Table).validate_python(tomllib.loads(text))
    for code, row in table.types.items():
        if row.where not in PLACES:
            raise ValueError(f"ghs_types.toml: {code} names a place that is not known")
    for code, group in table.groups.items():
        if len(group.components) != len(row_of(kind(group.kind)).components):
            raise ValueError(f"ghs_types.toml: {code} has not the components of its kind")
    return Types(
        MappingProxyType({code: unit.ucum for code, unit in table.units.items()}),
        MappingProxyType({code: _meaning(row) for code, row in table.types.items()}),
        MappingProxyType(
            {
                code: Group(kind(group.kind), group.components)
                for code, group in table.groups.items()
            }
        ),
    )


def _meaning(row: _Type) -> Meaning:
    doubt = Quality.NOT_A_MEASUREMENT if row.never else Quality.NONE
    return Meaning(kind(row.kind), row.where, doubt)


def _scaled(power: int) -> Callable[[Decimal], Decimal]:
    return lambda number: number.scaleb(power)


_EXACTLY: Final[Mapping[tuple[str, str], Callable[[Decimal], Decimal]]] = {
    ("m", "cm"): _scaled(2),
    ("mm", "cm"): _scaled(-1),
    ("g", "kg"): _scaled(-3),
    ("s", "ms"): _scaled(3),
}
_NEARLY: Final[Mapping[tuple[str, str], Callable[[Decimal], Decimal]]] = {
    ("kPa", "mm[Hg]"): lambda number: converted(number, MMHG_OF_KPA),
    ("[degF]", "Cel"): celsius,
    ("[lb_av]", "kg"): lambda number: converted(number, KG_OF_POUND),
    ("[in_i]", "cm"): lambda number: converted(number, CM_OF_INCH),
    ("mmol/L", "mg/dL"): lambda number: of_mol_per_l(number.scaleb(-3)),
}


def in_unit_of(number: Decimal, code: int, of: Kind) -> tuple[Decimal, Quality] | None:
    """A number in the unit of a kind, from one in the unit of this code.

    Returns:
        the number, and that it was converted where that changes its digits; None where the unit
        is not known, or is one of something else.
    """
    ucum, unit = types().units.get(code), row_of(of).unit
    if ucum is None:
        return None
    if ucum == unit:
        return number, Quality.NONE
    if (exactly := _EXACTLY.get((ucum, unit))) is not None:
        return exactly(number), Quality.NONE
    if (nearly := _NEARLY.get((ucum, unit))) is not None:
        return nearly(number), Quality.VALUE_AS_CONVERTED
    return None
