"""The clock of a simulated device: wrong, drifting, set, fallen back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from adapters.simulator.device_time import CURRENT_TIME, DATE_TIME, NEVER_SET, DeviceTime
from adapters.simulator.instrument import AttError

NOON = datetime(2026, 5, 4, 12)  # noqa: DTZ001 - a time of day
DAY = timedelta(days=1)


class Right:
    """The right time, moved by the test."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at


def test_a_clock_that_is_ahead_stays_ahead() -> None:
    right = Right()
    shown = DeviceTime(right, error=timedelta(hours=1))
    right.at += DAY
    assert shown() == NOON + DAY + timedelta(hours=1)


def test_a_clock_that_gains_is_off_by_more_each_day() -> None:
    right = Right()
    shown = DeviceTime(right, drift_ppm=100)
    right.at += DAY
    assert shown() - right.at == timedelta(seconds=8.64)


def test_a_clock_that_was_set_goes_on_drifting_from_there() -> None:
    right = Right()
    shown = DeviceTime(right, error=DAY, drift_ppm=-100)
    right.at += DAY
    shown.set(right.at)
    right.at += DAY
    assert right.at - shown() == timedelta(seconds=8.64)
    assert shown.times_set == 1


def test_a_clock_that_was_reset_begins_anew_whatever_it_was_set_to() -> None:
    right = Right()
    shown = DeviceTime(right, error=DAY)
    shown.set(NOON)
    shown.reset()
    right.at += DAY
    assert shown() == NEVER_SET + DAY


def test_a_clock_can_be_moved_by_hand() -> None:
    shown = DeviceTime(Right())
    shown.step(timedelta(hours=-2))
    assert shown() == NOON - timedelta(hours=2)


def test_a_setups_clock_is_taken_as_it_is() -> None:
    shown = DeviceTime(Right())
    assert DeviceTime.of(shown) is shown
    assert DeviceTime.of(Right())() == NOON


def test_it_is_read_in_both_forms() -> None:
    right = Right()
    right.at += timedelta(milliseconds=500)
    shown = DeviceTime(right)
    assert shown.read(DATE_TIME).hex() == "ea0705040c0000"
    assert shown.read(CURRENT_TIME).hex() == "ea0705040c0000" + "018000"
    with pytest.raises(AttError):
        shown.read("2a00")


@pytest.mark.parametrize(
    ("uuid", "data"),
    [
        pytest.param(DATE_TIME, "e80702030405" + "06", id="date time"),
        pytest.param(CURRENT_TIME, "e80702030405" + "06000000", id="current time"),
    ],
)
def test_a_peer_can_set_it(uuid: str, data: str) -> None:
    shown = DeviceTime(Right())
    shown.write(uuid, bytes.fromhex(data))
    assert shown() == datetime(2024, 2, 3, 4, 5, 6)  # noqa: DTZ001 - a time of day


@pytest.mark.parametrize(
    ("uuid", "data", "code"),
    [
        pytest.param(DATE_TIME, "e807020304", 0x0D, id="cut short"),
        pytest.param(CURRENT_TIME, "e8070203040506", 0x0D, id="the other form"),
        pytest.param(DATE_TIME, "e8070d03040506", 0xFF, id="the thirteenth month"),
        pytest.param(CURRENT_TIME, "e8070203040506" + "080000", 0xFF, id="an eighth weekday"),
        pytest.param(DATE_TIME, "00000203040506", 0x80, id="no year"),
        pytest.param("2a00", "", 0x03, id="no clock at all"),
    ],
)
def test_what_is_no_time_sets_nothing(uuid: str, data: str, code: int) -> None:
    shown = DeviceTime(Right())
    with pytest.raises(AttError) as refused:
        shown.write(uuid, bytes.fromhex(data))
    assert refused.value.code == code
    assert (shown(), shown.times_set) == (NOON, 0)
