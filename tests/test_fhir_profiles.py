"""What is claimed holds: every Observation against the rules of its profiles."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.kinds import Kind
from fhir_mappings import systems
from fhir_mappings.render import render
from fhir_mappings.table import row_of, rows
from tests.fhir_made import MADE
from tests.fhir_profiles import PROFILES, broken
from tests.fhir_published import EXAMPLES as PUBLISHED
from tests.fhir_readings import outgoing_of, readings, shapes
from tests.fhir_references import REFERENCES
from tests.fhir_shapes import EXAMPLES, SENSOR, WAVE, a_value_of, one

EVERY = (systems.VITAL_SIGNS, *PROFILES)
Fault = Callable[[dict[str, Any]], object]


def _example(name: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(render(*EXAMPLES[name])[0])
    return made


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_shape_obeys_the_rules_of_what_it_claims(name: str) -> None:
    assert list(broken(_example(name))) == []


@pytest.mark.parametrize("name", [name for name in MADE if name != "bundle"])
def test_every_other_resource_obeys_the_rules_of_what_it_claims(name: str) -> None:
    assert list(broken(json.loads(MADE[name]))) == []


def test_every_profile_that_is_claimed_has_a_published_example_to_ask_judges_about() -> None:
    assert set(REFERENCES) == set(PROFILES) == set(PUBLISHED)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_whatever_is_claimed_of_any_reading_holds(data: st.DataObject) -> None:
    reading = data.draw(readings())
    shape = replace(data.draw(shapes(reading.kind)), profiles=EVERY)

    assert list(broken(json.loads(render(outgoing_of(reading), shape)[0]))) == []


@pytest.mark.parametrize("name", rows())
def test_every_kind_claims_what_a_device_of_its_own_fulfils(name: Kind) -> None:
    row = row_of(name)
    shape = replace(SENSOR, kind=name, profiles=EVERY)
    document = json.loads(render(*one(shape, a_value_of(name), waves=(WAVE,)))[0])
    claimed = set(document["meta"].get("profile", ()))
    mdc = any(coding["system"] == systems.MDC for coding in document["code"]["coding"])

    assert claimed >= {
        one for one in row.profiles if not one.startswith((systems.US_CORE, systems.PHR))
    }
    assert any("/uv/phd/" in one for one in claimed) == mdc
    assert list(broken(document)) == []


@pytest.mark.parametrize(
    ("name", "claimed"), [("samples", [systems.PHD_RTSA]), ("samples-absent", [])]
)
def test_samples_that_are_not_there_are_no_number_and_no_samples(
    name: str, claimed: list[str]
) -> None:
    made = _example(name)

    assert made["meta"].get("profile", []) == claimed
    assert ("valueSampledData" in made) == bool(claimed)
    assert ("dataAbsentReason" in made) == (not claimed)


def test_every_profile_of_the_table_has_its_rules_and_is_claimed_by_a_shape() -> None:
    named = {one for row in rows().values() for one in row.profiles}
    claimed = {one for name in EXAMPLES for one in _example(name)["meta"].get("profile", ())}

    assert named <= set(PROFILES)
    phd = {systems.PHD_NUMERIC, systems.PHD_COMPOUND, systems.PHD_CODED, systems.CGM_READING}
    assert phd <= claimed


FAULTS: list[tuple[str, Fault, str]] = [
    (
        "quantity-instant",
        lambda one: one.update(dataAbsentReason={"text": "x"}),
        "Observation: obs-6",
    ),
    ("quantity-instant", lambda one: one.update(status="done"), "Observation: a known status"),
    (
        "quantity-instant",
        lambda one: one["valueQuantity"].update(system="urn:x"),
        "Observation: units are of UCUM",
    ),
    ("quantity-instant", lambda one: one["valueQuantity"].update(code="bpm"), "heartrate: in /min"),
    ("quantity-instant", lambda one: one["valueQuantity"].pop("unit"), "heartrate: in /min"),
    ("quantity-instant", lambda one: one.pop("valueQuantity"), "heartrate: vs-2"),
    (
        "quantity-instant",
        lambda one: one["category"].pop(0),
        "heartrate: one category of vital signs",
    ),
    (
        "quantity-instant",
        lambda one: one["category"].pop(1),
        "PhdNumericObservation: one category of PHD",
    ),
    (
        "quantity-instant",
        lambda one: one["extension"].clear(),
        "PhdNumericObservation: one gateway device",
    ),
    ("quantity-instant", lambda one: one.pop("device"), "PhdNumericObservation: a sensor"),
    (
        "quantity-instant",
        lambda one: one["subject"].update(reference="Group/1"),
        "heartrate: a patient",
    ),
    ("quantity-instant", lambda one: one.pop("effectiveDateTime"), "heartrate: vs-1"),
    (
        "quantity-instant",
        lambda one: one.update(effectiveDateTime="2026"),
        "heartrate: vs-1",
    ),
    (
        "quantity-instant",
        lambda one: one["code"]["coding"].pop(1),
        "PhdNumericObservation: a code of MDC",
    ),
    ("quantity-pulse", lambda one: one["code"]["coding"].pop(1), "heartrate: one code 8867-4"),
    (
        "quantity-no-skin-contact",
        lambda one: one["interpretation"][0]["coding"][0].update(system="urn:x"),
        "PhdNumericObservation: one status an interpretation",
    ),
    (
        "components",
        lambda one: one["component"][1]["valueQuantity"].update(code="kPa"),
        "bp: 8462-4 in mm[Hg]",
    ),
    ("components", lambda one: one["component"].pop(1), "bp: one part 8462-4"),
    ("components", lambda one: one["component"][0].pop("valueQuantity"), "bp: vs-3"),
    (
        "components",
        lambda one: one["component"][0]["code"]["coding"].pop(1),
        "PhdCompoundNumericObservation: parts with codes of MDC",
    ),
    (
        "components",
        lambda one: one["component"][0].update(code=one["code"]) or one.update(valueString="x"),
        "Observation: obs-7",
    ),
    (
        "quantity-glucose-sensor",
        lambda one: one["valueQuantity"].update(unit="mg/dL"),
        "cgm-sensor-reading-mass-per-volume: a value as it is fixed",
    ),
    (
        "quantity-glucose-sensor",
        lambda one: one.update(effectivePeriod={"start": one.pop("effectiveDateTime")}),
        "cgm-sensor-reading-mass-per-volume: an instant",
    ),
    (
        "quantity-us-core",
        lambda one: one["meta"].pop("tag"),
        "us-core-heart-rate: it says that the patient supplied it",
    ),
    (
        "quantity-us-core",
        lambda one: one["performer"][0].update(reference="Device/1"),
        "us-core-heart-rate: the patient is who performed it",
    ),
    (
        "components",
        lambda one: one["component"][1]["valueQuantity"].pop("unit"),
        "bp: 8462-4 in mm[Hg]",
    ),
    (
        "category-mdc",
        lambda one: one["valueCodeableConcept"]["coding"][0].update(system="urn:x"),
        "PhdCodedEnumerationObservation: a word of MDC or none",
    ),
]


@pytest.mark.parametrize(
    ("name", "spoil", "says"), [pytest.param(*fault, id=fault[2]) for fault in FAULTS]
)
def test_a_planted_fault_breaks_its_rule(name: str, spoil: Fault, says: str) -> None:
    document = copy.deepcopy(_example(name))
    spoil(document)

    assert says in set(broken(document))
