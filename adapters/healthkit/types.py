"""The HealthKit types that become readings, as `types.toml` lists them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType

from adapters.kinds import Kind, Shape, kind, row_of
from adapters.units import Conversion, conversions

WORKOUT = "HKWorkoutTypeIdentifier"
PRESSURE = "HKCorrelationTypeIdentifierBloodPressure"
SYSTOLIC = "HKQuantityTypeIdentifierBloodPressureSystolic"
DIASTOLIC = "HKQuantityTypeIdentifierBloodPressureDiastolic"
FOOD = "HKCorrelationTypeIdentifierFood"


@dataclass(frozen=True, slots=True)
class TypeRow:
    """One row of `types.toml`, with the units that its kind may be written in.

    ``shape`` is that of its kind.
    """

    identifier: str
    kind: Kind
    source: str
    shape: Shape = "quantity"
    units: Mapping[str, Conversion] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)


@cache
def all_types() -> Mapping[str, TypeRow]:
    """Every row, by HealthKit identifier.

    Raises:
        ValueError: a row names no source, or has not the words or units that its kind needs.
        UnknownKind: `kinds.toml` has not the kind of a row.
    """
    text = resources.files("adapters.healthkit").joinpath("types.toml").read_text("utf-8")
    rows = {name: _row(name, **columns) for name, columns in tomllib.loads(text).items()}
    return MappingProxyType(rows)


def pressure_units() -> Mapping[str, Conversion]:
    """The units that a blood pressure may be written in."""
    return conversions()[row_of(kind("blood_pressure")).unit]


def word_list(name: str) -> Mapping[str, str]:
    """A list of `words.toml`: what is written there -> our word."""
    return _lists()[name]


@cache
def _lists() -> Mapping[str, Mapping[str, str]]:
    text = resources.files("adapters.healthkit").joinpath("words.toml").read_text("utf-8")
    return MappingProxyType(tomllib.loads(text))


def _row(
    identifier: str, kind: str, source: str = "", words: str | Mapping[str, str] | None = None
) -> TypeRow:
    row = row_of(_checked(kind))
    units = conversions().get(row.unit, {}) if row.shape == "quantity" else {}
    words = _lists().get(words) if isinstance(words, str) else words
    if not source or (words is not None) != (row.shape == "category"):
        raise ValueError(f"types.toml: {identifier} lacks its source or its words")
    if row.shape == "quantity" and not units:
        raise ValueError(f"units.toml: nothing turns into {row.unit}, the unit of {identifier}")
    return TypeRow(identifier, row.kind, source, row.shape, units, words or {})


def _checked(name: str) -> Kind:
    return kind(name)
