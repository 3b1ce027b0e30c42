"""Food: what a meal held, as one reading with a part for each of its records.

The records stand at the top level too, where each becomes a reading of its own; the meal is never
added up, so nothing counts twice. What was eaten is not named here: a name is somebody's words.
"""

from __future__ import annotations

from typing import Final

from adapters.errors import ReadingRefused
from adapters.healthkit.elements import Entry
from adapters.healthkit.parts import Parts
from adapters.healthkit.records import INCOMPLETE, Records, Row
from adapters.healthkit.report import ImportReport
from adapters.kinds import kind, row_of

MEAL: Final = kind("food")
NOT_FOOD: Final = "a part of a meal that is not known to this version"


def meal_row(records: Records, entry: Entry, report: ImportReport) -> Row:
    """The reading of a `Correlation` of food.

    Raises:
        ReadingRefused: a date or source is missing, or no part of it can be read.
    """
    parts = Parts(row_of(MEAL))
    for child in entry.named("Record"):
        row = records.type_of(child)
        if row is None or not parts.knows(row.kind):
            report.leave_out(NOT_FOOD)
            continue
        try:
            parts.add(row.kind, child.attributes.get("value"), child.attributes.get("unit", ""))
        except ReadingRefused as refused:
            report.leave_out(refused.reason)
    if not parts.text:
        raise ReadingRefused(INCOMPLETE)
    start, duration = records.span(entry)
    created = records.created(entry)
    return records.row(MEAL, entry, start, duration, parts.text, created=created, unit=parts.unit)
