"""Every type of Apple Health: its kind, unit, consent category, and FHIR row or reason."""

from __future__ import annotations

from decimal import Decimal

import pytest
from ucumvert import get_ucum_parser, parse_ucum  # type: ignore[import-untyped]  # no types

from adapters.healthkit.types import all_types
from adapters.kinds import all_kinds, row_of
from adapters.units import conversion_from, conversions
from fhir_mappings import systems
from fhir_mappings.table import Row, rows
from gateway.sharing.words import CATEGORY_WORDS
from tests.healthkit_table import UCUM, Told, alike, bare, read, told

TYPES = [pytest.param(one, id=one.identifier) for one in told()]
NUMBERS = [pytest.param(one, id=one.identifier) for one in told() if one.sort == "quantity"]
ANOTHER_LOINC = {
    "HKQuantityTypeIdentifierDistanceWalkingRunning": "112427-0 says running too; 55430-3 does not",
    "HKQuantityTypeIdentifierBloodGlucose": "all are kept in mg/dL, so 15074-8 is never right",
    "HKQuantityTypeIdentifierDietaryCarbohydrates": "9059-7, for which the table has none",
    "HKCategoryTypeIdentifierSleepAnalysis": "durations; a stage is a word of the PGHD codes",
    "HKDataTypeIdentifierElectrocardiogram": "on what the watch said; the curve stays here",
    "HKCorrelationTypeIdentifierFood": "stays: its parts are shared one by one",
}


def _codes(row: Row) -> set[str]:
    every = [row, *row.components.values()]
    return {
        code.code for one in every for code in (one.code, *one.also) if code.system == systems.LOINC
    }


@pytest.mark.parametrize("one", TYPES)
def test_every_type_has_a_kind_a_unit_a_category_and_a_fhir_row_or_a_reason(one: Told) -> None:
    kind = row_of(all_types()[one.identifier].kind)

    assert kind.title
    assert parse_ucum(kind.unit, get_ucum_parser())
    for unit in kind.units:
        assert parse_ucum(unit, get_ucum_parser())
    assert kind.consent in CATEGORY_WORDS
    assert (kind.kind in rows()) != bool(kind.stays)


def test_no_type_is_listed_that_no_table_knows() -> None:
    beyond = set(all_types()) - {one.identifier for one in told()}

    assert beyond == {"HKCharacteristicTypeIdentifierCardioFitnessMedicationsUse"}


def test_every_row_says_where_it_was_looked_up() -> None:
    assert all(row.source for row in all_types().values())
    assert all(row.source for row in rows().values())


@pytest.mark.parametrize("one", TYPES)
def test_the_codes_are_those_that_others_found_too(one: Told) -> None:
    row = rows().get(all_types()[one.identifier].kind)
    ours = _codes(row) if row else set()

    if one.identifier in ANOTHER_LOINC:
        assert not set(one.loinc) or not set(one.loinc) <= ours
    else:
        assert set(one.loinc) <= ours


def test_oxygen_saturation_bears_both_its_codes() -> None:
    row = rows()[all_types()["HKQuantityTypeIdentifierOxygenSaturation"].kind]

    assert [code.code for code in (row.code, *row.also)] == ["2708-6", "59408-5"]


@pytest.mark.parametrize("one", NUMBERS)
def test_a_unit_measures_what_the_type_measures(one: Told) -> None:
    kind = row_of(all_types()[one.identifier].kind)
    written = UCUM[one.written_in or "count"]
    counted = kind.unit == "kg/m2" and written == "1"  # the index is written as a count

    assert any(alike(kind.unit, unit) for unit in one.ucum)
    assert counted or alike(kind.unit, "%" if one.written_in == "%" else written)


@pytest.mark.parametrize("one", NUMBERS)
def test_what_adds_up_is_added_up_and_nothing_else_is(one: Told) -> None:
    kind = row_of(all_types()[one.identifier].kind)

    assert (kind.aggregation == "sum") == (one.adds_up == "cumulative")


def test_every_word_of_a_type_has_a_code_of_its_kind() -> None:
    for row in all_types().values():
        fhir = rows().get(row.kind)
        if row.shape == "category" and fhir is not None:
            assert set(row.words.values()) <= set(fhir.values), row.identifier


APART = {
    ("kg/m2", "count"): "an index, written as a count",
    ("h", "count"): "hours in which somebody stood, written as a count",
    ("mg/dL", "mmol<180.1558800000541>/L"): "by its molar mass: below",
    ("Cel", "degF"): "with another zero: below",
    ("Cel", "K"): "with another zero: below",
    ("dB", "dBASPL"): "a difference of two such levels",
    ("mL", "cup_imp"): "UCUM has no such unit: below",
}


@pytest.mark.parametrize(
    ("ucum", "unit"),
    [
        pair
        for ucum, units in conversions().items()
        for unit in units
        if (pair := (ucum, unit)) not in APART
    ],
)
def test_a_conversion_is_that_of_a_library_that_nobody_here_wrote(ucum: str, unit: str) -> None:
    ours = conversion_from(conversions()[ucum], unit).exact("0.7")[0]

    if UCUM[unit] == bare(ucum):
        assert ours == Decimal("0.7")
    else:
        assert float(ours) == pytest.approx(
            0.7 * float(read(UCUM[unit]) / read(ucum)), rel=1e-9, abs=1e-10
        )


@pytest.mark.parametrize(
    ("ucum", "unit", "written", "wanted"),
    [
        ("Cel", "degF", "98.6", "37"),
        ("Cel", "degF", "-40", "-40"),
        ("Cel", "K", "310.15", "37"),
        ("mL", "cup_imp", "2", "568.26125"),
        ("h", "count", "12", "12"),
        ("kg/m2", "count", "23.4", "23.4"),
    ],
)
def test_a_conversion_that_no_factor_says_is_exact(
    ucum: str, unit: str, written: str, wanted: str
) -> None:
    assert conversion_from(conversions()[ucum], unit).exact(written)[0] == Decimal(wanted)


@pytest.mark.parametrize(
    ("unit", "written", "wanted"),
    [
        ("mmol<180.1558800000541>/L", "5.5", "99.085734"),
        ("mmol<180.15588>/L", "5.5", "99.085734"),
        ("mmol<180.15588>/dL", "0.55", "99.085734"),
        ("mcmol<180.15588>/L", "5500", "99.085734"),
        ("mol<180.15588>/L", "0.0055", "99.085734"),
        ("g/L", "0.99", "99"),
    ],
)
def test_glucose_is_turned_by_its_molar_mass(unit: str, written: str, wanted: str) -> None:
    number, _ = conversion_from(conversions()["mg/dL"], unit).exact(written)

    assert abs(number - Decimal(wanted)) < Decimal("0.00001")


def test_units_of_parts_are_those_of_the_kinds_that_they_are_named_after() -> None:
    for row in all_kinds().values():
        for name, unit in zip(row.components, row.units, strict=False):
            for suffix in ("", "_mean", "_min", "_max", "_goal"):
                kind = all_kinds().get(name.removesuffix(suffix))  # type: ignore[call-overload]  # a name
                if kind is not None and name.endswith(suffix):
                    assert kind.unit == unit, (row.kind, name)
