"""What is doubtful about a reading, as an Observation says it: each bit, in a way written down."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.reading import Quality
from fhir_mappings import systems, words
from fhir_mappings.errors import MappingError
from fhir_mappings.render import render
from tests.fhir_shapes import ALL_DOUBTS, STRAP, one

# HL7 PHD 2.0.0, Numeric Observation Profile, Measurement Status; the codes are those of the
# Point-of-Care Device guide. "" for what is said in a note alone.
STATUS = {
    Quality.NO_SKIN_CONTACT: "questionable",
    Quality.ENTERED_BY_HAND: "",
    Quality.CLOCK_NOT_TRUSTED: "",
    Quality.POSSIBLE_DUPLICATE: "",
    Quality.MOVED: "questionable",
    Quality.LOOSE: "questionable",
    Quality.WRONG_POSITION: "questionable",
    Quality.IRREGULAR_PULSE: "",
    Quality.BEYOND_RANGE: "questionable",
    Quality.NOT_SETTLED: "early-indication",
    Quality.POOR_SIGNAL: "questionable",
    Quality.DEVICE_FAULT: "questionable",
    Quality.NOT_CALIBRATED: "calibration-ongoing",
    Quality.BELOW_LIMIT: "in-alarm",
    Quality.ABOVE_LIMIT: "in-alarm",
    Quality.CLOCK_CORRECTED: "",
    Quality.VALUE_AS_CONVERTED: "",
    Quality.TIME_OF_ARRIVAL: "",
}


# What stays where a person wrote another value: it is of the time, the person, or how it came.
STAYS = {
    Quality.ENTERED_BY_HAND,
    Quality.CLOCK_NOT_TRUSTED,
    Quality.POSSIBLE_DUPLICATE,
    Quality.IRREGULAR_PULSE,
    Quality.CLOCK_CORRECTED,
    Quality.TIME_OF_ARRIVAL,
}


def _written(quality: Quality, value: int | str = 72, *, corrected: bool = False) -> dict[str, Any]:
    shape = replace(STRAP, corrected=corrected)
    made: dict[str, Any] = json.loads(render(*one(shape, value, flags=quality))[0])
    return made


def _said(document: dict[str, Any]) -> list[str]:
    statuses = [one["coding"] for one in document.get("interpretation", ())]
    assert all(len(codings) == 1 for codings in statuses)
    assert all(codings[0]["system"] == systems.MEASUREMENT_STATUS for codings in statuses)
    return [codings[0]["code"] for codings in statuses]


def test_every_bit_is_said_or_never_sent() -> None:
    assert set(words.DOUBTS) == set(STATUS) == set(Quality) - {Quality.NOT_A_MEASUREMENT}
    notes = [doubt.note for doubt in words.DOUBTS.values()]
    assert len(set(notes)) == len(notes)


@pytest.mark.parametrize("bit", STATUS, ids=lambda bit: bit.name)
def test_each_bit_changes_the_observation_as_it_is_written_down(bit: Quality) -> None:
    plain, doubted = _written(Quality.NONE), _written(bit)
    status = STATUS[bit]

    assert doubted.pop("note") == [{"text": words.DOUBTS[bit].note}]
    assert _said(doubted) == ([status] if status else [])
    assert doubted["status"] == ("preliminary" if status == "early-indication" else "final")
    doubted.pop("interpretation", None)
    assert doubted | {"status": "final"} == plain


@pytest.mark.parametrize("bit", STATUS, ids=lambda bit: bit.name)
def test_a_corrected_value_keeps_only_what_is_not_said_of_the_value(bit: Quality) -> None:
    plain, doubted = (_written(one, corrected=True) for one in (Quality.NONE, bit))
    notes = [words.DOUBTS[bit].note] if bit in STAYS else []

    assert doubted.pop("note") == [{"text": note} for note in [*notes, words.CORRECTED]]
    assert plain.pop("note") == [{"text": words.CORRECTED}]
    assert doubted == plain


def test_a_correction_makes_a_measurement_of_nothing_that_was_none() -> None:
    with pytest.raises(MappingError):
        _written(Quality.NOT_A_MEASUREMENT, corrected=True)


@pytest.mark.parametrize("note", [doubt.note for doubt in words.DOUBTS.values()])
def test_a_note_is_one_plain_sentence(note: str) -> None:
    assert note.endswith(".")
    assert note.count(".") == 1
    assert note.isascii()
    assert len(note) < 100


@given(st.integers(min_value=0, max_value=2**24 - 1))
def test_what_is_no_measurement_of_the_person_is_never_written(flags: int) -> None:
    with pytest.raises(MappingError):
        render(*one(STRAP, 72, flags=Quality.NOT_A_MEASUREMENT | Quality(flags)))


@given(st.integers(min_value=0, max_value=ALL_DOUBTS))
def test_every_doubt_of_several_is_said_and_each_status_once(bits: int) -> None:
    quality = Quality(bits) & ALL_DOUBTS
    written = _written(quality)

    assert len(written.get("note", ())) == int(quality).bit_count()
    assert set(_said(written)) == {STATUS[bit] for bit in quality} - {""}
    assert len(_said(written)) == len(set(_said(written)))


def test_a_mean_is_never_preliminary() -> None:
    outgoing, shape = one(STRAP, 72, flags=Quality.NOT_SETTLED, duration=60_000)
    [body] = render(outgoing, replace(shape, grain="minute"))

    assert json.loads(body)["status"] == "final"


def test_a_status_stands_beside_a_value_alone() -> None:
    # HL7 Point-of-Care Device guide: dataAbsentReason and interpretation exclude each other.
    written = _written(Quality.POOR_SIGNAL | Quality.DEVICE_FAULT, "absent:error")

    assert "interpretation" not in written
    assert len(written["note"]) == 2
