"""A person corrects a reading: what may be said of it, and what stays of what it was."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.kinds import Kind, kind, row_of
from adapters.reading import Components, Instant, PersonKey, Reading, Value
from gateway.rights.correcting import Correcting, Found, mark_of, parsed
from gateway.sharing.errors import NotAllowed
from tests.fakes_web import CUFF, NOW, STRAP, Furnished, make_home, number

HEART, WEIGHT = Kind("heart_rate"), Kind("body_weight")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Furnished]:
    made = make_home(tmp_path)
    made.take_in(STRAP, [number("body_weight", NOW, "72.50", "kg")])
    yield made
    made.house.close()


def rights_of(home: Furnished) -> Correcting:
    return Correcting(home.house.opened.gateway, home.house.readings, home.house.audit)


def the_one(home: Furnished, what: Kind = WEIGHT, at: Instant = NOW) -> Found:
    (found,) = rights_of(home).find(home.person, what, at, at)
    return found


def test_a_corrected_reading_keeps_what_it_was_and_says_why(home: Furnished) -> None:
    rights_of(home).set_right(the_one(home), "71,50", "mistyped", home.act)
    rights_of(home).take_back(the_one(home), "not_mine", home.act)
    found = the_one(home)

    assert (found.row.value, found.decimals) == (72.5, 2)
    assert found.row.current_value is None
    assert [(one.new_value, one.new_decimals, one.why, one.actor) for one in found.before] == [
        (71.5, 2, "mistyped", f"person:{home.person}"),
        (None, 0, "not_mine", f"person:{home.person}"),
    ]


def test_what_was_taken_back_can_be_brought_back(home: Furnished) -> None:
    rights_of(home).take_back(the_one(home), "not_a_measurement", home.act)
    assert rights_of(home).set_right(the_one(home), "72.50", "mistyped", home.act) == 2
    assert the_one(home).row.current_value == 72.5


def test_each_correction_leaves_a_trace_without_a_value(home: Furnished) -> None:
    rights_of(home).set_right(the_one(home), "71.5", "device_was_wrong", home.act)
    entry = list(home.house.audit.entries())[-1]

    assert (entry.act, entry.actor) == ("reading.corrected", f"person:{home.person}")
    assert entry.detail == {"kind": "body_weight", "why": "device_was_wrong", "version": 1}


def test_an_import_does_not_bring_the_wrong_value_back(home: Furnished) -> None:
    rights_of(home).set_right(the_one(home), "71.5", "mistyped", home.act)
    home.take_in(STRAP, [number("body_weight", NOW, "72.50", "kg")])

    assert the_one(home).row.current_value == 71.5


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("71.5", "because"),
        ("71.5", ""),
        ("71.5", "not_mine"),  # what is somebody else's has no value of mine
        ("72.50", "mistyped"),  # it says that already
        ("much", "mistyped"),
        ("nan", "mistyped"),
        ("1e3", "mistyped"),
        ("70/71", "mistyped"),
        ("", "mistyped"),
        ("1" * 30, "mistyped"),
    ],
)
def test_what_cannot_be_said_changes_nothing(home: Furnished, told: str, why: str) -> None:
    with pytest.raises(NotAllowed):
        rights_of(home).set_right(the_one(home), told, why, home.act)
    assert the_one(home).row.version == 0


def test_a_reading_is_taken_back_once(home: Furnished) -> None:
    rights_of(home).take_back(the_one(home), "not_mine", home.act)
    with pytest.raises(NotAllowed):
        rights_of(home).take_back(the_one(home), "not_mine", home.act)


def test_nobody_finds_the_readings_of_another_person(home: Furnished) -> None:
    assert rights_of(home).find(PersonKey("somebody"), WEIGHT, NOW, NOW) == []


def test_the_parts_of_a_pressure_are_said_together(home: Furnished) -> None:
    pressure = Components((Decimal(180), Decimal(80)), "mm[Hg]")
    home.take_in(CUFF, [Reading(kind("blood_pressure"), NOW, pressure)])
    rights_of(home).set_right(
        the_one(home, Kind("blood_pressure")), "118 / 80", "device_was_wrong", home.act
    )

    assert the_one(home, Kind("blood_pressure")).row.current_value == "118|80"


@pytest.mark.parametrize(
    ("name", "told", "stored"),
    [
        ("body_temperature", "36.60", (36.6, 2)),
        ("heart_rate", "72", (72, 0)),
        ("blood_pressure", "120/80/93", ("120|80|93", 0)),
        ("blood_pressure", "120|80", ("120|80", 0)),
    ],
)
def test_a_value_keeps_the_digits_that_were_written(
    name: str, told: str, stored: tuple[Value, int]
) -> None:
    assert parsed(row_of(kind(name)), told) == stored


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("blood_pressure", "120"),
        ("sleep_stage", "awake"),
        ("ecg", "1"),
        ("heart_rate", ""),
        ("heart_rate", "7_2"),
        ("heart_rate", "٧٢"),
        pytest.param("step_count", "1,234", id="a thousand, or one and a bit"),
    ],
)
def test_what_is_no_value_of_its_kind_is_refused(name: str, told: str) -> None:
    with pytest.raises(NotAllowed):
        parsed(row_of(kind(name)), told)


@pytest.mark.parametrize(
    ("name", "told", "sentence"),
    [
        ("heart_rate", "-72", "cannot be below zero"),
        ("blood_pressure", "120/-80", "cannot be below zero"),
        ("blood_pressure", "80/120", "cannot be above the systolic"),
        ("blood_pressure", "80/120/93", "cannot be above the systolic"),
    ],
)
def test_what_nobody_can_have_is_refused_in_words(name: str, told: str, sentence: str) -> None:
    with pytest.raises(NotAllowed, match=sentence):
        parsed(row_of(kind(name)), told)


@pytest.mark.parametrize(
    ("name", "told"),
    [("water_temperature", "-1.5"), ("glucose_trend", "-2"), ("inclination", "-3")],
)
def test_what_can_be_below_zero_may_be_said(name: str, told: str) -> None:
    assert parsed(row_of(kind(name)), told)[0] == float(told)


def test_a_mark_tells_readings_apart_and_says_nothing_of_a_value(home: Furnished) -> None:
    home.take_in(STRAP, [number("heart_rate", NOW, value, "/min") for value in ("72", "73")])
    marks = {one.mark for one in rights_of(home).find(home.person, HEART, NOW, NOW)}

    assert len(marks) == 2
    assert mark_of(the_one(home).row.id) == the_one(home).mark
