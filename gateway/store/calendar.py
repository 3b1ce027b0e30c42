"""Where the days, weeks, months and years of a zone begin, as edges of a trend."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from adapters.reading import Instant

Step = Literal["quarter_hour", "hour", "day", "week", "month", "year"]

_QUARTER_HOUR = 900_000
_HOUR = 3_600_000
_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def edges(zone: ZoneInfo, first: date, last: date, step: Step) -> list[Instant]:
    """Edges from the beginning of one day to the end of another, for `Readings.trend_between`.

    A day is as long as it was in that zone: 23, 24, 24.5 or 25 hours. A week begins on Monday.
    Days, weeks, months and years are never cut: the first edge is where the one that holds the
    first day begins, the last edge where the one that holds the last day ends.

    Args:
        zone: where the person lived.
        first: a day.
        last: the same day or a later one.
        step: from edge to edge.
    """
    if step in ("quarter_hour", "hour"):
        size = _HOUR if step == "hour" else _QUARTER_HOUR
        end = midnight(zone, last + timedelta(days=1))
        return [*range(midnight(zone, first), end, size), end]
    return [midnight(zone, day) for day in _beginnings(first, last, step)]


def midnight(zone: tzinfo, day: date) -> Instant:
    """When a day begins in a zone.

    Where the clocks skip midnight, when they skip it. Where they go back over it, a day begins when
    the one before it is over for good: in Saint John's it was 00:01 twice until 2011, once a minute
    after the first midnight and once an hour later, after 59 more minutes of the day before. Where
    they go back to midnight itself the day begins once, and is longer.
    """
    first, again = (
        int(datetime.combine(day, time(), zone).replace(fold=fold).timestamp() * 1000)
        for fold in (0, 1)
    )
    begins = again if again > first and _date(zone, again - 1) < day else first
    return begins // _QUARTER_HOUR * _QUARTER_HOUR  # no zone was off the quarter hour since 1972


def day_of(zone: tzinfo, at: Instant) -> date:
    """The day that holds a moment, from its `midnight` to that of the next.

    It is the date that clocks there show, but for the minutes of a day that begins twice.
    """
    shown = _date(zone, at)
    while midnight(zone, shown) > at:
        shown -= _DAY
    while midnight(zone, shown + _DAY) <= at:
        shown += _DAY
    return shown


def _date(zone: tzinfo, at: Instant) -> date:
    return (_EPOCH + timedelta(milliseconds=at)).astimezone(zone).date()


def _beginnings(first: date, last: date, step: Step) -> Iterator[date]:
    day = _beginning(first, step)
    yield day
    while day <= last:
        day = _beginning(
            day + timedelta(days={"week": 7, "month": 31, "year": 366}.get(step, 1)), step
        )
        yield day


def _beginning(day: date, step: Step) -> date:
    if step == "week":
        return day - timedelta(days=day.weekday())
    if step == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if step == "year" else day
