"""Where days, weeks, months and years begin."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.store.calendar import Step, edges, midnight

OSLO = ZoneInfo("Europe/Oslo")


def _days(step: Step, first: date, last: date) -> list[str]:
    return [
        f"{datetime.fromtimestamp(edge / 1000, OSLO):%Y-%m-%d %H:%M}"
        for edge in edges(OSLO, first, last, step)
    ]


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("day", ["2025-12-31 00:00", "2026-01-01 00:00", "2026-01-02 00:00"]),
        ("week", ["2025-12-29 00:00", "2026-01-05 00:00"]),
        ("month", ["2025-12-01 00:00", "2026-01-01 00:00", "2026-02-01 00:00"]),
        ("year", ["2025-01-01 00:00", "2026-01-01 00:00", "2027-01-01 00:00"]),
    ],
)
def test_what_holds_a_day_is_never_cut(step: Step, expected: list[str]) -> None:
    assert _days(step, date(2025, 12, 31), date(2026, 1, 1)) == expected


def test_a_day_of_25_hours_has_100_quarter_hours() -> None:
    day = date(2025, 10, 26)
    assert len(edges(OSLO, day, day, "quarter_hour")) == 101
    assert len(edges(OSLO, day, day, "hour")) == 26


def test_a_midnight_that_the_clocks_skip_is_where_they_skip_it() -> None:
    skipped = midnight(ZoneInfo("Asia/Beirut"), date(2024, 3, 31))
    assert datetime.fromtimestamp(skipped / 1000, UTC) == datetime(2024, 3, 30, 22, tzinfo=UTC)


def test_ten_years_of_months_and_leap_days_are_counted_right() -> None:
    assert len(edges(OSLO, date(2016, 2, 29), date(2026, 2, 28), "month")) == 122
    assert len(edges(OSLO, date(2016, 2, 29), date(2026, 2, 28), "year")) == 12
