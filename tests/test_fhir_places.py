"""Where a reading was taken: the body site that is said, and the code that is true there."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from adapters.kinds import all_kinds, kind
from adapters.reading import PLACES
from fhir_mappings import systems, words
from fhir_mappings.errors import MappingError
from fhir_mappings.render import render
from fhir_mappings.table import row_of, rows
from tests.fhir_shapes import PHONE, SENSOR, one


def _codes(name: str, place: str, system: str = systems.MDC, adapter: str = "ble") -> list[str]:
    codings = row_of(kind(name)).codings(adapter, place, frozenset())
    return [coding.code for coding in codings if coding.system == system]


def _written(name: str, where: str = "", body_site: str = "", **changes: Any) -> dict[str, Any]:
    shape = replace(SENSOR, kind=kind(name), body_site=body_site, **changes)
    made: dict[str, Any] = json.loads(render(*one(shape, 37, where=where))[0])
    return made


def test_every_place_is_a_body_site_a_sample_nothing_or_refused() -> None:
    parts = [words.BODY_SITES, words.SAMPLES, words.NOWHERE, words.REFUSED]

    assert sorted(place for part in parts for place in part) == sorted(PLACES)


def test_a_strap_and_an_optical_sensor_have_their_own_code() -> None:
    assert _codes("heart_rate", "chest") == ["147842"]
    assert _codes("heart_rate", "wrist") == _codes("heart_rate", "ear lobe") == ["149546"]
    assert _codes("heart_rate", "arm") == ["149546"]
    assert _codes("heart_rate", "") == []


@pytest.mark.parametrize(
    ("place", "code"),
    [
        # IEEE 11073-10101 and 11073-10408: term + 65536 × partition 2.
        ("", "150364"),
        ("tympanum", "150392"),
        ("rectum", "188420"),
        ("mouth", "188424"),
        ("ear", "188428"),
        ("finger", "188432"),
        ("toe", "188448"),
        ("armpit", "188452"),
        ("gastrointestinal tract", "188456"),
        ("forehead", "150364"),
        ("temporal artery", "150364"),
    ],
)
def test_a_temperature_bears_the_code_of_its_place_and_the_one_of_its_profile(
    place: str, code: str
) -> None:
    assert _codes("body_temperature", place) == [code]
    assert _codes("body_temperature", place, systems.LOINC) == ["8310-5"]


@pytest.mark.parametrize(
    ("sample", "mdc", "loinc"),
    [
        # IEEE 11073-10101 and 11073-10417; LOINC 2.83.
        ("", "160020", "2339-0"),
        ("capillary whole blood", "160184", "41653-7"),
        ("capillary plasma", "160188", "41653-7"),
        ("venous whole blood", "160192", "41652-9"),
        ("venous plasma", "160196", "2345-7"),
        ("arterial whole blood", "160200", "41651-1"),
        ("arterial plasma", "160204", "2345-7"),
        ("whole blood", "160364", "2339-0"),
        ("plasma", "160368", "2345-7"),
        ("interstitial fluid", "160212", "99504-3"),
    ],
)
def test_glucose_bears_the_codes_of_its_sample_and_none_of_another(
    sample: str, mdc: str, loinc: str
) -> None:
    assert _codes("blood_glucose", sample) == [mdc]
    assert _codes("blood_glucose", sample, systems.LOINC) == [loinc]
    assert _written("blood_glucose", sample)["code"]["coding"][0]["code"] == loinc
    assert "bodySite" not in _written("blood_glucose", sample)


@pytest.mark.parametrize("sample", words.SAMPLES)
def test_a_glucose_sensor_that_names_another_sample_is_believed(sample: str) -> None:
    written = _written("interstitial_glucose", sample, profiles=(systems.CGM_READING,))
    codes = {coding["code"] for coding in written["code"]["coding"]}

    assert ("99504-3" in codes) == ("160212" in codes) == (sample == "interstitial fluid")
    assert (systems.CGM_READING in written["meta"].get("profile", ())) == ("99504-3" in codes)


def test_a_phone_does_not_get_the_codes_of_a_place() -> None:
    assert _codes("blood_glucose", "capillary plasma", systems.LOINC, "healthkit") == ["2339-0"]
    shape = replace(PHONE, kind=kind("body_temperature"))
    [body] = render(*one(shape, 37, where="ear"))

    assert systems.MDC.encode() not in body
    assert json.loads(body)["bodySite"] == {"text": "ear"}


def test_a_reading_is_believed_before_its_device() -> None:
    assert _written("body_temperature", "ear", "mouth")["bodySite"] == {"text": "ear"}
    assert _written("body_temperature", "", "mouth")["bodySite"] == {"text": "mouth"}
    assert _written("blood_glucose", "plasma", "finger")["bodySite"] == {"text": "finger"}


@pytest.mark.parametrize("name", [name for name in rows() if all_kinds()[name].shape == "quantity"])
def test_every_kind_can_be_written_at_every_place_with_one_code_of_mdc(name: str) -> None:
    for place in {*PLACES} - {*words.REFUSED}:
        written = _written(name, place)
        said = [one["code"] for one in written["code"]["coding"] if one["system"] == systems.MDC]

        assert len(said) <= 1
        assert ("bodySite" in written) == (place in words.BODY_SITES)


@pytest.mark.parametrize("place", words.REFUSED)
def test_what_is_not_in_a_person_is_never_written(place: str) -> None:
    with pytest.raises(MappingError, match="no measurement of the person"):
        _written("blood_glucose", place)


def test_a_body_site_is_known_in_any_spelling_and_otherwise_left_out() -> None:
    assert words.site("Ear-Lobe") == words.site("ear_lobe ") == "ear lobe"
    assert words.site("Anna's left wrist") == ""


_TIMES = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_TURNS = ("0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901")


def _turned(place: int, digit: int) -> int:
    if place < len(_TURNS):
        return int(_TURNS[place][digit])
    return _turned(place - 1, int(_TURNS[1][digit]))


@pytest.mark.parametrize("site", words.BODY_SITES)
def test_every_number_of_snomed_is_whole(site: str) -> None:
    # SNOMED CT Technical Implementation Guide: partition 00 for a concept, Verhoeff's check digit.
    number, _ = words.BODY_SITES[site]
    check = 0
    for place, digit in enumerate(reversed(number)):
        check = int(_TIMES[check][_turned(place, int(digit))])

    assert check == 0
    assert number[-3:-1] == "00"
