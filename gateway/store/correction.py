"""Corrections: a reading never changes; what is true instead is written beside it."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.reading import Instant, Value
from gateway.store.driver import Database, transaction
from gateway.store.errors import NoSuchReading
from gateway.store.identity import ReadingId
from gateway.store.query import reading
from gateway.store.resolving import mark_unresolved
from gateway.store.series import hours, mark_dirty


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction of one reading; ``new_value`` None says it was entered in error."""

    id: ReadingId
    version: int
    new_value: Value | None
    new_decimals: int
    at: Instant
    actor: str
    why: str = ""


def correct(
    db: Database,
    id_: ReadingId,
    new: tuple[Value, int] | None,
    *,
    at: Instant,
    actor: str,
    why: str = "",
) -> int:
    """Write a correction; see `Readings.correct`."""
    value, decimals = (None, 0) if new is None else new
    with transaction(db):
        row = reading(db, id_)
        if row is None:
            raise NoSuchReading("There is no such reading.")
        db.conn.execute(
            "INSERT INTO correction VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                row.series,
                row.start,
                row.duration,
                row.value,
                row.nth,
                row.version + 1,
                value,
                decimals,
                at,
                actor,
                why,
            ),
        )
        mark_dirty(db, row.series, [row.start])
        mark_unresolved(db, [(row.series, hour) for hour in hours([row.start])])
    return row.version + 1


def corrections(db: Database, since: Instant = 0, id_: ReadingId | None = None) -> list[Correction]:
    """Corrections made since then, of all readings or of one; oldest first."""
    where = "at >= ?"
    marks: list[Value] = [since]
    if id_ is not None:
        where += " AND (series, start, duration, value, nth) = (?, ?, ?, ?, ?)"
        marks += [id_.series, id_.start, id_.duration, id_.value, id_.nth]
    rows = db.conn.execute(
        "SELECT series, start, duration, value, nth, version, new_value, new_decimals, at, actor,"  # noqa: S608  # fixed text
        f" why FROM correction WHERE {where} ORDER BY at, version",
        marks,
    )
    return [Correction(ReadingId(*row[:5]), *row[5:]) for row in rows]
