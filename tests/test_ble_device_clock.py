"""A device's own times: believed, set right, or marked for the person to say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from adapters.ble import context
from adapters.ble.device_clock import (
    DRIFT_WITHIN,
    NOW_WITHIN,
    RIGHT_WITHIN,
    DeviceClock,
    Fetched,
    Setting,
)
from adapters.ble.hearing import Hearing
from adapters.local_events import Packet
from adapters.reading import DeviceKey, Instant, Quality

OSLO = ZoneInfo("Europe/Oslo")
METER = DeviceKey("meter")
MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("minutes", "hours", "days"))
ZONES = st.sampled_from(
    [UTC, *map(ZoneInfo, ("Europe/Oslo", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia"))]
)
MOMENTS = st.datetimes(datetime(2012, 1, 1), datetime(2037, 1, 1)).map(  # noqa: DTZ001
    lambda told: ms(told.replace(microsecond=0, tzinfo=UTC))
)
NONE, CORRECTED, DOUBTED = Quality.NONE, Quality.CLOCK_CORRECTED, Quality.CLOCK_NOT_TRUSTED


def ms(at: datetime) -> Instant:
    return round(at.timestamp() * 1000)


def home(at: Instant, zone: object = OSLO) -> datetime:
    """What a clock on the wall shows."""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone).replace(tzinfo=None)  # type: ignore[arg-type]


def day(*parts: int) -> Instant:
    """A time of day in Oslo."""
    return ms(datetime(*parts, tzinfo=OSLO))  # type: ignore[arg-type,misc]


def clock(ahead: timedelta, at: Instant, zone: object = OSLO) -> DeviceClock:
    return DeviceClock.read(home(at, zone) + ahead, at, zone)  # type: ignore[arg-type]


NOW = day(2023, 11, 10, 12)


def test_a_clock_that_is_right_is_believed_in_the_time_of_home() -> None:
    right = clock(timedelta(seconds=59), NOW)
    assert right.when(datetime(2023, 11, 10, 11, 30), NOW) == (day(2023, 11, 10, 11, 30), NONE)  # noqa: DTZ001
    assert right.when(datetime(2023, 7, 10, 11, 30), NOW) == (day(2023, 7, 10, 11, 30), NONE)  # noqa: DTZ001


@pytest.mark.parametrize("ahead", [61 * MINUTE / 60, 15 * MINUTE, -15 * MINUTE])
def test_a_clock_that_drifted_is_set_right(ahead: timedelta) -> None:
    measured = NOW - 3_600_000
    told = home(measured) + ahead
    assert clock(ahead, NOW).when(told, NOW) == (measured, CORRECTED)


@pytest.mark.parametrize("ahead", [16 * MINUTE, -3 * HOUR, -400 * DAY, 30 * DAY])
def test_a_clock_further_off_is_a_guess_for_the_person_to_confirm(ahead: timedelta) -> None:
    measured = NOW - 3_600_000
    told = home(measured) + ahead
    assert clock(ahead, NOW).when(told, NOW) == (measured, DOUBTED)


def test_a_clock_that_missed_the_end_of_summer_time_is_set_right_on_both_sides_of_it() -> None:
    """It was right until 29 October at 3; it is an hour ahead since."""
    missed = clock(HOUR, NOW)
    before, after = day(2023, 10, 20, 8), day(2023, 11, 9, 8)
    assert missed.when(datetime(2023, 10, 20, 8), NOW) == (before, CORRECTED)  # noqa: DTZ001
    assert missed.when(datetime(2023, 11, 9, 9), NOW) == (after, CORRECTED)  # noqa: DTZ001


def test_a_clock_that_missed_the_beginning_of_summer_time_is_set_right() -> None:
    now = day(2023, 7, 1, 12)
    missed = clock(-HOUR + 2 * MINUTE, now)
    measured = day(2023, 7, 1, 9)
    assert missed.when(home(measured) - HOUR + 2 * MINUTE, now) == (measured, CORRECTED)


def test_an_hour_off_is_no_summer_time_where_there_is_none() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    off = clock(HOUR, NOW, tokyo)
    assert off.when(home(NOW, tokyo) + HOUR, NOW) == (NOW, DOUBTED)
    assert clock(HOUR, day(2023, 7, 1, 12)).when(home(NOW), NOW)[1] == DOUBTED, "nor in summer"


def test_an_hour_that_was_there_twice_leaves_a_doubt() -> None:
    now = day(2023, 10, 29, 12)
    first = ms(datetime(2023, 10, 29, 2, 30, tzinfo=OSLO))
    assert clock(timedelta(0), now).when(datetime(2023, 10, 29, 2, 30), now) == (first, DOUBTED)  # noqa: DTZ001
    before = first + 60_000
    assert clock(timedelta(0), before).when(home(first), before) == (first, NONE), "once so far"


def test_an_hour_that_was_left_out_was_told_by_a_clock_not_set_yet() -> None:
    now = day(2023, 3, 26, 12)
    at, quality = clock(timedelta(0), now).when(datetime(2023, 3, 26, 2, 30), now)  # noqa: DTZ001
    assert (at, quality) == (day(2023, 3, 26, 3, 30), NONE)


def test_a_clock_read_in_the_hour_that_is_there_twice_is_right_in_both() -> None:
    for fold in (0, 1):
        now = ms(datetime(2023, 10, 29, 2, 30, tzinfo=OSLO, fold=fold))
        assert DeviceClock.read(datetime(2023, 10, 29, 2, 30), now, OSLO).is_right  # noqa: DTZ001


@pytest.mark.parametrize("year", [2000, 2001, 2009])
def test_a_clock_that_was_never_set_is_not_trusted(year: int) -> None:
    told = datetime(year, 1, 1, 0, 12)  # noqa: DTZ001
    assert DeviceClock(zone=OSLO).when(told, NOW) == (day(year, 1, 1, 0, 12), DOUBTED)


def test_a_clock_that_was_never_set_still_tells_how_long_ago_it_was() -> None:
    reset = DeviceClock.read(datetime(2000, 1, 1, 0, 30), NOW, OSLO)  # noqa: DTZ001
    told = datetime(2000, 1, 1, 0, 12)  # noqa: DTZ001
    assert reset.when(told, NOW) == (NOW - 18 * 60_000, DOUBTED)


def test_what_was_told_before_the_battery_was_changed_is_taken_as_it_was_told() -> None:
    reset = DeviceClock.read(datetime(2000, 1, 1, 0, 30), NOW, OSLO)  # noqa: DTZ001
    assert reset.when(datetime(2023, 11, 9, 8), NOW) == (day(2023, 11, 9, 8), DOUBTED)  # noqa: DTZ001


def test_a_time_to_come_is_not_trusted() -> None:
    assert DeviceClock(zone=OSLO).when(home(NOW + 61_000), NOW) == (NOW + 61_000, DOUBTED)
    assert DeviceClock(zone=OSLO).when(home(NOW + 59_000), NOW) == (NOW + 59_000, NONE)


def test_the_29th_of_february_is_a_day() -> None:
    leap = day(2024, 2, 29, 23, 59)
    after = day(2024, 3, 1, 0, 1)
    assert clock(timedelta(0), after).when(home(leap), after) == (leap, NONE)
    assert clock(3 * MINUTE, after).when(home(leap) + 3 * MINUTE, after) == (leap, CORRECTED)


def test_a_time_of_utc_hangs_on_no_zone() -> None:
    told = datetime(2023, 11, 10, 12, 30, tzinfo=timezone(timedelta(hours=1)))
    assert DeviceClock(zone=ZoneInfo("Asia/Tokyo")).when(told, NOW + DAY // MINUTE)[0] == ms(told)
    utc = DeviceClock.read(told + 3 * MINUTE, ms(told), OSLO)
    assert utc.when(told + 3 * MINUTE, ms(told)) == (ms(told), CORRECTED)


# A clock that we set, five hours behind: what came before was told by the old one.
SLOW = clock(-5 * HOUR, NOW).was_set(NOW)


def test_what_was_measured_before_the_clock_was_set_is_told_by_the_clock_of_then() -> None:
    measured, received = NOW - 3_600_000, NOW + 2000
    assert SLOW.when(home(measured) - 5 * HOUR, received) == (measured, DOUBTED)
    drifted = clock(-5 * MINUTE, NOW).was_set(NOW)
    assert drifted.when(home(measured) - 5 * MINUTE, received) == (measured, CORRECTED)


def test_what_was_measured_after_the_clock_was_set_is_right() -> None:
    measured = NOW + 30_000
    assert SLOW.when(home(measured), NOW + 60_000) == (measured, NONE)


def test_the_next_link_still_knows_that_the_clock_was_set() -> None:
    later = NOW + 3_600_000
    again = DeviceClock.read(home(later), later, OSLO, Setting(NOW, 20 * MINUTE))
    measured = NOW - 50 * 60_000
    assert again.when(home(measured) + 20 * MINUTE, later) == (measured, DOUBTED)
    assert again.when(home(NOW + 45 * 60_000), later) == (NOW + 45 * 60_000, NONE)
    at, quality = again.when(home(NOW + 10 * 60_000), later)
    assert (at, quality) == (NOW + 10 * 60_000, DOUBTED), "it may be of either clock"


def test_a_clock_that_did_not_know_the_time_is_set_and_its_old_times_are_taken_as_told() -> None:
    unknown = DeviceClock(None, OSLO).was_set(NOW)
    assert unknown.when(home(NOW - 60_000), NOW + 5) == (NOW - 60_000, DOUBTED)
    assert unknown.when(home(NOW + 4), NOW + 5)[0] == NOW + 4


# What is told live, for the very moment that the clock shows.
@given(MOMENTS, st.timedeltas(-400 * DAY, 400 * DAY), ZONES, st.integers(0, 7 * 86_400_000))
def test_a_live_value_of_now_has_a_sure_time_however_far_the_clock_is_off(
    read_at: Instant, ahead: timedelta, zone: object, later: int
) -> None:
    one, received = clock(ahead, read_at, zone), read_at + later
    told = home(read_at, zone) + ahead + later * timedelta(milliseconds=1)
    at, quality = one.when(told, received, live=True)
    assert quality == (NONE if one.is_right else CORRECTED)
    assert abs(at - received) <= (60_000 if one.is_right else 1)


@pytest.mark.parametrize("apart", [NOW_WITHIN + timedelta(seconds=1), -NOW_WITHIN * 2, -HOUR])
def test_a_live_value_of_another_moment_stays_in_doubt(apart: timedelta) -> None:
    off = clock(3 * HOUR, NOW)
    assert off.when(home(NOW) + 3 * HOUR + apart, NOW, live=True)[1] == DOUBTED


def test_a_clock_that_was_not_read_on_this_link_makes_nothing_sure() -> None:
    told = home(NOW + 20 * 60_000)
    before = DeviceClock(zone=OSLO, setting=Setting(NOW, 20 * MINUTE))
    assert before.when(told, NOW + 20 * 60_000, live=True)[1] == DOUBTED


def test_a_live_value_of_now_is_sure_after_the_clock_was_set_and_a_kept_one_is_not() -> None:
    set_back = clock(2 * HOUR, NOW).was_set(NOW)
    told, received = home(NOW + 3_600_000), NOW + 3_601_000
    assert set_back.when(told, received, live=True) == (NOW + 3_600_000, NONE)
    assert set_back.when(told, received) == (NOW + 3_600_000, DOUBTED)


# A clock that was two hours ahead, set once all tests up to number 40 had come.
ASKED = NOW - 20_000
AHEAD = clock(2 * HOUR, ASKED).was_set(NOW, Fetched(ASKED, {"tests": 40}))


@pytest.mark.parametrize(
    ("number", "after", "doubt"),
    [
        pytest.param(41, 60 * MINUTE, NONE, id="a later number"),
        pytest.param(40, 60 * MINUTE, DOUBTED, id="one that had come"),
        pytest.param(3, 60 * MINUTE, DOUBTED, id="numbers begin anew"),
        pytest.param(41, 119 * MINUTE + 50 * MINUTE / 60, DOUBTED, id="while it was asked"),
        pytest.param(41, 118 * MINUTE, NONE, id="before it was asked, by the old clock"),
        pytest.param(41, 123 * MINUTE, NONE, id="after it was set, by the old clock"),
    ],
)
def test_the_number_of_a_record_tells_by_which_clock_it_was_told(
    number: int, after: timedelta, doubt: Quality
) -> None:
    assert AHEAD.setting is not None
    earliest, at = AHEAD.setting.earliest("tests", number), NOW + after // timedelta(milliseconds=1)
    assert AHEAD.when(home(at), NOW + 10_000_000, earliest=earliest) == (at, doubt)


@pytest.mark.parametrize("ahead", [None, -5 * HOUR])
@pytest.mark.parametrize("fetched", [None, Fetched(ASKED, {}), Fetched(ASKED, {"tests of 2": 7})])
def test_a_setting_is_the_same_from_the_journal(
    ahead: timedelta | None, fetched: Fetched | None
) -> None:
    setting, hearing = Setting(NOW, ahead, fetched), Hearing(DeviceClock(zone=OSLO))
    context.take_up(hearing, context.clock_set(METER, setting))
    assert hearing.clock == DeviceClock(timedelta(0), OSLO, NOW, setting)
    later = Hearing()
    context.take_up(later, context.begins(METER, NOW + 5, hearing.clock))
    assert later.clock == DeviceClock(zone=OSLO, setting=setting)


@pytest.mark.parametrize(("data", "ahead"), [(b"", None), (b"-60000", -MINUTE)])
def test_a_setting_in_an_older_journal_is_read(data: bytes, ahead: timedelta | None) -> None:
    packet = Packet(METER, context.CLOCK_SET, NOW, data, stored=True)
    assert context.setting_of(packet) == Setting(NOW, ahead)


def test_numbers_of_which_nothing_is_known_tell_nothing() -> None:
    assert AHEAD.setting is not None
    assert AHEAD.setting.earliest("tests of 2", 4000) is None
    assert Setting(NOW, 2 * HOUR).earliest("tests", 4000) is None
    empty = Setting(NOW, 2 * HOUR, Fetched(ASKED, {"tests": -1}))
    assert empty.earliest("tests", 0) == ASKED


@given(MOMENTS, st.timedeltas(-400 * DAY, 400 * DAY), ZONES, st.integers(0, 300 * 86_400_000))
def test_a_clock_that_nobody_touched_gives_the_very_time(
    read_at: Instant, ahead: timedelta, zone: object, ago: int
) -> None:
    """Whatever it shows, whatever the zone does meanwhile: its own seconds are counted."""
    assume(abs(ahead) > DRIFT_WITHIN + MINUTE)
    measured = read_at - ago // 1000 * 1000
    assume(measured > ms(datetime(2010, 1, 2, tzinfo=UTC)))
    shown = home(read_at, zone) + ahead
    at, quality = DeviceClock.read(shown, read_at, zone).when(  # type: ignore[arg-type]
        shown - (read_at - measured) * timedelta(milliseconds=1), read_at
    )
    assert at == measured
    assert quality in (DOUBTED, CORRECTED)


@example(1_325_376_000_000, timedelta(seconds=60, microseconds=1), UTC, 0)
@given(MOMENTS, st.timedeltas(-DRIFT_WITHIN, DRIFT_WITHIN), ZONES, st.integers(0, 10**10))
def test_a_clock_that_runs_by_home_is_right_to_the_minute(
    read_at: Instant, ahead: timedelta, zone: object, ago: int
) -> None:
    """It is set with every change of the clocks, as phones do it, and drifts a little."""
    measured = read_at - ago
    assume(measured > ms(datetime(2010, 1, 2, tzinfo=UTC)))
    at, quality = clock(ahead, read_at, zone).when(home(measured, zone) + ahead, read_at)
    assert abs(at - measured) <= RIGHT_WITHIN // timedelta(milliseconds=1) or quality == DOUBTED
    shown = ahead // timedelta(milliseconds=1) * timedelta(milliseconds=1)
    assert quality == DOUBTED or (quality == CORRECTED) == (abs(shown) > RIGHT_WITHIN)


@given(
    st.datetimes() | st.datetimes(timezones=st.just(UTC)),
    st.none() | st.datetimes(),
    MOMENTS,
    ZONES,
    st.none() | st.builds(Setting, MOMENTS, st.none() | st.timedeltas(-(10**5) * DAY, DAY)),
)
def test_whatever_a_device_tells_there_is_an_answer(
    told: datetime, shown: datetime | None, received: Instant, zone: object, setting: Setting | None
) -> None:
    one = DeviceClock(None, zone, None, setting)  # type: ignore[arg-type]
    if shown is not None:
        one = DeviceClock.read(shown, received, zone, setting)  # type: ignore[arg-type]
    at, quality = one.when(told, received)
    if at > received + 60_000 or at < ms(datetime(2010, 1, 1, tzinfo=UTC)):
        assert quality == DOUBTED
    assert quality in (NONE, CORRECTED, DOUBTED)
