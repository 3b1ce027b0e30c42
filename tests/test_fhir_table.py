"""The rows of `observations.toml`, each held against what a code must obey."""

from __future__ import annotations

import re

import pytest

from adapters.healthkit.types import all_types
from adapters.kinds import Kind, all_kinds, kind
from adapters.reading import Absence
from fhir_mappings import systems, words
from fhir_mappings.errors import MappingError, TableError
from fhir_mappings.render import render
from fhir_mappings.shape import Shape
from fhir_mappings.table import Codes, Coding, Row, read, row_of, rows
from tests.fhir_shapes import WAVE, a_value_of, one, only_bluetooth
from tests.healthkit_table import told

SYSTEMS = {
    systems.LOINC,
    systems.MDC,
    systems.PGHD,
    systems.SNOMED,
    systems.APPLE,
    systems.ECG_LEAD,
}
VALUE_SYSTEMS = {
    systems.PGHD,
    systems.SLEEP,
    systems.MDC,
    systems.TIMING,
    systems.SEVERITY,
    systems.PRESENCE,
    systems.APPETITE,
    systems.ECG,
    systems.APPLE,
}
# Partitions of IEEE 11073-10101: SCADA (physiological values) and events; personal health:
# disease management, health and fitness.
MDC_PARTITIONS = {2, 3, 128, 129}
LOINC_IS_ABSENT = {
    "rr_interval",
    "walking_heart_rate",
    "energy_expended",
    "breath_carbon_monoxide",
    "basal_energy",
    "sleep_stage",
    "activity_session",
    "glucose_trend",
    "soft_lean_mass",
    "body_impedance",
    "basal_metabolic_rate",
    "running_speed",
    "running_cadence",
    "stride_length",
    "distance_counted",
    "cycling_cadence",
    "power",
    "machine_speed",
    "machine_distance",
    "machine_energy",
    "stroke_rate",
    "step_rate",
    "inclination",
    "elevation_gain",
    "metabolic_equivalent",
    "glucose_meal",
    "ecg",
    "state_of_mind",
} | {
    # Of Apple Health: what no LOINC term was found for, by those who looked too.
    str(all_types()[one.identifier].kind)
    for one in told()
    if not one.loinc and one.sort in ("quantity", "category")
} - {"exercise_time", "carbohydrate_intake"}
# One primary code for several kinds: the same quantity, counted by another kind of device, whose
# title, unit and Device part them.
SHARED = {
    frozenset({"energy_expended", "machine_energy"}),
    frozenset({"distance_counted", "machine_distance"}),
    frozenset({"running_cadence", "step_rate"}),
}
# Two ways to measure glucose: the code of a sample is that of the sample, whichever way.
GLUCOSE = {"blood_glucose", "interstitial_glucose"}
# A code of several kinds that stands beside a primary code of their own.
BESIDE = {
    "8867-4": "a pulse is a heart rate; 8889-8 says how it was measured",
    "8310-5": "LOINC does not say that a temperature is the basal one; the PGHD code does",
    "8454255": "MDC has one cadence; the unit says of what",
    "8454254": "MDC has one speed",
    "8454247": "MDC has one distance",
}


def _codings(codes: Codes) -> list[Coding]:
    sited = [one.code for one in codes.bluetooth]
    return [codes.code, *codes.also, *sited, *codes.healthkit, *codes.permitted]


def _all(row: Row) -> list[Coding]:
    return [coding for codes in (row, *row.components.values()) for coding in _codings(codes)]


