"""What glucose meters tell becomes readings: units, times, samples, doubts, contexts."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ble.catalog import built_in
from adapters.ble.characteristics import glucose_measurement, glucose_measurement_context
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.glucose_measurement import GlucoseMeasurement, Status
from adapters.ble.characteristics.glucose_measurement_context import (
    Carbohydrate,
    Food,
    GlucoseMeasurementContext,
    Meal,
)
from adapters.ble.formats import concentration
from adapters.ble.formats.numbers import Special
from adapters.ble.formats.sample import Sample, SampleSite, SampleType
from adapters.ble.hearing import Hearing
from adapters.ble.profile import told_by
from adapters.ble.record import Record
from adapters.errors import DecodeError
from adapters.reading import Absence, Category, Quality, Quantity
from tests.ble_packets import packet

BLOOD = Sample(SampleType.CAPILLARY_WHOLE_BLOOD, SampleSite.FINGER)
AT = DateTime(2026, 3, 1, 8, 15, 0)


def a_test(**more: Any) -> GlucoseMeasurement:
    given = {"number": 7, "base": AT, "concentration": Decimal("0.00110"), "sample": BLOOD}
    return GlucoseMeasurement(**{**given, **more})


def told(*said: GlucoseMeasurement | GlucoseMeasurementContext) -> list[Record]:
    """What a link tells on which these come."""
    hearing, found = Hearing(), list[Record]()
    for one in said:
        module: Any = (
            glucose_measurement
            if isinstance(one, GlucoseMeasurement)
            else glucose_measurement_context
        )
        found += module.readings(packet(bytes(one)), hearing)
    return found


def test_a_mass_is_converted_exactly() -> None:
    (one,) = told(a_test())
    assert one.value == Quantity(Decimal(110), "mg/dL")
    assert one.quality == Quality.NONE


def test_a_molar_concentration_keeps_the_digits_of_the_meter() -> None:
    (one,) = told(a_test(concentration=Decimal("0.0055"), molar=True))
    assert one.value == Quantity(Decimal(99), "mg/dL")
    assert one.quality == Quality.VALUE_AS_CONVERTED


@given(st.integers(0, 2045), st.integers(-8, 0))
def test_converting_back_gives_the_digits_of_the_meter(mantissa: int, exponent: int) -> None:
    sent = Decimal(mantissa).scaleb(exponent)
    back = concentration.of_mol_per_l(sent) / concentration.MG_PER_DL_OF_ONE_MOL_PER_L
    assert back.quantize(Decimal(1).scaleb(exponent)) == sent


def test_the_time_is_the_one_that_the_person_saw() -> None:
    (one,) = told(a_test(offset=-75))
    assert one.told == datetime(2026, 3, 1, 7, 0)  # noqa: DTZ001
    assert one.identity == "7@2026-03-01T08:15:00"


def test_setting_the_clock_changes_the_time_and_not_the_identity() -> None:
    before, after = told(a_test()), told(a_test(offset=60))
    assert before[0].told != after[0].told
    assert before[0].identity == after[0].identity


@pytest.mark.parametrize("offset", [0x7FFF, -0x8000])
def test_an_offset_that_is_too_far_leaves_the_own_time_in_doubt(offset: int) -> None:
    (one,) = told(a_test(offset=offset))
    assert one.told == datetime(2026, 3, 1, 8, 15)  # noqa: DTZ001
    assert Quality.CLOCK_NOT_TRUSTED in one.quality


def test_a_time_beyond_the_calendar_is_none() -> None:
    (one,) = told(a_test(base=DateTime(9999, 12, 31, 23, 59, 59), offset=5))
    assert one.told is None
    assert Quality.CLOCK_NOT_TRUSTED in one.quality


def test_a_day_that_is_not_known_is_a_time_in_doubt() -> None:
    (one,) = told(a_test(base=DateTime(0, 0, 0, 8, 15, 0)))
    assert one.told is None
    assert Quality.CLOCK_NOT_TRUSTED in one.quality
    assert one.identity == "7@0000-00-00T08:15:00"


@pytest.mark.parametrize("type_", list(SampleType))
def test_the_sample_is_where_it_was_measured(type_: SampleType) -> None:
    (one,) = told(a_test(sample=Sample(type_, SampleSite.FINGER)))
    assert one.where == type_.name.lower().replace("_", " ")


@pytest.mark.parametrize(
    "sample",
    [
        Sample(SampleType.CONTROL_SOLUTION, SampleSite.FINGER),
        Sample(SampleType.CAPILLARY_WHOLE_BLOOD, SampleSite.CONTROL_SOLUTION),
    ],
)
def test_control_solution_is_never_a_number_of_the_person(sample: Sample) -> None:
    context = GlucoseMeasurementContext(7, meal=Meal.FASTING, hba1c=Decimal(7))
    found = told(a_test(sample=sample, context=True), context)
    assert [one.value for one in found] == [Absence.NOT_PERFORMED] * 3
    assert all(Quality.NOT_A_MEASUREMENT in one.quality for one in found)
    assert found[0].where == "control solution"


@pytest.mark.parametrize(
    ("sent", "absence"),
    [
        (Special.NAN, Absence.NOT_A_NUMBER),
        (Special.NRES, Absence.ERROR),
        (Special.RESERVED, Absence.ERROR),
        (Special.PLUS_INFINITY, Absence.POSITIVE_INFINITY),
        (Special.MINUS_INFINITY, Absence.NEGATIVE_INFINITY),
        (Decimal("-0.00001"), Absence.ERROR),
    ],
)
def test_what_is_no_number_says_why(sent: Any, absence: Absence) -> None:
    (one,) = told(a_test(concentration=sent))
    assert one.value is absence


@pytest.mark.parametrize(
    ("status", "absence"),
    [(Status.TOO_HIGH, Absence.POSITIVE_INFINITY), (Status.TOO_LOW, Absence.NEGATIVE_INFINITY)],
)
@pytest.mark.parametrize("sent", [Special.NAN, None])
def test_a_result_beyond_the_meter_is_told_as_such(
    sent: Any, status: Status, absence: Absence
) -> None:
    sample = None if sent is None else BLOOD
    (one,) = told(a_test(concentration=sent, sample=sample, status=status))
    assert one.value is absence
    assert one.quality == Quality.BEYOND_RANGE


def test_a_test_without_a_result_is_not_lost() -> None:
    (silent,) = told(a_test(concentration=None, sample=None))
    (failed,) = told(a_test(concentration=None, sample=None, status=Status.SAMPLE_TOO_SMALL))
    assert (silent.value, failed.value) == (Absence.UNKNOWN, Absence.ERROR)
    assert failed.quality == Quality.POOR_SIGNAL


def test_every_status_marks_the_reading() -> None:
    for status in Status:
        (one,) = told(a_test(status=status))
        assert one.quality != Quality.NONE, status


def test_a_context_takes_over_time_and_identity_of_its_measurement() -> None:
    context = GlucoseMeasurementContext(
        7,
        Carbohydrate(Food.LUNCH, Decimal("0.045")),
        Meal.AFTER_MEAL,
        hba1c=Decimal("6.5"),
    )
    glucose, meal, eaten, hba1c = told(a_test(offset=5, context=True), context)
    assert meal.value == Category("after-meal")
    assert eaten.value == Quantity(Decimal("45"), "g")
    assert hba1c.value == Quantity(Decimal("6.5"), "%")
    assert {one.told for one in (glucose, meal, eaten, hba1c)} == {glucose.told}
    assert {one.identity for one in (glucose, meal, eaten, hba1c)} == {glucose.identity}


@pytest.mark.parametrize(
    ("meal", "word"),
    [
        (Meal.BEFORE_MEAL, "before-meal"),
        (Meal.AFTER_MEAL, "after-meal"),
        (Meal.FASTING, "fasting"),
        (Meal.CASUAL, "casual"),
        (Meal.BEDTIME, "bedtime"),
    ],
)
def test_each_meal_has_a_word(meal: Meal, word: str) -> None:
    assert told(a_test(), GlucoseMeasurementContext(7, meal=meal))[1].value == Category(word)


def test_a_context_whose_measurement_never_came_is_refused_and_so_counted() -> None:
    with pytest.raises(DecodeError, match="has not come"):
        told(a_test(number=6), GlucoseMeasurementContext(7, meal=Meal.FASTING))


def test_a_context_that_came_first_is_told_with_its_measurement() -> None:
    hearing = Hearing()
    context = GlucoseMeasurementContext(7, meal=Meal.BEDTIME)
    with pytest.raises(DecodeError):
        list(glucose_measurement_context.readings(packet(bytes(context)), hearing))
    glucose, meal = glucose_measurement.readings(packet(bytes(a_test(context=True))), hearing)
    assert (glucose.kind, meal.kind) == ("blood_glucose", "glucose_meal")


def test_the_profile_reads_both() -> None:
    profile, hearing = built_in()["glucose-meter"], Hearing()
    measured = packet(bytes(a_test(context=True)), glucose_measurement.UUID)
    context = packet(
        bytes(GlucoseMeasurementContext(7, meal=Meal.CASUAL)), glucose_measurement_context.UUID
    )
    assert len(told_by(profile, measured, hearing)) == 1
    assert len(told_by(profile, context, hearing)) == 1
    assert glucose_measurement.number(measured.data) == 7
