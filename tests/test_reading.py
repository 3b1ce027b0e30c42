"""Values keep their digits on the way into the store and out of it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import ReadingRefused
from adapters.kinds import kind
from adapters.reading import (
    Absence,
    Category,
    Components,
    DeviceKey,
    PersonKey,
    Quantity,
    Reading,
    SourceKey,
    batches,
    canonical,
    stored,
    text_of,
)

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=None)


@pytest.mark.parametrize(
    "digits", ["36.60", "36.6", "120", "120.0", "0.1", "-0.5", "123456789012345678901234.5"]
)
def test_digits_come_back_as_they_were(digits: str) -> None:
    assert text_of(*stored(Decimal(digits))) == digits


def test_precision_is_no_part_of_the_value() -> None:
    assert stored(Decimal("36.60"))[0] == stored(Decimal("36.6"))[0]


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=6))
def test_any_number_comes_back_as_it_was(number: Decimal) -> None:
    assert Decimal(text_of(*stored(number))) == number


@given(NUMBERS)
def test_any_decimal_at_all_keeps_its_value(number: Decimal) -> None:
    assert Decimal(text_of(*stored(number))) == number


def test_components_keep_their_own_digits_and_absent_parts() -> None:
    parts = Components((Decimal("120.5"), Absence.NOT_A_NUMBER), "mm[Hg]")
    assert canonical(Reading(kind("blood_pressure"), 0, parts)) == ("120.5|absent:not-a-number", 0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("heart_rate", Quantity(Decimal(72), "1/min")),
        ("heart_rate", Quantity(Decimal("NaN"), "/min")),
        ("heart_rate", Category("fast")),
        ("blood_pressure", Components((Decimal(120),), "mm[Hg]")),
        ("sleep_stage", Quantity(Decimal(1), "1")),
    ],
)
def test_a_value_of_another_shape_or_unit_is_refused(
    name: str, value: Quantity | Category | Components
) -> None:
    with pytest.raises(ReadingRefused):
        canonical(Reading(kind(name), 0, value))


def test_readings_are_parted_into_one_batch_a_kind() -> None:
    rows = [
        Reading(kind("heart_rate"), 5, Quantity(Decimal(72), "/min")),
        Reading(kind("rr_interval"), 5, Quantity(Decimal("833.008"), "ms"), nth=0),
        Reading(kind("rr_interval"), 5, Quantity(Decimal("833.008"), "ms"), nth=1),
    ]
    made = batches(PersonKey("p"), DeviceKey("d"), SourceKey("radio"), rows, live=True)
    assert [(batch.kind, len(batch)) for batch in made] == [("heart_rate", 1), ("rr_interval", 2)]
    assert list(made[1].nths) == [0, 1]
    assert all(batch.live for batch in made)