def _check_digit(body: str) -> int:
    """The Luhn (mod 10) check digit of LOINC's Users' Guide."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return -total % 10


ROWS = [pytest.param(name, row, id=name) for name, row in rows().items()]


def test_every_shareable_kind_has_a_row_and_no_other_kind_has_one() -> None:
    assert set(rows()) == {name for name, row in all_kinds().items() if row.shareable}


@pytest.mark.parametrize("name", [name for name, row in all_kinds().items() if not row.shareable])
def test_what_is_not_about_the_person_never_becomes_an_observation(name: str) -> None:
    with pytest.raises(MappingError, match="never shared"):
        row_of(kind(name))


@pytest.mark.parametrize(("name", "row"), ROWS)
def test_every_code_is_of_a_known_system_and_well_formed(name: Kind, row: Row) -> None:
    for coding in _all(row):
        assert coding.system in SYSTEMS
        if coding.system == systems.LOINC:
            body, _, digit = coding.code.partition("-")
            assert int(digit) == _check_digit(body), coding.code
        elif coding.system == systems.MDC:
            partition, term = divmod(int(coding.code), 1 << 16)
            assert partition in MDC_PARTITIONS, coding.code
            assert 0 < term < 1 << 16
            assert coding.display.startswith("MDC_")
        elif coding.system == systems.APPLE:
            assert re.fullmatch(r"HK[A-Za-z]+", coding.code)
        elif coding.system == systems.PGHD:
            assert re.fullmatch(r"[a-z][A-Za-z0-9]+", coding.code)


@pytest.mark.parametrize(("name", "row"), ROWS)
def test_the_unit_is_that_of_the_kind(name: Kind, row: Row) -> None:
    known = all_kinds()[name]
    if known.shape == "category":
        assert row.unit is None
        assert {coding.system for coding in row.values.values()} <= VALUE_SYSTEMS
    else:
        assert row.unit is not None
        assert row.unit.code == known.unit


@pytest.mark.parametrize(("name", "row"), ROWS)
def test_vital_signs_profiles_stand_only_on_vital_signs_in_their_own_units(
    name: Kind, row: Row
) -> None:
    # HL7 FHIR R4 4.0.1, Vital Signs: the LOINC code and the units that each profile allows.
    fixed = {
        "heartrate": ("8867-4", {"/min"}),
        "resprate": ("9279-1", {"/min"}),
        "oxygensat": ("2708-6", {"%"}),
        "bodytemp": ("8310-5", {"Cel", "[degF]"}),
        "bp": ("85354-9", {"mm[Hg]"}),
        "bodyweight": ("29463-7", {"g", "kg", "[lb_av]"}),
        "bodyheight": ("8302-2", {"cm", "[in_i]"}),
        "bmi": ("39156-5", {"kg/m2"}),
    }
    base = systems.VITAL_SIGNS.removesuffix("vitalsigns")
    for profile in row.profiles:
        if not profile.startswith(base):
            others = (systems.US_CORE, systems.PHR, systems.CGM_READING)
            assert profile.startswith(others)
            continue
        loinc, units = fixed[profile.removeprefix(base)]
        assert row.category == "vital-signs"
        assert loinc in {coding.code for coding in (row.code, *row.also)}
        assert row.unit is not None
        assert row.unit.code in units


def test_a_glucose_sensor_is_written_as_its_profile_fixes_it() -> None:
    # HL7 CGM 1.0.0, cgm-sensor-reading-mass-per-volume: code and valueQuantity, words included.
    row = row_of(kind("interstitial_glucose"))

    assert row.profiles == (systems.CGM_READING,)
    assert (row.code.system, row.code.code) == (systems.LOINC, "99504-3")
    assert row.unit is not None
    assert (row.unit.code, row.unit.words) == ("mg/dL", "mg/dl")


@pytest.mark.parametrize(("name", "row"), ROWS)
def test_a_row_without_loinc_is_one_that_has_none(name: Kind, row: Row) -> None:
    has_loinc = any(coding.system == systems.LOINC for coding in (row.code, *row.also))

    assert has_loinc == (name not in LOINC_IS_ABSENT)


def test_no_two_kinds_share_a_primary_code_unless_they_are_the_same_quantity() -> None:
    seen: dict[tuple[str, str], set[str]] = {}
    for name, row in rows().items():
        seen.setdefault((row.code.system, row.code.code), set()).add(name)

    assert {frozenset(kinds) for kinds in seen.values() if len(kinds) > 1} == SHARED


def test_no_two_kinds_share_any_other_code_but_those_that_are_named() -> None:
    seen: dict[tuple[str, str], set[str]] = {}
    for name, row in rows().items():
        for coding in {(code.system, code.code) for code in _codings(row)}:
            seen.setdefault(coding, set()).add(name)
    shared = {
        code
        for (_, code), kinds in seen.items()
        if len(kinds) > 1 and kinds not in SHARED and kinds != GLUCOSE
    }

    assert shared == set(BESIDE)


def test_no_code_that_is_widely_misused_is_here() -> None:
    # Stroke volume as carbon monoxide, laboratory blood, room air, a plain volume rate, a wrong
    # oxygen saturation: all met in public tables.
    misused = {"20562-5", "20563-3", "93045-3", "96701-8", "60842-2", "150324", "8519684"}

    assert not misused & {coding.code for row in rows().values() for coding in _all(row)}


def test_snomed_is_only_ever_sent_where_permitted() -> None:
    for row in rows().values():
        free = [row.code, *row.also, *row.healthkit, *(one.code for one in row.bluetooth)]
        assert systems.SNOMED not in {coding.system for coding in free}
        assert {coding.system for coding in row.permitted} <= {systems.SNOMED}


def test_every_sited_code_is_at_a_place_that_can_be_said() -> None:
    for row in rows().values():
        for codes in (row, *row.components.values()):
            said = {place for one in codes.bluetooth for place in one.at}
            assert said <= {*words.BODY_SITES, *words.SAMPLES}


def test_every_absence_has_words() -> None:
    assert set(words.ABSENT) == {absence.value for absence in Absence}


GOOD = """
[heart_rate]
code = ["http://loinc.org", "8867-4", "Heart rate"]
category = "vital-signs"
unit = ["/min", "beats/minute"]
source = "R4"
verified = "two"
"""


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        pytest.param('source = "R4"\n', "", id="no source"),
        pytest.param('source = "R4"', 'source = ""', id="an empty source"),
        pytest.param('verified = "two"', 'verified = "three"', id="evidence that is no word"),
        pytest.param('"/min",', '"bpm",', id="another unit than the kind's"),
        pytest.param('unit = ["/min", "beats/minute"]\n', "", id="no unit"),
        pytest.param("heart_rate", "hart_rate", id="not a kind"),
        pytest.param("heart_rate", "battery_level", id="not about the person"),
        pytest.param("heart_rate", "blood_pressure", id="components missing"),
        pytest.param('"vital-signs"', '"vitals"', id="a category that is no word"),
        pytest.param("verified", "colour = 1\nverified", id="a column not known"),
        pytest.param('"8867-4", ', "", id="a code without words"),
    ],
)
def test_a_row_that_is_not_right_does_not_load(was: str, becomes: str) -> None:
    assert read(GOOD)
    with pytest.raises(TableError, match=r"observations\.toml"):
        read(GOOD.replace(was, becomes))


def test_mdc_is_never_said_of_what_no_bluetooth_device_measured() -> None:
    for name in rows():
        shape = Shape(
            kind=name,
            subject="Patient/1",
            device="",
            gateway_device="Device/g",
            identifier_system="urn:x",
            adapter="healthkit",
            simulated=False,
        )
        try:
            [body] = render(*one(shape, a_value_of(name), waves=(WAVE,)))
        except MappingError:
            assert only_bluetooth(name)
        else:
            assert systems.MDC.encode() not in body
            assert b"PhdObservationCategories" not in body
            assert b"gatewayDevice" not in body
