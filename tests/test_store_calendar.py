"""Where days, weeks, months and years begin."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from gateway.store.calendar import Step, day_of, edges, midnight

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


def _shown(zone: ZoneInfo, at: int) -> date:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone).date()


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        # Back at 00:01: a minute of the day, 59 minutes of the day before once more, and the day.
        ("America/St_Johns", date(2010, 11, 7), "2010-11-07T03:30Z"),
        ("America/Goose_Bay", date(2010, 11, 7), "2010-11-07T04:00Z"),
        # Back at 01:00 to midnight: the day goes on, and is longer.
        ("America/Havana", date(2026, 11, 1), "2026-11-01T04:00Z"),
        # A day that there never was.
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-30T10:00Z"),
        ("Pacific/Apia", date(2011, 12, 31), "2011-12-30T10:00Z"),
    ],
)
def test_a_day_begins_when_the_one_before_it_is_over_for_good(
    zone: str, day: date, begins: str
) -> None:
    assert midnight(ZoneInfo(zone), day) == int(datetime.fromisoformat(begins).timestamp() * 1000)


_WEEKS = [datetime(1990, 1, 1, tzinfo=UTC) + timedelta(days=7 * n) for n in range(2140)]


def _changes() -> Iterator[tuple[ZoneInfo, date]]:
    """Every week of 1990 to 2030 in which clocks were changed, of each zone unlike the others."""
    seen = set()
    for name in sorted(available_timezones() - {"localtime"}):
        zone = ZoneInfo(name)
        offsets = tuple(at.astimezone(zone).utcoffset() for at in _WEEKS)
        if offsets not in seen:
            seen.add(offsets)
            for number, (before, after) in enumerate(pairwise(offsets)):
                if before != after:
                    yield zone, _WEEKS[number].date()


def test_days_cover_all_time_without_gap_or_overlap_in_every_zone() -> None:
    for zone, week in _changes():
        days = [week + timedelta(days=n) for n in range(-2, 10)]
        begins = [midnight(zone, day) for day in days]
        for day, (start, end) in zip(days, pairwise(begins), strict=False):
            assert start <= end, (zone.key, day)
            if start == end:  # a day that there never was
                continue
            moments = (start, start + 60_000, (start + end) // 2, end - 1)
            assert {day_of(zone, at) for at in moments} == {day}, (zone.key, day)
            assert _shown(zone, start) == _shown(zone, end - 1) == day, (zone.key, day)
            assert _shown(zone, end) > day, (zone.key, day)
