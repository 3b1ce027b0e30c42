"""The series of the store: found, made, listed, counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from adapters.kinds import Kind
from adapters.reading import DeviceKey, Instant, PersonKey, ReadingBatch, SourceKey
from gateway.store.driver import Database
from gateway.store.identity import SeriesRow

HOUR = 3_600_000
_COLUMNS = "id, person, kind, device, source, simulated, n"


def _row(row: tuple[int, str, str, str, str, int, int]) -> SeriesRow:
    id_, person, kind, device, source, simulated, n = row
    return SeriesRow(
        id_,
        PersonKey(person),
        Kind(kind),
        DeviceKey(device),
        SourceKey(source),
        bool(simulated),
        n,
    )


def series_for(db: Database, batch: ReadingBatch, *, simulated: bool) -> SeriesRow:
    """The series that a batch belongs to; made where there is none."""
    named = (batch.person, batch.kind, batch.device, batch.source)
    find = f"SELECT {_COLUMNS} FROM series WHERE (person, kind, device, source) = (?, ?, ?, ?)"  # noqa: S608  # our own column names
    row = db.conn.execute(find, named).fetchone()
    if row is None:
        db.conn.execute(
            "INSERT INTO series (person, kind, device, source, simulated) VALUES (?, ?, ?, ?, ?)",
            (*named, simulated),
        )
        row = db.conn.execute(find, named).fetchone()
    return _row(row)


def series_by_id(db: Database, id_: int) -> SeriesRow:
    """One series.

    Raises:
        KeyError: there is none of this number.
    """
    row = db.conn.execute(
        f"SELECT {_COLUMNS} FROM series WHERE id = ?",  # noqa: S608  # our own column names
        (id_,),
    ).fetchone()
    if row is None:
        raise KeyError(id_)
    return _row(row)


def list_series(
    db: Database,
    person: PersonKey | None = None,
    kind: Kind | None = None,
    *,
    spans: bool = True,
) -> list[SeriesRow]:
    """Every series, or those of one person or kind; with their first and last start if asked."""
    asked = {"person": person, "kind": kind}
    where = " AND ".join(f"{name} = :{name}" for name, value in asked.items() if value is not None)
    found = db.conn.execute(
        f"SELECT {_COLUMNS} FROM series WHERE {where or 'TRUE'} ORDER BY id",  # noqa: S608  # our own column names
        asked,
    ).fetchall()
    rows = [_row(row) for row in found]
    return [_with_span(db, row) for row in rows] if spans else rows


def _with_span(db: Database, row: SeriesRow) -> SeriesRow:
    first, last = db.conn.execute(
        "SELECT (SELECT MIN(start) FROM reading WHERE series = :id),"
        " (SELECT MAX(start) FROM reading WHERE series = :id)",
        {"id": row.id},
    ).fetchone()
    return replace(row, first=first, last=last)


def count(db: Database, series: int, more: int) -> None:
    """Keep the count of a series alongside its rows."""
    db.conn.execute("UPDATE series SET n = n + ? WHERE id = ?", (more, series))


def mark_dirty(db: Database, series: int, starts: Iterable[Instant]) -> None:
    """Say that readings of these starts came, changed or went: roll up their hours anew."""
    db.conn.executemany(
        "INSERT INTO dirty VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(series, hour) for hour in hours(starts)],
    )


def hours(starts: Iterable[Instant]) -> list[int]:
    """The hours in which readings of these starts are rolled up."""
    return sorted({start // HOUR for start in starts})
