"""Quarter hours and hours: what trends are made of, kept in step by the set of dirty hours.

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
    readings = (
        f"reading r {join} WHERE r.series = :series"
        " AND r.start >= (d.hour * 4 + :quarter) * 900000"
        " AND r.start < (d.hour * 4 + :quarter + 1) * 900000"
        f" AND {value} IS NOT NULL AND (typeof({value}) <> 'text' OR {value} NOT GLOB 'absent:*')"
    )
    return (
        f"SELECT d.hour * 4 + :quarter, COUNT(*), MIN({number}), MAX({number}), SUM({number}),"  # noqa: S608  # our own text
        f" (SELECT {number} FROM {readings} ORDER BY {_NEWEST_FIRST} LIMIT 1)"
        f" FROM dirty d CROSS JOIN {readings}"
        " AND d.series = :series AND d.hour BETWEEN :low AND :high GROUP BY d.hour"
    )


_PLAIN_FIGURES = _figures(corrected=False)
_CORRECTED_FIGURES = _figures(corrected=True)

Figures = tuple[int, int, float, float, float, float]
"""Quarter hour, count, least, greatest, total, newest."""


def figures_of_dirty(db: Database, series: int, low: int, high: int) -> list[Figures]:
    """The figures of the quarter hours in the dirty hours from low to high, counted now."""
    figures = _figures_of(db, series)
    marks = {"series": series, "low": low, "high": high}
    # One query a quarter: so the rows come in the order of their group, and nothing is sorted.
    return [
        row
        for quarter in range(4)
        for row in db.conn.execute(figures, {**marks, "quarter": quarter}).fetchall()
    ]


def roll_up(db: Database, limit: int) -> int:
    """Roll up at most so many dirty hours, and say how many that were."""
    with transaction(db):
        dirty = db.conn.execute(
            "SELECT series, hour FROM dirty ORDER BY series, hour LIMIT ?", (limit,)
        ).fetchall()
        for series, rows in groupby(dirty, key=itemgetter(0)):
            hours = [hour for _, hour in rows]
            _roll_up_series(db, series, hours[0], hours[-1])
    return len(dirty)


def _roll_up_series(db: Database, series: int, low: int, high: int) -> None:
    marks = {"series": series, "low": low, "high": high}
    dirty = "FROM dirty d WHERE d.series = :series AND d.hour BETWEEN :low AND :high"
    db.conn.execute(
        f"DELETE FROM hour WHERE series = :series AND bucket IN (SELECT d.hour {dirty})",  # noqa: S608  # our own text
        marks,
    )
    db.conn.execute(
        "DELETE FROM quarter_hour WHERE series = :series AND bucket IN (SELECT d.hour * 4 + q.n"
        " FROM dirty d CROSS JOIN (SELECT 0 AS n UNION SELECT 1 UNION SELECT 2 UNION SELECT 3) q"
        " WHERE d.series = :series AND d.hour BETWEEN :low AND :high)",
        marks,
    )
    (kind,) = db.conn.execute("SELECT kind FROM series WHERE id = ?", (series,)).fetchone()
    if has_figures(kind):
        figures = _figures_of(db, series)
        for quarter in range(4):
            db.conn.execute(
                f"INSERT INTO quarter_hour SELECT :series, f.* FROM ({figures}) f",  # noqa: S608  # our own text
                {**marks, "quarter": quarter},
            )
        db.conn.execute(
            "INSERT INTO hour SELECT :series, d.hour, SUM(q.n), MIN(q.lo), MAX(q.hi),"
            " SUM(q.total), (SELECT last FROM quarter_hour WHERE series = :series"
            " AND bucket BETWEEN d.hour * 4 AND d.hour * 4 + 3 ORDER BY bucket DESC LIMIT 1)"
            " FROM dirty d CROSS JOIN quarter_hour q ON q.series = :series"
            " AND q.bucket BETWEEN d.hour * 4 AND d.hour * 4 + 3"
            " WHERE d.series = :series AND d.hour BETWEEN :low AND :high GROUP BY d.hour",
            marks,
        )
    db.conn.execute(
        "DELETE FROM dirty WHERE series = :series AND hour BETWEEN :low AND :high", marks
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
