"""Clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.elapsed_time import CurrentElapsedTime
from tests.oracle import Judged, Said

_KNOWN_SOURCES = range(8)


def date(ours: DateTime | None) -> datetime | None:
    """The same in their words; they know no unknown part of a day."""
    return None if ours is None else ours.told


def known(at: DateTime | None) -> DateTime | None:
    """The same time of day, on a day that they can read."""
    return at if at is None or at.told else replace(at, year=2024, month=2, day=29)


def _elapsed(ours: CurrentElapsedTime) -> Said:
    time = ours.time
    return {
        "time_value": time.count,
        "is_tick_counter": time.ticks,
        "is_utc": time.utc,
        "time_resolution": time.resolution,
        "tz_dst_used": time.offset is not None,
        "tz_dst_offset": time.offset or 0,
        "is_current_timeline": time.is_current,
        "sync_source_type": time.source,
        "clock_needs_set": ours.needs_setting,
        "clock_applies_dst": ours.knows_summer_time,
        "clock_manages_tz": ours.knows_zone,
    }


def _of_known_source(ours: CurrentElapsedTime) -> CurrentElapsedTime:
    if ours.time.source in _KNOWN_SOURCES:
        return ours
    return replace(ours, time=replace(ours.time, source=ours.time.source % len(_KNOWN_SOURCES)))


def _zone(ours: Any) -> Said:
    return {
        "timezone.raw_value": -128 if ours.zone is None else ours.zone,
        "dst_offset.raw_value": ours.daylight_saving,
    }


JUDGED = (
    Judged("date time", "DateTime", date, lambda ours: "" if ours.told else "unknown date"),
    Judged(
        "current time",
        "CurrentTime",
        lambda ours: {
            "date_time": date(ours.at),
            "day_of_week": ours.weekday,
            "fractions256": ours.fraction,
            "adjust_reason": ours.adjusted,
        },
        lambda ours: "" if ours.at.told else "unknown date",
    ),
    Judged("local time information", "LocalTimeInformation", _zone),
    Judged(
        "reference time information",
        "ReferenceTimeInformation",
        lambda ours: {
            "time_source": ours.source,
            "time_accuracy": ours.accuracy,
            "days_since_update": ours.days,
            "hours_since_update": ours.hours,
        },
    ),
    Judged("time update control point", "TimeUpdateControlPoint", lambda ours: ours.command),
    Judged(
        "time update state",
        "TimeUpdateState",
        lambda ours: {"current_state": ours.pending, "result": ours.result},
    ),
    Judged("current elapsed time", "ElapsedTime", _elapsed, put=_of_known_source),
)
