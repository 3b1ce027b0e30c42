"""What others say of each HealthKit type: facts of `tests/healthkit-types.csv`, and Apple's units.

The table draws on facts from HealthKitOnFHIR (MIT, Stanford University and the project authors) and
on LOINC; see `NOTICE`. It was written apart from the tables that it judges.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ucumvert import PintUcumRegistry  # type: ignore[import-untyped]  # it bears no types

_FILE = Path(__file__).parent / "healthkit-types.csv"

UCUM: Mapping[str, str] = {
    "count": "1", "count/min": "/min", "count/s": "/s", "count/hr": "/h", "Hz": "Hz",
    "ms": "ms", "s": "s", "min": "min", "hr": "h", "%": "1",
    "g": "g", "kg": "kg", "mg": "mg", "mcg": "ug", "ng": "ng", "lb": "[lb_av]", "oz": "[oz_av]",
    "st": "[stone_av]", "m": "m", "cm": "cm", "mm": "mm", "km": "km", "mi": "[mi_i]",
    "ft": "[ft_i]", "in": "[in_i]", "yd": "[yd_i]",
    "L": "L", "l": "L", "mL": "mL", "ml": "mL", "cL": "cL", "cl": "cL", "dL": "dL", "dl": "dL",
    "fl_oz_us": "[foz_us]", "fl_oz_imp": "[foz_br]", "pt_us": "[pt_us]", "pt_imp": "[pt_br]",
    "cup_us": "[cup_us]", "cup_imp": "[foz_br]", "kcal": "kcal", "Cal": "kcal", "cal": "cal_th",
    "kJ": "kJ", "J": "J", "mmHg": "mm[Hg]", "kPa": "kPa", "degC": "Cel", "degF": "[degF]", "K": "K",
    "m/s": "m/s", "km/hr": "km/h", "km/h": "km/h", "mi/hr": "[mi_i]/h", "mph": "[mi_i]/h",
    "ft/s": "[ft_i]/s", "W": "W", "kW": "kW", "S": "S", "mS": "mS", "mcS": "uS",
    "IU": "[iU]", "dBASPL": "dB[SPL]", "dBHL": "dB", "dB": "dB", "L/min": "L/min",
    "l/min": "L/min", "L/s": "L/s", "mL/min": "mL/min", "mg/dL": "mg/dL", "g/L": "g/L",
    "mg/L": "mg/L", "deg": "deg", "rad": "rad", "D": "[diop]", "prism_diopter": "[p'diop]",
    "pD": "[p'diop]", "mL/min·kg": "mL/min/kg", "mL/kg·min": "mL/min/kg", "": "1",
    "mL/kg*min": "mL/min/kg", "mL/(kg*min)": "mL/min/kg", "kcal/hr·kg": "kcal/(kg.h)",
    "kcal/(kg*hr)": "kcal/(kg.h)", "kcal/kg·hr": "kcal/(kg.h)", "kcal/(kg·hr)": "kcal/(kg.h)",
    "Cal/hr·kg": "kcal/(kg.h)", "kcal/hr*kg": "kcal/(kg.h)",
}  # fmt: skip
"""Units as Apple's HKUnit writes them, in UCUM."""


@dataclass(frozen=True, slots=True)
class Told:
    """One row: what others say of a type; several codes or units stand in one text."""

    identifier: str
    sort: str
    loinc: tuple[str, ...]
    ucum: tuple[str, ...]
    written_in: str
    adds_up: str


@cache
def told() -> tuple[Told, ...]:
    """Every row of the table."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Told(
                row["identifier"],
                row["sort"],
                _several(row["loinc"]),
                _several(row["ucum"]),
                row["written_in"],
                row["adds_up"],
            )
            for row in csv.DictReader(file)
        )


def _several(text: str) -> tuple[str, ...]:
    return tuple(text.replace("|", ";").split(";")) if text else ()


@cache
def registry() -> Any:
    """UCUM units that can be turned into each other, by a library that nobody here wrote."""
    return PintUcumRegistry()


def read(unit: str) -> Any:
    """A UCUM unit; a word in braces counts things, as 1 does."""
    return registry().from_ucum(bare(unit))


def bare(unit: str) -> str:
    """A UCUM unit without the words in braces."""
    return re.sub(r"\{[^}]*\}", "", unit) or "1"


def alike(one: str, other: str) -> bool:
    """Whether two UCUM units measure the same."""
    return bool(read(one).is_compatible_with(read(other)))
