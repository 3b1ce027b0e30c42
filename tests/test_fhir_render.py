"""Splicing against the models: the same content, every digit, and nothing that was not let in."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.kinds import kind
from adapters.reading import (
    Absence,
    Components,
    Quality,
    Quantity,
    Reading,
)
from fhir_mappings.errors import MappingError
from fhir_mappings.instant import utc
from fhir_mappings.observation import to_observation
from fhir_mappings.outgoing import Outgoing
from fhir_mappings.render import render
from fhir_mappings.template import template
from tests.fhir_readings import flags, instants, judge, outgoing_of, readings, shapes
from tests.fhir_shapes import AT, EXAMPLES, ISSUED, STRAP


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_spliced_reading_is_the_modelled_one_with_every_digit(data: st.DataObject) -> None:
    reading = data.draw(readings())
    shape = data.draw(shapes(reading.kind))

    [body] = render(outgoing_of(reading), shape)

    judge(body, reading, shape)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        pytest.param(b"120.50", b"120.5", id="a digit lost"),
        pytest.param(b"120.50", b"120.51", id="a digit changed"),
        pytest.param(b"120.50", b'"120.50"', id="a number as text"),
        pytest.param(b"8480-6", b"8462-4", id="two parts alike"),
        pytest.param(b".250Z", b".251Z", id="a millisecond more"),
        pytest.param(b".250Z", b".250+00:00", id="an offset"),
        pytest.param(b".250Z", b"Z", id="milliseconds lost"),
        pytest.param(b'"HTEST"', b'"TREAT"', id="test data not marked"),
        pytest.param(b'"PATAST"', b'"CLINAST"', id="the patient's word as a clinic's"),
        pytest.param(b"Patient/p1", b"Patient/p2", id="another patient"),
        pytest.param(b"mm[Hg]", b"kPa", id="another unit"),
        pytest.param(b'"not-a-number"', b'"error"', id="another reason"),
        pytest.param(b"Entered by hand.", b"Entered by Anna.", id="words from outside"),
        pytest.param(b'"status"', b'"state"', id="an element that is none"),
        pytest.param(b"mmHg", "mmHg\u00a0é".encode(), id="a byte outside ASCII"),
    ],
)
def test_a_planted_fault_is_caught(was: bytes, becomes: bytes) -> None:
    shape = replace(STRAP, kind=kind("blood_pressure"), simulated=True)
    value = Components((Decimal("120.50"), Absence.NOT_A_NUMBER), "mm[Hg]")
    reading = Reading(shape.kind, AT, value, quality=Quality.ENTERED_BY_HAND)
    [body] = render(outgoing_of(reading), shape)
    judge(body, reading, shape)
    assert was in body

    with pytest.raises((AssertionError, ValueError)):
        judge(body.replace(was, becomes), reading, shape)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(instants, st.integers(0, 300), flags), max_size=20))
def test_many_readings_are_written_as_each_alone(
    rows_of_one: list[tuple[int, int, int]],
) -> None:
    def column(*chosen: tuple[int, int, int]) -> Outgoing:
        return Outgoing(
            kind=STRAP.kind,
            starts=[row[0] for row in chosen],
            durations=[row[1] % 2 * 1000 for row in chosen],
            values=[row[1] for row in chosen],
            decimals=[0] * len(chosen),
            flags=[row[2] for row in chosen],
            ids=[f"id-{row[0]}" for row in chosen],
            issued=ISSUED,
        )

    together = render(column(*rows_of_one), STRAP)

    assert together == [body for row in rows_of_one for body in render(column(row), STRAP)]


@given(instants, st.integers(min_value=0, max_value=999))
def test_a_time_is_written_to_the_millisecond(at: int, more: int) -> None:
    written = utc(at + more)

    assert written.endswith("Z")
    read = datetime.fromisoformat(written)
    assert read.tzinfo == UTC
    assert round(read.timestamp() * 1000) == at + more


def test_times_before_1970_and_in_early_years_are_written_and_others_refused() -> None:
    assert utc(-1) == "1969-12-31T23:59:59.999Z"
    assert utc(-62_135_596_800_000) == "0001-01-01T00:00:00.000Z"
    with pytest.raises(MappingError):
        utc(10**17)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_shape_obeys_the_rules_of_observation(name: str) -> None:
    [body] = render(*EXAMPLES[name])
    document = json.loads(body)

    _vital_signs_and_observation_rules(document)
    assert _labels(document) >= {"PATAST"}
    assert ("HTEST" in _labels(document)) == EXAMPLES[name][1].simulated
    assert document["performer"] == [document["subject"]] == [{"reference": "Patient/p1"}]


def _vital_signs_and_observation_rules(document: dict[str, Any]) -> None:
    """HL7 FHIR R4 4.0.1: obs-6, vs-2, vs-3; HL7 PHD 2.0.0, PhdBaseObservation where claimed."""
    holders = [document, *document.get("component", ())]
    for holder in holders:
        has_value = any(field.startswith("value") for field in holder)
        if holder is not document or "component" not in document:
            assert has_value != ("dataAbsentReason" in holder)
        elif holder is document:
            figures, supplemental = "method" in document, "68193" in json.dumps(document)
            assert has_value == (figures or supplemental)  # both stand beside a value
    if any("/uv/phd/" in profile for profile in document["meta"].get("profile", ())):
        assert document["device"]["reference"]
        assert document["extension"][0]["valueReference"]["reference"]
        assert "urn:iso:std:iso:11073:10101" in json.dumps(document["code"])
        assert any(one["coding"][0]["code"] == "phd" for one in document["category"])


def _labels(document: dict[str, Any]) -> set[str]:
    return {label["code"] for label in document["meta"]["security"]}


def test_percent_and_braces_of_units_are_not_taken_for_slots() -> None:
    [saturation] = render(*EXAMPLES["quantity-two-loincs"])
    [steps] = render(*EXAMPLES["quantity-period"])

    assert json.loads(saturation)["valueQuantity"]["code"] == "%"
    assert json.loads(steps)["valueQuantity"]["code"] == "{steps}"


def test_the_same_reading_is_the_same_bytes_at_every_try() -> None:
    assert render(*EXAMPLES["components"]) == render(*EXAMPLES["components"])


def test_the_models_alone_would_lose_a_digit() -> None:
    # Why values are spliced as text; should this ever fail, the templates can become simpler.
    reading = Reading(kind("body_temperature"), AT, Quantity(Decimal("36.60"), "Cel"))
    shape = replace(STRAP, kind=kind("body_temperature"))
    observation = to_observation(reading, shape, identifier="i", issued=ISSUED)

    assert '"value":36.6,' in observation.model_dump_json()
    assert b'"value":36.60,' in render(outgoing_of(reading), shape)[0]


def test_groups_of_any_size_are_written_by_one_template() -> None:
    outgoing, shape = EXAMPLES["group"]
    template.cache_clear()
    for n in (1, 2, 1000):
        links = [f"Observation/{number}" for number in range(n)]
        (body,) = render(replace(outgoing, members=[links]), shape)
        assert [one["reference"] for one in json.loads(body)["hasMember"]] == links
    assert template.cache_info().currsize == 1
