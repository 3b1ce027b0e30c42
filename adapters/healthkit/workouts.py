"""A workout: what was done, its parts, its laps and pauses, its totals; each a reading.

Until iOS 15 the totals stand in attributes, since iOS 16 in `WorkoutStatistics`; a workout of
several sports has a `WorkoutActivity` for each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from adapters.errors import ReadingRefused
from adapters.healthkit.elements import Entry
from adapters.healthkit.parts import Parts
from adapters.healthkit.records import Records, Row, text_of
from adapters.healthkit.report import ImportReport
from adapters.healthkit.types import WORKOUT, all_types
from adapters.kinds import kind, row_of
from adapters.reading import Instant
from adapters.units import conversion_from, conversions

PART: Final = kind("workout_part")
EVENT: Final = kind("workout_event")
STATISTICS: Final = kind("workout_statistics")
UNKNOWN_SPORT: Final = "workout of a sort not known to this version"
UNKNOWN_TOTAL: Final = "totals of a workout, of a sort not known to this version"

_SPORT = re.compile(r"HKWorkoutActivityType[A-Za-z0-9]{1,60}|[0-9]{1,6}", re.ASCII)
_EVENTS: Final = {
    "HKWorkoutEventTypePause": "pause",
    "HKWorkoutEventTypeResume": "resume",
    "HKWorkoutEventTypeLap": "lap",
    "HKWorkoutEventTypeMarker": "marker",
    "HKWorkoutEventTypeMotionPaused": "motion-paused",
    "HKWorkoutEventTypeMotionResumed": "motion-resumed",
    "HKWorkoutEventTypeSegment": "segment",
    "HKWorkoutEventTypePauseOrResumeRequest": "pause-or-resume-request",
}
_EVENT = re.compile(r"HKWorkoutEventType[A-Za-z0-9]{1,60}", re.ASCII)
_TOTALS: Final = {
    "duration": ("active_time", "durationUnit", "min"),
    "totalDistance": ("total_distance", "totalDistanceUnit", "km"),
    "totalEnergyBurned": ("total_energy", "totalEnergyBurnedUnit", "kcal"),
    "totalSwimmingStrokeCount": ("total_swimming_strokes", "totalSwimmingStrokeCountUnit", "count"),
    "totalFlightsClimbed": ("total_flights", "totalFlightsClimbedUnit", "count"),
}
_FIGURES: Final = {"sum": "", "average": "_mean", "minimum": "_min", "maximum": "_max"}
_EFFORT: Final = "HKAverageMETs"


def workout_rows(records: Records, entry: Entry, report: ImportReport) -> Iterator[Row]:
    """The workout itself first, then all that belongs to it.

    Raises:
        ReadingRefused: the workout has no sport, source or dates; nothing was yielded.
    """
    start, duration = records.span(entry)
    sport = _sport(text_of(entry, "workoutActivityType"))
    created = records.created(entry)
    of_all = all_types()[WORKOUT].kind
    yield records.row(of_all, entry, start, duration, sport, created=created)
    yield from _kept(report, _statistics(records, entry, entry, start, duration, report))
    for event in entry.named("WorkoutEvent"):
        yield from _kept(report, _event(records, entry, event))
    activities = entry.named("WorkoutActivity")
    for part in activities if len(activities) > 1 else ():
        yield from _kept(report, _part(records, entry, part, report))


def _kept(report: ImportReport, rows: Iterator[Row]) -> Iterator[Row]:
    """What can be read of a part; a part that cannot costs itself alone."""
    try:
        yield from rows
    except ReadingRefused as refused:
        report.leave_out(refused.reason)


def _sport(constant: str) -> str:
    known = all_types()[WORKOUT].words.get(constant)
    if known is None and not _SPORT.fullmatch(constant):
        raise ReadingRefused(UNKNOWN_SPORT)
    return known or constant


def _statistics(
    records: Records,
    workout: Entry,
    entry: Entry,
    start: Instant,
    duration: int,
    report: ImportReport,
) -> Iterator[Row]:
    parts = Parts(row_of(STATISTICS))
    for name, (total, unit, default) in _TOTALS.items():
        _add(parts, total, entry.attributes.get(name), entry.attributes.get(unit, default), report)
    for each in entry.named("WorkoutStatistics"):
        row = records.type_of(each)
        for figure, suffix in _FIGURES.items():
            written = each.attributes.get(figure)
            name = f"{row.kind}{suffix}" if row else ""
            _add(parts, name, written, each.attributes.get("unit", ""), report)
    if effort := entry.metadata.get(_EFFORT):
        written, _, unit = effort.partition(" ")
        _add(parts, "average_effort", written, unit, report)
    if parts.text:
        yield records.row(
            STATISTICS, entry, start, duration, parts.text, source=workout, unit=parts.unit
        )


def _add(parts: Parts, name: str, written: str | None, unit: str, report: ImportReport) -> None:
    if written is None:
        return
    if not parts.knows(name):
        report.leave_out(UNKNOWN_TOTAL)
        return
    try:
        parts.add(name, written, unit)
    except ReadingRefused as refused:
        report.leave_out(refused.reason)


def _event(records: Records, workout: Entry, event: Entry) -> Iterator[Row]:
    start = records.calendar.instant(text_of(event, "date"))
    constant = text_of(event, "type")
    if constant not in _EVENTS and not _EVENT.fullmatch(constant):
        raise ReadingRefused("a lap or pause that cannot be read")
    word = _EVENTS.get(constant, constant)
    yield records.row(EVENT, event, start, _lasting(event), word, source=workout)


def _lasting(entry: Entry) -> int:
    """How long an event lasted, in milliseconds."""
    written = entry.attributes.get("duration")
    if written is None:
        return 0
    unit = entry.attributes.get("durationUnit", "min")
    minutes, _ = conversion_from(conversions()["min"], unit).exact(written)
    return max(0, round(minutes * 60_000))


def _part(records: Records, workout: Entry, part: Entry, report: ImportReport) -> Iterator[Row]:
    start = records.calendar.instant(text_of(part, "startDate"))
    end = part.attributes.get("endDate")
    duration = records.calendar.instant(end) - start if end else _lasting(part)
    if duration < 0:
        raise ReadingRefused("a part of a workout that ends before it starts")
    sport = part.attributes.get("workoutActivityType", workout.attributes["workoutActivityType"])
    yield records.row(PART, part, start, duration, _sport(sport), source=workout)
    yield from _statistics(records, workout, part, start, duration, report)
