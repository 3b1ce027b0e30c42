"""Units in which the readings of a series were written before they were turned into its kind's.

A person may change the unit of a phone: the next export prints the whole history in it, rounded
anew. Such rows are known. They are looked for only where a series was written in several units.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain

from adapters.reading import ReadingBatch
from gateway.store.driver import Database


def note_unit(db: Database, series: int, unit: str) -> bool:
    """Note a unit of a series; whether readings of it were written in another one too."""
    known = {
        written
        for (written,) in db.conn.execute("SELECT unit FROM written WHERE series = ?", (series,))
    }
    if unit not in known:
        db.conn.execute("INSERT INTO written VALUES (?, ?)", (series, unit))
    return bool(known - {unit})


@cache
def _at_the_same_time(rows: int) -> str:
    values = ", ".join(["(?, ?, ?)"] * rows)
    return (
        f"WITH came (row, start, duration) AS (VALUES {values})"  # noqa: S608  # marks only
        " SELECT came.row, r.value, r.decimals FROM came CROSS JOIN reading r ON r.series = ?"
        " AND r.start = came.start AND r.duration = came.duration"
    )


def known_otherwise(
    db: Database, series: int, batch: ReadingBatch, low: int, high: int
) -> set[int]:
    """Which rows from ``low`` to before ``high`` are here as the same number, rounded otherwise.

    A row that is here exactly as it came is not among them.
    """
    rows = range(low, high)
    marks = chain.from_iterable((i, batch.starts[i], batch.durations[i]) for i in rows)
    near: set[int] = set()
    exact: set[int] = set()
    for i, value, decimals in db.conn.execute(_at_the_same_time(len(rows)), [*marks, series]):
        if value == batch.values[i]:
            exact.add(i)
        elif _within(batch.values[i], batch.decimals[i], value, decimals):
            near.add(i)
    return near - exact


def how_many_here(db: Database, series: int, batch: ReadingBatch, rows: Sequence[int]) -> int:
    """How many rows of a batch a series has, as they came or rounded otherwise."""
    here: set[int] = set()
    if rows:
        marks = chain.from_iterable((i, batch.starts[i], batch.durations[i]) for i in rows)
        for i, value, decimals in db.conn.execute(_at_the_same_time(len(rows)), [*marks, series]):
            if value == batch.values[i] or _within(
                batch.values[i], batch.decimals[i], value, decimals
            ):
                here.add(i)
    return len(here)


def _within(one: object, one_decimals: int, other: object, other_decimals: int) -> bool:
    """Whether two numbers may be one, each rounded in its own unit.

    Decimals are those that the printed step is worth: of a converted number the step is one to
    ten of the last place (0.1 lb is 0.045 kg, two decimals), so half of it is at most five. Of a
    small number only two digits may be printed, which leaves 5 % of doubt.
    """
    if not isinstance(one, int | float) or not isinstance(other, int | float):
        return False
    fine, coarse = max(one_decimals, other_decimals), min(one_decimals, other_decimals)
    doubt = max(5 * 10.0**-fine + 0.5 * 10.0**-coarse, 0.05 * max(abs(one), abs(other)))
    return abs(one - other) <= doubt
