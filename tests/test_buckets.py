"""The minute, hour or day of a moment: of UTC, or of a zone that a grant names."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sharing.buckets import bucket, zone_named
from gateway.store.summaries import LONGEST_MS

HOUR = 3_600_000
ZONES = sorted(available_timezones() - {"localtime"})


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("zone", "at", "start", "hours"),
    [
        ("Europe/Oslo", "2026-12-01T12:00Z", "2026-11-30T23:00Z", 24),
        ("Europe/Oslo", "2026-03-29T12:00Z", "2026-03-28T23:00Z", 23),
        ("Europe/Oslo", "2026-10-25T12:00Z", "2026-10-24T22:00Z", 25),
        ("Australia/Lord_Howe", "2026-04-05T03:00Z", "2026-04-04T13:00Z", 24.5),
        ("Asia/Kathmandu", "2026-12-01T18:20Z", "2026-12-01T18:15Z", 24),
        ("America/Havana", "2026-03-08T12:00Z", "2026-03-08T05:00Z", 23),
        ("America/Los_Angeles", "2026-11-01T06:59Z", "2026-10-31T07:00Z", 24),
    ],
)
def test_a_local_day_is_as_long_as_it_was_there(
    zone: str, at: str, start: str, hours: float
) -> None:
    assert bucket("local_day", zone, ms(at)) == (ms(start), int(hours * HOUR))


@given(
    st.sampled_from(ZONES),
    st.integers(ms("1975-01-01T00:00Z"), ms("2037-01-01T00:00Z")),
)
def test_days_hold_their_moments_and_follow_each_other_in_every_zone(zone: str, at: int) -> None:
    start, size = bucket("local_day", zone, at)
    local = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone)).date()

    assert start <= at < start + size <= start + LONGEST_MS
    assert bucket("local_day", zone, start) == (start, size)
    assert bucket("local_day", zone, start + size - 1) == (start, size)
    assert bucket("local_day", zone, start + size)[0] == start + size
    assert datetime.fromtimestamp(start / 1000, UTC).astimezone(ZoneInfo(zone)).date() == local


@given(st.integers(-(10**12), 4 * 10**12))
def test_other_summaries_are_of_utc(at: int) -> None:
    for grain, size in (("minute", 60_000), ("hour", HOUR), ("day", 24 * HOUR)):
        assert bucket(grain, "", at) == (at - at % size, size)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["Middle-earth/Bree", "", "../etc/passwd"])
def test_a_zone_that_is_not_known_is_no_zone(name: str) -> None:
    with pytest.raises(LookupError):
        zone_named(name)
