"""Readings that a device keeps as records: stored once, whatever its clock says of them."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.reading import Instant, Value
from gateway.store.driver import Database
from gateway.store.identity import SeriesRow, identity_text, record_text

_OF_ROW = "(series, start, duration, value, row_nth) = (?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One reading of a record, on its way in.

    Attributes:
        digest: see `identity.record_digest`.
        nth: which of the equal values of this record it is.
    """

    digest: bytes
    start: Instant
    duration: int
    value: Value
    nth: int
    decimals: int
    flags: int


class Identities:
    """The identity texts of the readings of one series: by their record where they have one."""

    def __init__(self, db: Database, series: SeriesRow) -> None:
        self._db = db
        self._series = series
        any_record = "SELECT 1 FROM record WHERE series = ? LIMIT 1"
        self._records = db.conn.execute(any_record, (series.id,)).fetchone() is not None

    def text(self, start: Instant, duration: int, value: Value, nth: int) -> str:
        """What makes the reading of this row the one that it is."""
        row = None
        if self._records:
            row = self._db.conn.execute(
                f"SELECT digest, nth FROM record WHERE {_OF_ROW}",  # noqa: S608  # fixed text
                (self._series.id, start, duration, value, nth),
            ).fetchone()
        if row is None:
            return identity_text(self._series, start, duration, value, nth)
        return record_text(self._series, row[0], value, row[1])


def find_record(
    db: Database, series: int, record: Recorded
) -> tuple[tuple[Instant, int, Value, int], bool] | None:
    """The row of a record that came before, and whether its reading is still there."""
    row = db.conn.execute(
        "SELECT r.start, r.duration, r.value, r.row_nth, EXISTS (SELECT 1 FROM reading x"
        " WHERE (x.series, x.start, x.duration, x.value, x.nth)"
        " = (r.series, r.start, r.duration, r.value, r.row_nth))"
        " FROM record r WHERE (r.series, r.digest, r.value, r.nth) = (?, ?, ?, ?)",
        (series, record.digest, record.value, record.nth),
    ).fetchone()
    return None if row is None else ((row[0], row[1], row[2], row[3]), bool(row[4]))


def insert_record(db: Database, series: int, record: Recorded, seq: int) -> int:
    """Store the reading of a record that is new; returns the ``nth`` of its row.

    Two records of one value that claim one instant, as after a clock was set back, are two
    readings; the second is the next of that instant.
    """
    row_nth = record.nth
    place = (series, record.start, record.duration, record.value)
    while True:
        cursor = db.conn.execute(
            "INSERT INTO reading SELECT ?, ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS"  # noqa: S608  # fixed text
            f" (SELECT 1 FROM record WHERE {_OF_ROW}) ON CONFLICT DO NOTHING",
            (*place, row_nth, record.decimals, record.flags, seq, *place, row_nth),
        )
        if cursor.rowcount == 1:
            break
        row_nth += 1
    db.conn.execute(
        "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            series,
            record.digest,
            record.value,
            record.nth,
            record.start,
            record.duration,
            row_nth,
        ),
    )
    return row_nth


def forget_record(db: Database, row: tuple[int, Instant, int, Value, int]) -> None:
    """Forget the record of a row, unless it left the house: then its name there must stay known."""
    db.conn.execute(
        f"DELETE FROM record WHERE {_OF_ROW} AND NOT EXISTS (SELECT 1 FROM recipient p"  # noqa: S608  # fixed text
        " CROSS JOIN delivery d ON d.recipient = p.key"
        " AND (d.series, d.start, d.duration, d.value, d.nth) = (record.series, record.start,"
        " record.duration, record.value, record.row_nth))",
        row,
    )
