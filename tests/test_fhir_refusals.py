"""What has no FHIR form is refused, by its place; what is not on the allow-list cannot get in."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from adapters.kinds import kind
from adapters.reading import PLACES, Category, Quality, Reading, waveform
from fhir_mappings import template as template_module
from fhir_mappings.errors import MappingError
from fhir_mappings.observation import to_observation
from fhir_mappings.outgoing import Outgoing
from fhir_mappings.render import render
from fhir_mappings.shape import Shape
from tests.fhir_shapes import AT, PHONE, STRAP, WAVE, one


def test_only_the_allow_list_can_reach_the_bytes() -> None:
    allowed = {"kind", "starts", "durations", "values", "decimals", "flags", "ids", "issued"}
    allowed |= {"waveforms", "members", "derived"}  # samples, and links to Observations

    assert {field.name for field in fields(Outgoing)} == allowed
    assert not hasattr(STRAP, "__dict__")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"subject": "Group/1"}, "Patient", id="a subject that is no patient"),
        pytest.param({"subject": 'Patient/1"}'}, "Patient", id="JSON in the subject"),
        pytest.param({"device": "Patient/1"}, "Device", id="a device that is none"),
        pytest.param({"gateway_device": "http://x/Device/1"}, "Device", id="a foreign device"),
    ],
)
def test_a_shape_that_names_the_wrong_thing_is_refused(
    changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(MappingError, match=reason):
        replace(STRAP, **changes)


@pytest.mark.parametrize(
    "made_id", ["", 'a"b', "a b", "a\nb", "é", "a/b", "x" * 65], ids=lambda made: repr(made)[:8]
)
def test_an_identifier_that_is_not_url_safe_is_refused(made_id: str) -> None:
    with pytest.raises(MappingError, match="URL-safe"):
        replace(one(STRAP, 72)[0], ids=[made_id])


def test_a_waveform_without_samples_is_refused_by_its_place() -> None:
    wave, empty = WAVE, waveform(8.0, "1", b"")
    outgoing, shape = one(replace(PHONE, kind=kind("ecg")), wave.digest, waves=(wave, empty))
    two = replace(
        outgoing,
        starts=[AT, AT],
        durations=[0, 0],
        values=[wave.digest, empty.digest],
        decimals=[0, 0],
        flags=[0, 0],
        ids=["a", "b"],
    )
    reading = Reading(kind("ecg"), AT, Category(empty.digest), waveform=empty)

    with pytest.raises(MappingError, match="no samples") as refused:
        render(two, shape)
    assert refused.value.index == 1
    with pytest.raises(MappingError, match="no samples"):
        to_observation(reading, shape, identifier="i", issued=AT)


def test_columns_of_unequal_length_are_refused() -> None:
    with pytest.raises(MappingError, match="length"):
        replace(one(STRAP, 72)[0], flags=[])


@pytest.mark.parametrize(
    ("shape", "value", "flags"),
    [
        pytest.param(STRAP, float("nan"), 0, id="nan"),
        pytest.param(STRAP, float("inf"), 0, id="infinity"),
        pytest.param(STRAP, "NaN", 0, id="nan as text"),
        pytest.param(STRAP, "72,5", 0, id="a comma"),
        pytest.param(STRAP, '72,"note":"x"', 0, id="JSON in a number"),
        pytest.param(STRAP, "absent:lost", 0, id="an unknown reason"),
        pytest.param(STRAP, 72, 1 << 23, id="an unknown flag"),
        pytest.param(STRAP, 72, 255 << 24, id="an unknown place"),
        pytest.param(STRAP, 72, int(Quality.NOT_A_MEASUREMENT), id="no measurement"),
        pytest.param(STRAP, 72, int(Quality.NOT_A_MEASUREMENT | Quality.MOVED), id="a moved test"),
        pytest.param(
            replace(STRAP, kind=kind("blood_glucose")),
            72,
            PLACES.index("control solution") << 24,
            id="a control solution",
        ),
        pytest.param(replace(STRAP, kind=kind("blood_pressure")), "120", 0, id="a part missing"),
        pytest.param(
            replace(STRAP, kind=kind("blood_pressure")), "120|80|93|7", 0, id="a part too many"
        ),
        pytest.param(
            replace(STRAP, kind=kind("blood_pressure")), "120|x", 0, id="a word for a part"
        ),
        pytest.param(replace(PHONE, kind=kind("sleep_stage")), "dreaming", 0, id="an unknown word"),
        pytest.param(replace(PHONE, kind=kind("sleep_stage")), "", 0, id="an empty word"),
        pytest.param(replace(PHONE, kind=kind("energy_expended")), 5, 0, id="no true code"),
    ],
)
def test_a_reading_without_a_form_is_refused_by_its_place(
    shape: Shape, value: Any, flags: int
) -> None:
    good, _ = one(shape, "absent:unknown")
    outgoing = replace(
        good,
        starts=[AT, AT],
        durations=[0, 0],
        values=["absent:unknown", value],
        decimals=[0, 0],
        flags=[0, flags],
        ids=["a", "b"],
    )

    with pytest.raises(MappingError) as refused:
        render(outgoing, shape)

    assert refused.value.index == (0 if shape.kind == "energy_expended" else 1)
    assert refused.value.kind == shape.kind


def test_readings_of_another_kind_than_the_shape_are_refused() -> None:
    outgoing, shape = one(STRAP, 72)
    with pytest.raises(MappingError, match="kind"):
        render(outgoing, replace(shape, kind=kind("body_weight")))


def test_what_stays_in_the_house_has_no_shape() -> None:
    for name in ("carbon_monoxide_in_air", "battery_level"):
        outgoing, shape = one(replace(STRAP, kind=kind(name)), 1)
        with pytest.raises(MappingError, match="never shared"):
            render(outgoing, shape)


def test_a_mark_planted_in_a_shape_does_not_open_a_slot() -> None:
    planted = replace(STRAP, identifier_system="urn:" + template_module._TEXT)

    with pytest.raises(MappingError, match="slots"):
        render(*one(planted, 72))


def test_a_link_to_anything_but_an_observation_is_refused() -> None:
    for link in ("Patient/1", 'Observation/1"}', "http://x/Observation/1", ""):
        with pytest.raises(MappingError, match="link"):
            one(STRAP, 72, members=(link,))
        with pytest.raises(MappingError, match="link"):
            one(STRAP, 72, derived=("Observation/1", link))
    with pytest.raises(MappingError, match="clock"):
        replace(STRAP, clock="Device/1")


def test_links_without_readings_are_refused() -> None:
    outgoing, _ = one(STRAP, 72)
    with pytest.raises(MappingError, match="length"):
        replace(outgoing, members=[(), ()])


def test_samples_that_are_not_there_are_refused() -> None:
    with pytest.raises(MappingError, match="the samples are not there"):
        render(*one(replace(STRAP, kind=kind("ecg")), "0" * 64))


@pytest.mark.parametrize(
    "value", ["71.5|58|96", "71.5|58|96|240|1", "71.5|58|high|240", "71.5||96|240"]
)
def test_a_summary_without_its_figures_is_refused(value: str) -> None:
    with pytest.raises(MappingError, match="figures"):
        render(*one(replace(STRAP, grain="day"), value, duration=86_400_000))


def test_figures_of_a_summary_are_no_reading() -> None:
    with pytest.raises(MappingError, match="not a number"):
        render(*one(STRAP, "71.5|58|96|240"))
