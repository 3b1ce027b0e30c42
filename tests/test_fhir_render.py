"""Splicing against the models: the same content, every digit, and nothing that was not let in."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from fhir.resources.R4B.observation import Observation
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.kinds import Kind, all_kinds, kind
from adapters.reading import (
    PLACES,
    Absence,
    Category,
    Components,
    Quality,
    Quantity,
    Reading,
    canonical,
    flags_of,
)
from fhir_mappings import words
from fhir_mappings.errors import MappingError
from fhir_mappings.instant import utc
from fhir_mappings.observation import to_json, to_observation
from fhir_mappings.outgoing import Outgoing
from fhir_mappings.render import render
from fhir_mappings.shape import Adapter, Grain, Shape, Status
from fhir_mappings.table import row_of, rows
from tests.fhir_shapes import ALL_DOUBTS, AT, EXAMPLES, ISSUED, STRAP, only_bluetooth

numbers = st.decimals(
    min_value=-(10**15), max_value=10**15, places=None, allow_nan=False, allow_infinity=False
).filter(lambda number: -12 <= int(number.as_tuple().exponent) <= 3)
sent_digits = st.one_of(
    st.decimals(min_value=0, max_value=9999, places=2),
    st.integers(min_value=0, max_value=300).map(Decimal),
    numbers,
)
absences = st.sampled_from(Absence)
flags = st.builds(
    lambda quality, place: quality & ALL_DOUBTS | place << 24,
    st.integers(0, 255) | st.integers(0, ALL_DOUBTS),
    st.integers(0, 16),
)
instants = st.integers(min_value=0, max_value=4_102_444_800_000)


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    name = draw(st.sampled_from(sorted(rows())))
    row = all_kinds()[name]
    value: Quantity | Components | Category | Absence
    if draw(st.integers(min_value=0, max_value=5)) == 0:
        value = draw(absences)
    elif row.shape == "quantity":
        value = Quantity(draw(sent_digits), row.unit)
    elif row.shape == "components":
        part = st.one_of(sent_digits, absences)
        most = len(row.components)
        count = draw(st.integers(min_value=most - len(row.optional), max_value=most))
        value = Components(tuple(draw(part) for _ in range(count)), row.unit)
    else:
        value = Category(draw(st.sampled_from(sorted(row_of(name).values))))
    return Reading(
        kind=name,
        start=draw(instants),
        value=value,
        duration=draw(st.one_of(st.just(0), st.integers(min_value=1, max_value=10**9))),
        quality=Quality(draw(st.integers(min_value=0, max_value=ALL_DOUBTS))) & ALL_DOUBTS,
        where=draw(st.sampled_from([one for one in PLACES if one not in words.REFUSED])),
    )


@st.composite
def shapes(draw: st.DrawFn, name: Kind) -> Shape:
    adapters: list[Adapter] = ["ble"] if only_bluetooth(name) else ["ble", "healthkit"]
    statuses: list[Status] = ["final", "amended", "entered-in-error"]
    grains: list[Grain] = ["raw", "minute", "day"]
    return replace(
        STRAP,
        kind=name,
        adapter=draw(st.sampled_from(adapters)),
        simulated=draw(st.booleans()),
        body_site=draw(st.sampled_from(["", "chest", "wrist", "elsewhere"])),
        profiles=draw(st.sampled_from([(), STRAP.profiles])),
        status=draw(st.sampled_from(statuses)),
        grain=draw(st.sampled_from(grains)),
    )


def _outgoing(reading: Reading) -> Outgoing:
    value, decimals = canonical(reading)
    return Outgoing(
        kind=reading.kind,
        starts=[reading.start],
        durations=[reading.duration],
        values=[value],
        decimals=[decimals],
        flags=[flags_of(reading)],
        ids=["identity"],
        issued=ISSUED,
    )


def _numbers(value: object) -> list[Decimal]:
    if isinstance(value, Quantity):
        return [value.value]
    if isinstance(value, Components):
        return [part for part in value.values if isinstance(part, Decimal)]
    return []


def _judge(body: bytes, reading: Reading, shape: Shape) -> None:
    """Hold rendered bytes against the models and against the digits that were sent."""
    # By the model: valid, and the same content as the slow way.
    parsed = Observation.model_validate_json(body)
    modelled = to_observation(reading, shape, identifier="identity", issued=ISSUED)
    assert to_json(parsed) == to_json(modelled)
    # By plain JSON: the very digits that the device sent.
    document = json.loads(body, parse_float=Decimal, parse_int=Decimal)
    holders = [document, *document.get("component", ())]
    values = [one["valueQuantity"]["value"] for one in holders if "valueQuantity" in one]
    sent = [Decimal(f"{number:f}") for number in _numbers(reading.value)]
    assert [repr(value) for value in values] == [repr(number) for number in sent]
    # No byte outside ASCII, no offset but Z, one spelling of time.
    body.decode("ascii")
    times = [document.get("effectiveDateTime"), *document.get("effectivePeriod", {}).values()]
    for time in [document["issued"], *filter(None, times)]:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", time)
    assert not re.search(rb"T\d\d:\d\d[^\"]*[+-]\d\d:\d\d", body)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_spliced_reading_is_the_modelled_one_with_every_digit(data: st.DataObject) -> None:
    reading = data.draw(readings())
    shape = data.draw(shapes(reading.kind))

    [body] = render(_outgoing(reading), shape)

    _judge(body, reading, shape)


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
    [body] = render(_outgoing(reading), shape)
    _judge(body, reading, shape)
    assert was in body

    with pytest.raises((AssertionError, ValueError)):
        _judge(body.replace(was, becomes), reading, shape)


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
            assert not has_value
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
    assert b'"value":36.60,' in render(_outgoing(reading), shape)[0]
