"""What a minute, an hour or a day is summed up to."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.kinds import kind, row_of
from gateway.sharing.summary import Measured, figures

HEART, STEPS, WEIGHT = (row_of(kind(name)) for name in ("heart_rate", "step_count", "body_weight"))


def _instants(*values: str) -> list[Measured]:
    return [Measured(Decimal(one), max(0, -_exponent(one)), 0) for one in values]


def _exponent(text: str) -> int:
    return int(Decimal(text).as_tuple().exponent)


@pytest.mark.parametrize(
    ("measured", "said"),
    [
        pytest.param(_instants("72"), "72.0|72|72|1", id="one"),
        pytest.param(_instants("60", "61", "63"), "61.3|60|63|3", id="instants count alike"),
        pytest.param(_instants("60.5", "61"), "60.75|60.5|61.0|2", id="one digit more than sent"),
        pytest.param(
            [Measured(Decimal(60), 0, 9000), Measured(Decimal(90), 0, 1000)],
            "63.0|60|90|2",
            id="stretches count by their length",
        ),
        pytest.param(
            [Measured(Decimal(60), 0, 9000), Measured(Decimal(90), 0, 0)],
            "75.0|60|90|2",
            id="where one is an instant all count alike",
        ),
    ],
)
def test_a_mean_comes_with_the_lowest_the_highest_and_how_many(
    measured: list[Measured], said: str
) -> None:
    assert figures(HEART, measured) == (said, 0)


def test_a_sum_comes_with_how_many() -> None:
    assert figures(STEPS, _instants("112", "0", "8")) == ("120|3", 0)


def test_of_some_kinds_only_the_newest_counts() -> None:
    latest = next(row for row in (WEIGHT, HEART, STEPS) if row.aggregation == "latest")

    assert figures(latest, _instants("81.20", "81.25")) == (81.25, 2)
    assert figures(latest, _instants("81.25", "81.5")) == (81.5, 1)


def test_numbers_of_any_size_are_summed_up() -> None:
    said = figures(HEART, _instants("1e30", "1e-30"))
    assert said is not None
    assert said[0].endswith("|2")  # type: ignore[union-attr]  # a mean is a text


@pytest.mark.parametrize("name", ["blood_pressure", "sleep_stage", "ecg"])
def test_of_others_there_is_no_summary(name: str) -> None:
    assert figures(row_of(kind(name)), _instants("1")) is None


def test_of_nothing_there_is_no_summary() -> None:
    assert figures(HEART, []) is None


@given(
    st.lists(
        st.tuples(st.decimals(0, 300, places=2), st.integers(0, 60_000)), min_size=1, max_size=40
    )
)
def test_the_mean_lies_between_the_lowest_and_the_highest(
    readings: list[tuple[Decimal, int]],
) -> None:
    found = figures(HEART, [Measured(value, 2, duration) for value, duration in readings])
    assert found is not None
    mean, low, high, count = map(Decimal, str(found[0]).split("|"))

    assert low == min(value for value, _ in readings)
    assert high == max(value for value, _ in readings)
    assert low - Decimal("0.001") <= mean <= high + Decimal("0.001")
    assert count == len(readings)
