"""The drawing of a trend, and numbers, ages and units in words."""

from __future__ import annotations

import itertools
import math
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.htmlkit.chart import Frame, Line, Point, draw, gaps, runs, ticks
from gateway.htmlkit.words import DAY, HOUR, MINUTE, ago, iso, lasting, number, unit, when

finite = st.floats(-1e9, 1e9, allow_nan=False)


@given(finite, finite)
@settings(max_examples=100)
def test_ticks_enclose_both_ends_at_even_distances(a: float, b: float) -> None:
    lo, hi = min(a, b), max(a, b)
    marks = ticks(lo, hi)
    slack = 1e-9 * max(1.0, abs(lo), abs(hi))
    assert marks[0] <= lo + slack
    assert marks[-1] >= hi - slack
    assert 2 <= len(marks) <= 12
    step = marks[1] - marks[0]
    assert all(math.isclose(b - a, step, rel_tol=1e-6) for a, b in itertools.pairwise(marks))


def point(step: int, value: float = 60.0) -> Point:
    return Point(step * MINUTE, 1, value, value, value)


def test_a_line_breaks_where_a_step_is_empty() -> None:
    points = [point(0), point(1), point(3), point(6)]
    assert [len(run) for run in runs(points, MINUTE)] == [2, 1, 1]
    assert gaps(points, MINUTE) == 2
    assert gaps([], MINUTE) == 0


def test_a_day_of_25_hours_breaks_no_line() -> None:
    points = [Point(0, 1, 1, 1, 1), Point(25 * HOUR, 1, 1, 1, 1)]
    assert gaps(points, DAY) == 0


def test_a_single_reading_is_a_dot_and_a_spread_is_a_band() -> None:
    frame = Frame(0, 10 * MINUTE, MINUTE)
    dot = draw(frame, [Line("", [point(2)])])
    assert [shape.look for shape in dot.shapes] == ["grid", "dot hue1"]
    spread = [Point(i * MINUTE, 3, 50, 60, 70) for i in range(3)]
    band = draw(frame, [Line("", spread)])
    assert [shape.look for shape in band.shapes] == ["grid", "band hue1", "line hue1"]


def test_bars_begin_at_zero_and_few_bars_have_a_label_each() -> None:
    frame = Frame(0, 7 * DAY, DAY)
    drawing = draw(frame, [Line("", [Point(DAY, 4, 900, 900, 900)])], bars=True)
    assert drawing.y_labels[-1] == "0"
    assert len(drawing.x_labels) == 7
    assert drawing.each
    assert not draw(Frame(0, DAY, HOUR), [], bars=True).each


def test_all_shapes_stay_inside_the_drawing() -> None:
    points = [Point(i * MINUTE, 2, 40 + i, 60 + i % 7, 80 + i) for i in range(60)]
    for shape in draw(Frame(0, HOUR, MINUTE), [Line("", points)]).shapes:
        numbers = [
            float(n)
            for n in shape.path.replace("Z", "")
            .replace("M", " ")
            .replace("L", " ")
            .replace("H", " ")
            .replace("V", " ")
            .replace("h0", "")
            .split()
        ]
        assert all(-0.1 <= n <= 600.1 for n in numbers)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("36.60"), "36.60"), (Decimal("72"), "72"), (64.0, "64"), (64.23, "64.2"),
        (0.123, "0.12"), (12345.6, "12,346"), (Decimal("-3.5"), "-3.5"), (0.0, "0"),
    ],
)  # fmt: skip
def test_digits_that_were_sent_are_kept_and_averages_are_short(
    value: float | Decimal, shown: str
) -> None:
    assert number(value) == shown


@pytest.mark.parametrize(
    ("code", "shown"),
    [("mm[Hg]", "mmHg"), ("{steps}", "steps"), ("Cel", "°C"), ("1", ""), ("kJ", "kJ")],
)
def test_units_are_printed_as_people_write_them(code: str, shown: str) -> None:
    assert unit(code) == shown


@pytest.mark.parametrize(
    ("span", "told"),
    [
        (0, "just now"), (2_999, "just now"), (12_000, "12 seconds ago"), (MINUTE, "1 minute ago"),
        (59 * MINUTE, "59 minutes ago"), (HOUR, "1 hour ago"), (47 * HOUR, "47 hours ago"),
        (2 * DAY, "2 days ago"), (-2 * MINUTE, "in the future; check the device's clock"),
    ],
)  # fmt: skip
def test_ages_in_words(span: int, told: str) -> None:
    assert ago(10 * DAY, 10 * DAY + span) == told
    assert lasting(90_000) == "1 minute"


def test_times_for_people_and_for_machines() -> None:
    assert when(0) == "1 Jan 1970, 00:00"
    assert iso(1500) == "1970-01-01T00:00:01.500Z"
