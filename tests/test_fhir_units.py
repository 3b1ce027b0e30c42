"""Every unit is UCUM by a parser that nobody here wrote, and measures what its codes measure."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from ucumvert import (  # type: ignore[import-untyped]  # it bears no types
    InvalidUcumError,
    PintUcumRegistry,
    get_ucum_parser,
    parse_ucum,
)

from adapters.healthkit.types import all_types
from adapters.kinds import Kind, all_kinds
from fhir_mappings import systems
from fhir_mappings.table import rows
from tests.healthkit_table import UCUM, bare, told

# LOINC 2.83, EXAMPLE_UCUM_UNITS; its [ft_i] is printed there as ft.
LOINC_UNITS = {
    "8867-4": "{beats}/min",
    "8889-8": "{beats}/min",
    "8637-1": "s",
    "40443-4": "{beats}/min",
    "80404-7": "ms",
    "112429-6": "ms",
    "2708-6": "%",
    "59408-5": "%",
    "61006-3": "%",
    "9279-1": "{breaths}/min",
    "33452-4": "L/min",
    "94122-9": "mL/min/kg{body_wt}",
    "8310-5": "Cel",
    "8480-6": "mm[Hg]",
    "8462-4": "mm[Hg]",
    "8478-0": "mm[Hg]",
    "29463-7": "[lb_av]",
    "8302-2": "[in_us]",
    "39156-5": "kg/m2",
    "41982-0": "%",
    "73965-6": "%",
    "73964-9": "kg",
    "91557-9": "kg",
    "101683-1": "kg",
    "2339-0": "mg/dL",
    "2345-7": "mg/dL",
    "32016-8": "mg/dL",
    "41653-7": "mg/dL",
    "41652-9": "mg/dL",
    "41651-1": "mg/dL",
    "99504-3": "mg/dL",
    "4548-4": "%",
    "112427-0": "[ft_i]",
    "100304-5": "{#}",
    "41981-2": "kcal",
    "55411-3": "min",
}
# LOINC gives steps a rate as an example, though the term is a number; and the others none, or they
# were not looked up there: what the term says that it measures.
WITHOUT_EXAMPLE = {
    "55423-8": "{steps}",
    "9059-7": "g",
    "85354-9": "mm[Hg]",
    "9052-2": "kcal",
    "8999-5": "mL",
    "93816-7": "m",
    "96502-0": "{#}",
    "20150-9": "L",
    "19870-5": "L",
    "64098-7": "m",
    "44261-6": "{score}",
    "70274-6": "{score}",
}
# Types for which a LOINC term was found that others do not have.
FOUND_SINCE = {
    "HKQuantityTypeIdentifierAppleExerciseTime",
    "HKQuantityTypeIdentifierDietaryCarbohydrates",
}
# What MDC and PGHD terms without a LOINC beside them measure: a unit of the same dimension.
OTHER_UNITS = {
    "walking_heart_rate": "/min",
    "energy_expended": "J",
    "breath_carbon_monoxide": "[ppm]",
    "basal_energy": "J",
    "glucose_trend": "mg/dL/s",
    "soft_lean_mass": "g",
    "ecg": "mV",
    "body_impedance": "V/A",
    "basal_metabolic_rate": "W",
    "running_speed": "m/s",
    "running_cadence": "/min",
    "stride_length": "m",
    "distance_counted": "m",
    "cycling_cadence": "/min",
    "power": "J/s",
    "machine_speed": "m/s",
    "machine_distance": "m",
    "machine_energy": "J",
    "stroke_rate": "/min",
    "step_rate": "/min",
    "inclination": "%",
    "elevation_gain": "m",
    "metabolic_equivalent": "[MET]",
    "state_of_mind": "1",
} | {
    # Of kinds that Apple Health alone has: the unit of its own documentation.
    str(all_types()[one.identifier].kind): UCUM[one.written_in or "count"]
    for one in told()
    if one.sort == "quantity" and not one.loinc and one.identifier not in FOUND_SINCE
}


@cache
def _parser() -> Any:
    return get_ucum_parser()


@cache
def _registry() -> Any:
    return PintUcumRegistry()


def _alike(one: str, other: str) -> bool:
    """Whether two units measure the same; a word in braces counts things, as 1 does."""
    read = [_registry().from_ucum(bare(unit)) for unit in (one, other)]
    return bool(read[0].is_compatible_with(read[1]))


@pytest.mark.parametrize("unit", sorted({row.unit for row in all_kinds().values()}))
def test_every_unit_is_ucum(unit: str) -> None:
    assert parse_ucum(unit, _parser())


@pytest.mark.parametrize(
    "unit", ["", "bpm", "mmHg", "°C", "degF", "KG", "kCal", "ppm", "steps", "mg//dL", "1/", "L/Min"]
)
def test_the_parser_refuses_what_is_often_met_but_is_not_ucum(unit: str) -> None:
    with pytest.raises(InvalidUcumError):
        parse_ucum(unit, _parser())


@pytest.mark.parametrize("name", [name for name, row in rows().items() if row.unit is not None])
def test_a_unit_measures_what_the_codes_of_its_kind_measure(name: Kind) -> None:
    row = rows()[name]
    loincs = {
        coding.code
        for codes in (row, *row.components.values())
        for coding in (codes.code, *codes.also, *(one.code for one in codes.bluetooth))
        if coding.system == systems.LOINC
    }
    examples = [(LOINC_UNITS | WITHOUT_EXAMPLE)[code] for code in loincs]

    assert bool(loincs) != (name in OTHER_UNITS)
    for example in examples or [OTHER_UNITS[name]]:
        assert _alike(all_kinds()[name].unit, example), example


def test_a_unit_of_another_dimension_would_be_noticed() -> None:
    assert not _alike("kPa", "mg/dL")
    assert not _alike("kJ", "kJ/d")
    assert not _alike("m", "m/s")
