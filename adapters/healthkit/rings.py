"""The rings of a day, as the phone summed them up.

A summary names a day, not its zone; it is kept as that day of UTC, so that it stays the same
reading in every export.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from adapters.errors import ReadingRefused
from adapters.healthkit.elements import Entry
from adapters.healthkit.parts import Parts
from adapters.healthkit.records import INCOMPLETE, Records, Row, text_of
from adapters.healthkit.times import UNREADABLE
from adapters.kinds import kind, row_of
from adapters.reading import Instant

RINGS: Final = kind("activity_rings")
DAY: Final = 86_400_000
NOT_OVER: Final = "rings of a day that was not over"

_EPOCH = date(1970, 1, 1).toordinal()
_PARTS: Final = {
    "activeEnergyBurned": ("active_energy", "activeEnergyBurnedUnit", "kcal"),
    "activeEnergyBurnedGoal": ("active_energy_goal", "activeEnergyBurnedUnit", "kcal"),
    "appleMoveMinutes": ("moving_time", "", "min"),
    "appleMoveMinutesGoal": ("moving_time_goal", "", "min"),
    "appleMoveTime": ("moving_time", "", "min"),
    "appleMoveTimeGoal": ("moving_time_goal", "", "min"),
    "appleExerciseTime": ("exercise_time", "", "min"),
    "appleExerciseTimeGoal": ("exercise_time_goal", "", "min"),
    "appleStandHours": ("stand_hours", "", "count"),
    "appleStandHoursGoal": ("stand_hours_goal", "", "count"),
}


def rings_row(records: Records, entry: Entry, exported_on: str) -> Row:
    """The reading of an `ActivitySummary`.

    Args:
        records: makes rows.
        entry: the summary.
        exported_on: the day of the export: its rings grew on, and the next export has them whole.

    Raises:
        ReadingRefused: the day is not readable or was not over, or a number or unit is not
            readable.
    """
    parts = Parts(row_of(RINGS))
    for name, (part, unit, default) in _PARTS.items():
        parts.add(part, entry.attributes.get(name), entry.attributes.get(unit, default))
    if not parts.text:
        raise ReadingRefused(INCOMPLETE)
    day = text_of(entry, "dateComponents")
    start = midnight(day)
    if exported_on and day[:10] >= exported_on:
        raise ReadingRefused(NOT_OVER)
    return records.row(RINGS, entry, start, DAY, parts.text, source=OF_HEALTH, unit=parts.unit)


def midnight(day: str) -> Instant:
    """The beginning of ``2026-01-15``, UTC.

    Raises:
        ReadingRefused: it is no day.
    """
    try:
        return (date.fromisoformat(day[:10]).toordinal() - _EPOCH) * DAY
    except ValueError as odd:
        raise ReadingRefused(UNREADABLE) from odd


OF_HEALTH: Final = Entry("HealthData", {"sourceName": ""})
"""What names no source was made by Apple Health itself."""
