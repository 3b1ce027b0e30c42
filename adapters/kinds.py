"""The kinds of measurement, as `kinds.toml` lists them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final, Literal, NewType, get_args

from adapters.errors import UnknownKind

Kind = NewType("Kind", str)
"""A name that stands in `kinds.toml`; made by `kind()`, which checks it."""

Shape = Literal["quantity", "components", "panel", "category", "waveform", "document"]
Aggregation = Literal["mean", "sum", "latest", "none"]
About = Literal["person", "room", "device"]

_SHAPES: Final = get_args(Shape)
_AGGREGATIONS: Final = get_args(Aggregation)
_ABOUTS: Final = get_args(About)
_WITH_COMPONENTS: Final = ("components", "panel")
_LISTS: Final = ("components", "optional", "units", "member_of")


@dataclass(frozen=True, slots=True)
class KindRow:
    """One row of `kinds.toml`; the file's head says what each column means."""

    kind: Kind
    title: str
    shape: Shape
    unit: str
    aggregation: Aggregation
    consent: str
    about: About
    stale_after: int
    components: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    member_of: tuple[str, ...] = ()
    stays: str = ""

    @property
    def shareable(self) -> bool:
        """Whether it can be offered for sharing: what is about the person and need not stay."""
        return self.about == "person" and not self.stays


def _row(name: str, columns: Mapping[str, Any]) -> KindRow:
    lists = {each: tuple(columns.get(each, ())) for each in _LISTS}
    row = KindRow(kind=Kind(name), **{**columns, **lists})
    if row.shape not in _SHAPES or row.aggregation not in _AGGREGATIONS or row.about not in _ABOUTS:
        raise ValueError(f"kinds.toml: {name} has a column with an unknown word")
    if (row.shape in _WITH_COMPONENTS) != bool(row.components):
        raise ValueError(f"kinds.toml: {name} must name its components if and only if it has them")
    if len(row.units) != (len(row.components) if row.shape == "panel" else 0):
        raise ValueError(f"kinds.toml: {name} must give each part of a panel its unit, no other")
    if row.optional != row.components[len(row.components) - len(row.optional) :]:
        raise ValueError(f"kinds.toml: {name} must have its optional components at the end")
    return row


@cache
def all_kinds() -> Mapping[Kind, KindRow]:
    """Every row of `kinds.toml`, by name, in the order of the file.

    Raises:
        ValueError: a row is not well formed.
    """
    text = resources.files("adapters").joinpath("kinds.toml").read_text(encoding="utf-8")
    rows = {Kind(name): _row(name, row) for name, row in tomllib.loads(text).items()}
    for row in rows.values():
        for group in row.member_of:
            if group not in rows or row.kind in (group, *rows[Kind(group)].member_of):
                raise ValueError(f"kinds.toml: {row.kind} must be a member of other kinds' groups")
    return MappingProxyType(rows)


def kind(name: str) -> Kind:
    """Check a name.

    Raises:
        UnknownKind: `kinds.toml` has no such row.
    """
    if name not in all_kinds():
        raise UnknownKind(name)
    return Kind(name)


def row_of(name: Kind) -> KindRow:
    """The row of a kind."""
    return all_kinds()[name]


@cache
def members_of(group: Kind) -> tuple[Kind, ...]:
    """The kinds whose readings a group names as its members, in the order of `kinds.toml`.

    Empty for a kind that is no group.
    """
    return tuple(name for name, row in all_kinds().items() if group in row.member_of)


@cache
def tier_of(name: Kind) -> int:
    """How many groups deep a kind is: 0 for what has no members, else one more than any member."""
    return max((1 + tier_of(member) for member in members_of(name)), default=0)
