"""By which looks at the clocks of devices the times of readings were set right; may be shared.

How a clock stood to the time of day at home is among what stays here (`clocks`). This is what is
left of it once the zone is taken out and what could tell of a zone is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from adapters.reading import ClockLook, Instant, ReadingBatch, Value
from gateway.store.driver import Database

_Row = tuple[int, Instant, int, Value, int]
_SAME = "(series, start, duration, value, nth) = (?, ?, ?, ?, ?)"


def keep_looks(db: Database, series: int, batch: ReadingBatch, rows: Sequence[int]) -> None:
    """Write down the looks of some rows of a batch; in the transaction that stores them."""
    db.conn.executemany(
        "INSERT INTO set_right VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [
            (
                series,
                batch.starts[i],
                batch.durations[i],
                batch.values[i],
                batch.nths[i],
                look.at,
                look.ahead,
            )
            for i in rows
            if (look := batch.looks[i]) is not None
        ],
    )


def look_at(db: Database, row: _Row) -> ClockLook | None:
    """The look by which a reading's time was set right; None where it was not, or by none."""
    found = db.conn.execute(
        f"SELECT look_at, ahead_ms FROM set_right WHERE {_SAME}",  # noqa: S608  # fixed text
        row,
    ).fetchone()
    return None if found is None else ClockLook(*found)


def forget_looks(db: Database, series: int, rows: Iterable[_Row]) -> None:
    """Forget by what the times of these readings of a series were set right: they are deleted."""
    any_look = "SELECT 1 FROM set_right WHERE series = ? LIMIT 1"
    if db.conn.execute(any_look, (series,)).fetchone() is not None:
        db.conn.executemany(f"DELETE FROM set_right WHERE {_SAME}", rows)  # noqa: S608  # fixed text
