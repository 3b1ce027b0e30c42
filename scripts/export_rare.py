"""Records of the types that are rare in an export: every one of them, now and then.

Which there are, and what becomes of each, stands in `export-types.csv`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

from scripts.export_history import DAY, PENCIL, PHONE, WATCH, History, Sample

_FILE: Final = Path(__file__).parent / "export-types.csv"
_EVERY: Final = 5
NOT_KNOWN: Final = "HKQuantityTypeIdentifierOfAYearToCome"


@dataclass(frozen=True, slots=True)
class RareType:
    """How a type is written: numbers of a unit in a range, or words."""

    identifier: str
    kind: str
    unit: str
    low: float
    high: float
    digits: int
    words: tuple[str, ...]


@cache
def rare_types() -> Mapping[str, RareType]:
    """Every rare type, by Apple's name."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {
            row["identifier"]: RareType(
                row["identifier"],
                row["kind"],
                row["unit"],
                float(row["low"] or 0),
                float(row["high"] or 0),
                int(row["digits"] or 0),
                tuple(row["words"].split()),
            )
            for row in csv.DictReader(file)
        }


def rare_samples(history: History) -> Iterator[Sample]:
    """Type by type, each on one day of five; and one of a type that nobody knows yet."""
    for place, row in enumerate(rare_types().values()):
        for day in history.midnights:
            if (day // DAY + place) % _EVERY == 0:
                yield _sample(row, history.chance(row.identifier, day), day)
    for day in history.midnights:
        chance = history.chance(NOT_KNOWN, day)
        at = day + 36_000 + chance.randrange(3600)
        yield Sample(NOT_KNOWN, at, at, chance.randrange(50), 0, "furlong", WATCH, at + 9)


def _sample(row: RareType, chance: Random, day: int) -> Sample:
    at = day + 28_800 + chance.randrange(40_000)
    end, by = at + chance.choice((0, 60, 900)), chance.choice((PENCIL, PHONE, WATCH))
    if row.words:
        return Sample(row.identifier, at, end, chance.choice(row.words), 0, "", by, end + 5)
    value = round(row.low + (row.high - row.low) * chance.random(), row.digits)
    return Sample(row.identifier, at, end, value, row.digits, row.unit, by, end + 5)
