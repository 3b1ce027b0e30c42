"""Quarter hours: what a trend is made of, kept in step with the readings by the dirty set.

Only kinds of shape "quantity" have figures. Absences are no numbers; a number that is kept as
text because no float prints back to it is one. A corrected reading counts as corrected, one that
was entered in error not at all.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter

from adapters.kinds import Kind, all_kinds
from gateway.store.driver import Database, transaction

_CORRECTED = """
    LEFT JOIN correction c
      ON (c.series, c.start, c.duration, c.value, c.nth)
       = (r.series, r.start, r.duration, r.value, r.nth)
     AND c.version = (SELECT MAX(version) FROM correction x
         WHERE (x.series, x.start, x.duration, x.value, x.nth)
             = (r.series, r.start, r.duration, r.value, r.nth))"""
_NEWEST_FIRST = "r.start DESC, r.duration DESC, r.value DESC, r.nth DESC"


def _figures(*, corrected: bool) -> str:
    value = "CASE WHEN c.version IS NULL THEN r.value ELSE c.new_value END"
    value, join = (value, _CORRECTED) if corrected else ("r.value", "")
    number = f"CAST({value} AS REAL)"
    counts = f"{value} IS NOT NULL AND (typeof({value}) <> 'text' OR {value} NOT GLOB 'absent:*')"
    readings = f"reading r {join} WHERE r.series = :series AND r.start >= d.bucket * 900000"
    return (
        f"SELECT d.bucket, COUNT(*), MIN({number}), MAX({number}), SUM({number}),"  # noqa: S608
        f" (SELECT {number} FROM {readings} AND r.start < (d.bucket + 1) * 900000 AND {counts}"
        f" ORDER BY {_NEWEST_FIRST} LIMIT 1)"
        f" FROM dirty d CROSS JOIN {readings} AND r.start < (d.bucket + 1) * 900000 AND {counts}"
        " AND d.series = :series AND d.bucket BETWEEN :low AND :high GROUP BY d.bucket"
    )


_PLAIN_FIGURES = _figures(corrected=False)
_CORRECTED_FIGURES = _figures(corrected=True)

Figures = tuple[int, int, float, float, float, float]
"""Bucket, count, least, greatest, total, newest."""


def figures_of_dirty(db: Database, series: int, low: int, high: int) -> list[Figures]:
    """The figures of the quarter hours from low to high that are not rolled up yet."""
    return db.conn.execute(
        _figures_of(db, series), {"series": series, "low": low, "high": high}
    ).fetchall()


def roll_up(db: Database, limit: int) -> int:
    """Roll up at most so many dirty quarter hours, and say how many that were."""
    with transaction(db):
        dirty = db.conn.execute(
            "SELECT series, bucket FROM dirty ORDER BY series, bucket LIMIT ?", (limit,)
        ).fetchall()
        for series, rows in groupby(dirty, key=itemgetter(0)):
            buckets = [bucket for _, bucket in rows]
            _roll_up_series(db, series, buckets[0], buckets[-1])
    return len(dirty)


def _roll_up_series(db: Database, series: int, low: int, high: int) -> None:
    marks = {"series": series, "low": low, "high": high}
    db.conn.execute(
        "DELETE FROM quarter_hour WHERE series = :series AND bucket IN (SELECT bucket FROM dirty"
        " WHERE series = :series AND bucket BETWEEN :low AND :high)",
        marks,
    )
    (kind,) = db.conn.execute("SELECT kind FROM series WHERE id = ?", (series,)).fetchone()
    if has_figures(kind):
        db.conn.execute(
            "INSERT INTO quarter_hour SELECT :series, f.* FROM"  # noqa: S608  # our own text
            f" ({_figures_of(db, series)}) f",
            marks,
        )
    db.conn.execute(
        "DELETE FROM dirty WHERE series = :series AND bucket BETWEEN :low AND :high", marks
    )


def has_figures(kind: Kind) -> bool:
    """Whether readings of a kind are single numbers, so that they add up."""
    row = all_kinds().get(kind)
    return row is not None and row.shape == "quantity"


def _figures_of(db: Database, series: int) -> str:
    corrected = db.conn.execute(
        "SELECT 1 FROM correction WHERE series = ? LIMIT 1", (series,)
    ).fetchone()
    return _CORRECTED_FIGURES if corrected else _PLAIN_FIGURES
