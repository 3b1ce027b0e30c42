"""`docs/healthkit.md`: what becomes of each type of Apple Health, made from the tables."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from importlib import resources

from adapters.healthkit.types import TypeRow, all_types
from adapters.kinds import KindRow, row_of
from adapters.kinds import kind as checked
from adapters.units import conversions
from fhir_mappings.table import rows
from gateway.sharing.words import CATEGORY_WORDS
from scripts.mapping_page import codes_of

_HEAD = """# Apple Health

Made by `python -m scripts.documents` from `adapters/healthkit/types.toml`, `adapters/kinds.toml`
and `fhir_mappings/observations.toml`. HealthKit is a trademark of Apple Inc. This material contains
content from LOINC (<http://loinc.org>); see `NOTICE`.

`health-gateway import PATH` reads an export as the phone makes it: the zip, its folder, or the XML
alone. It asks for your permission first; where nobody can be asked, give it before, by
`health-gateway consent grant collect healthkit`. Nothing in it is left out in silence; the report
says what became of each entry.

- **Every type is kept.** One that this version does not know is kept under Apple's name, as it is
  written, and never shared.
- **A blood pressure and a meal are one reading each.** Their parts stand in the file a second time,
  and count once: the two pressures become one reading; what was eaten is added up from its parts,
  and the meal itself never.
- **A workout** is a reading of what was done and for how long; its totals, its laps and pauses, and
  the parts of a workout with several sports are readings beside it. Where it is shared, it names
  what the same watch or phone measured meanwhile, as far as it was shared one by one
  ([mapping.md](mapping.md#groups)).
- **The rings of a day** are read once it is over: those of the day of the export wait for the next.
- **Electrocardiograms** are read from their files: the curve, and what the watch said of it. The
  name and the birth date in those files are not kept. What the watch said in a language that is
  not known here is kept as it is written, and never shared.
- **Records of clinics** are kept as they came, and not interpreted.
- **Where you were** (routes, places within workouts) is read only after
  `health-gateway consent grant collect routes`, goes to the local store and never leaves it,
  and so do the names of phones, watches and apps, and their identifiers.
- **What the phone says of you** (birth date, sex, blood type and the like) is read only with
  `--about-me`.
- **A file that is damaged or not whole** is read as far as it can be: everything before the damage,
  or all that is there where its end is missing. The report calls the import one in part; import the
  whole export later, and only what was missing is added. Where nothing but the checksum is wrong a
  reading may be wrong, and nobody can say which: of a reading that the whole export does not have,
  its report says so.
"""
_TYPES = """
## Types

A type without codes stays in this house, for the reason that stands there.
"""
_BESIDE = """
## What has no type of its own

| in the export | kind | what it is | shared under |
| --- | --- | --- | --- |
"""
_METADATA = """
## What metadata may say

A closed list; of whatever else stands there, nothing is read. The report names the keys.

| key | value | what it says |
| --- | --- | --- |
"""
_UNITS = """
## Units

As the phone was set when the export was made. A number is turned exactly, and the unit that it was
written in is kept beside its readings. A percentage is written as a fraction.

| kept in | written as |
| --- | --- |
"""
_ELEMENTS = (
    ("ActivitySummary", "activity_rings"),
    ("Audiogram", "audiogram"),
    ("VisionPrescription, glasses", "glasses_prescription"),
    ("VisionPrescription, contacts", "contacts_prescription"),
    ("WorkoutStatistics, totals of a Workout", "workout_statistics"),
    ("WorkoutActivity, where there are several", "workout_part"),
    ("WorkoutEvent", "workout_event"),
    ("HeartRateVariabilityMetadataList", "heart_beats"),
    ("electrocardiograms/*.csv, what the watch said", "ecg_classification"),
    ("a type that is not known", "unknown_in_healthkit"),
)


def healthkit() -> str:
    """Every type, and all that an export says beside them."""
    head = "| type | kind | what it is | unit | shared under | codes, or why it stays | source |"
    lines = [_HEAD, _TYPES, head, "| --- | --- | --- | --- | --- | --- | --- |"]
    lines += [_line(_type(row)) for row in sorted(all_types().values(), key=_order)]
    parts = ["\n".join(lines), _BESIDE.rstrip(), *map(_line, _beside())]
    parts += [_METADATA.rstrip(), *map(_line, _metadata())]
    parts += [_UNITS.rstrip(), *map(_line, _units())]
    return "\n".join(parts) + "\n"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _order(row: TypeRow) -> tuple[str, str]:
    return row.identifier.partition("Identifier")[0], row.identifier


def _type(row: TypeRow) -> Iterator[str]:
    kind = row_of(row.kind)
    yield f"`{row.identifier}`"
    yield f"`{row.kind}`"
    yield kind.title
    yield "of each part" if kind.units else f"`{kind.unit}`"
    yield CATEGORY_WORDS[kind.consent]
    yield _fhir(kind)
    yield row.source


def _fhir(kind: KindRow) -> str:
    row = rows().get(kind.kind)
    return (
        codes_of(row) if row is not None else f"stays: {kind.stays or 'nobody knows what it means'}"
    )


def _beside() -> Iterator[Iterable[str]]:
    for name, kind in _ELEMENTS:
        row = row_of(checked(kind))
        yield name, f"`{kind}`", row.title, CATEGORY_WORDS[row.consent]


def _metadata() -> Iterator[Iterable[str]]:
    text = resources.files("adapters.healthkit").joinpath("metadata.toml").read_text("utf-8")
    for key, values in tomllib.loads(text).items():
        for value, said in values.items():
            words = (each.lower().replace("_", " ") for each in said.values())
            yield f"`{key}`", f"`{value}`", ", ".join(words)


def _units() -> Iterator[Iterable[str]]:
    for ucum, units in conversions().items():
        yield f"`{ucum}`", ", ".join(f"`{unit}`" for unit in units if unit)
