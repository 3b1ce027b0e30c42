"""The spans of time that a trend can show, cut along quarter hours and local midnights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta, tzinfo
from typing import Final, Literal, get_args

from adapters.reading import Instant
from gateway.htmlkit.chart import Frame
from gateway.htmlkit.words import DAY, HOUR, MINUTE
from gateway.store.calendar import day_of, midnight

Span = Literal["hour", "day", "week", "month", "year"]
SPANS: Final[tuple[Span, ...]] = get_args(Span)

_QUARTER: Final = 15 * MINUTE
_DAYS: Final = {"week": 7, "month": 30, "year": 365}
_STEPS: Final = {"week": 2 * HOUR, "month": 8 * HOUR}


@dataclass(frozen=True, slots=True)
class Cut:
    """A span cut into steps.

    Attributes:
        frame: what the chart shows.
        edges: where the steps begin, and the end of the last one. Empty for the last hour, whose
            minutes are cut from the readings themselves.
    """

    frame: Frame
    edges: tuple[Instant, ...]


def _midnight(now: Instant, zone: tzinfo, days: int) -> Instant:
    """The beginning of a local day, so many days from today."""
    return midnight(zone, day_of(zone, now) + timedelta(days=days))


def today(now: Instant, zone: tzinfo) -> tuple[Instant, Instant]:
    """From local midnight to local midnight."""
    return _midnight(now, zone, 0), _midnight(now, zone, 1)


def cut(span: Span, now: Instant, zone: tzinfo, *, sums: bool) -> Cut:
    """Cut the span that ends now.

    Args:
        span: which.
        now: the end; the step under way is shown too.
        zone: whose midnights part the days.
        sums: bars of a day (an hour for a day, a week for a year) instead of a fine line.
    """
    if span == "hour":
        until = (now // MINUTE + 1) * MINUTE
        return Cut(Frame(until - HOUR, until, MINUTE), ())
    if span == "day":
        step = HOUR if sums else _QUARTER
        until = (now // step + 1) * step
        return _even(until - DAY, until, step)
    days = _DAYS[span]
    if span == "year" or sums:
        size = 7 if span == "year" and sums else 1
        edges = tuple(_midnight(now, zone, -back + 1) for back in range(days, -1, -size))
        return Cut(Frame(edges[0], edges[-1], size * DAY), edges)
    until = _midnight(now, zone, 1)
    return _even(until - days * DAY, until, _STEPS[span])


def _even(since: Instant, until: Instant, step: int) -> Cut:
    return Cut(Frame(since, until, step), tuple(range(since, until + 1, step)))
