"""The trends of many kinds over the same time, in a few queries: what a page of all kinds needs.

A trend by itself (`trend`) looks up each of its steps; of hundreds of series that are mostly empty
it is quicker to go through what there is. Steps of uneven length, as around a change of the clocks,
and series whose hours are not rolled up yet, are left to `trend`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter

from adapters.kinds import Kind
from adapters.reading import Instant, PersonKey
from gateway.store.driver import Database
from gateway.store.resolving import without_overlap
from gateway.store.rollup import has_figures
from gateway.store.trend import QUARTER_HOUR, TrendPoint, trend

_HOUR = 4 * QUARTER_HOUR

_Row = tuple[int, int, float, float, float, int, float]
"""Step, count, least, greatest, total, newest bucket, newest number."""


def trends(
    db: Database, person: PersonKey, kinds: Collection[Kind], edges: Sequence[Instant]
) -> Mapping[Kind, list[TrendPoint]]:
    """What `Readings.trend_between` says of each of some kinds; without those that have no point.

    Args:
        db: ``gateway.db``.
        person: whose.
        kinds: of what.
        edges: rising, on quarter hours UTC.
    """
    wanted = {kind for kind in kinds if has_figures(kind)}
    series = db.conn.execute("SELECT id, kind FROM series WHERE person = ?", (person,)).fetchall()
    of: dict[int, Kind] = {one: kind for one, kind in series if kind in wanted}
    alone = {kind for kind, count in Counter(of.values()).items() if count == 1}
    step = _even_step(edges)
    one_by_one = wanted if step is None else {of[one] for one in _dirty(db, of, edges)}
    found = {kind: trend(db, person, kind, edges) for kind in one_by_one}
    if step is not None:
        rest = [one for one, kind in of.items() if kind not in one_by_one]
        rows: dict[Kind, list[_Row]] = defaultdict(list)
        for one, *row in _read(db, rest, edges, step):
            rows[of[one]].append(tuple(row))  # type: ignore[arg-type]  # as the query says
        for kind, each in rows.items():
            joined = each if kind in alone else [_joined(those) for those in _steps(each)]
            found[kind] = [
                TrendPoint(edges[0] + step * i, n, lo, hi, total, last)
                for i, n, lo, hi, total, _, last in joined
            ]
    return {
        kind: points if kind in alone else without_overlap(db, person, kind, edges, points)
        for kind, points in found.items()
        if points
    }


def _even_step(edges: Sequence[Instant]) -> int | None:
    step = edges[1] - edges[0]
    even = all(edge == edges[0] + step * i for i, edge in enumerate(edges))
    return step if even else None


def _dirty(db: Database, series: Collection[int], edges: Sequence[Instant]) -> list[int]:
    """Those of some series of which an hour of this time is not rolled up."""
    _choose(db, series)
    rows = db.conn.execute(
        "SELECT series FROM temp.chosen c WHERE EXISTS (SELECT 1 FROM dirty d"
        " WHERE d.series = c.series AND d.hour BETWEEN ? AND ?)",
        (edges[0] // _HOUR, (edges[-1] - 1) // _HOUR),
    ).fetchall()
    return [one for (one,) in rows]


def _read(
    db: Database, series: Collection[int], edges: Sequence[Instant], step: int
) -> list[tuple[int, int, int, float, float, float, int, float]]:
    """Each series with each of its rows, in the order of the series."""
    _choose(db, series)
    whole = edges[0] % _HOUR == 0 and step % _HOUR == 0
    table, size = ("hour", _HOUR) if whole else ("quarter_hour", QUARTER_HOUR)
    return db.conn.execute(
        "WITH step AS (SELECT q.series, (q.bucket - :first) / :per AS i, SUM(q.n) AS n,"  # noqa: S608  # our own names
        " MIN(q.lo) AS lo, MAX(q.hi) AS hi, SUM(q.total) AS total, MAX(q.bucket) AS newest"
        f" FROM temp.chosen c CROSS JOIN {table} q ON q.series = c.series"
        " AND q.bucket >= :first AND q.bucket < :end GROUP BY 1, 2)"
        " SELECT s.series, s.i, s.n, s.lo, s.hi, s.total, s.newest, q.last FROM step s"
        f" CROSS JOIN {table} q ON q.series = s.series AND q.bucket = s.newest",
        {"first": edges[0] // size, "end": edges[-1] // size, "per": step // size},
    ).fetchall()


def _choose(db: Database, series: Collection[int]) -> None:
    db.conn.execute("CREATE TEMP TABLE IF NOT EXISTS chosen (series INTEGER PRIMARY KEY)")
    db.conn.execute("DELETE FROM temp.chosen")
    db.conn.executemany("INSERT INTO temp.chosen VALUES (?)", [(one,) for one in series])


def _steps(rows: list[_Row]) -> Iterator[list[_Row]]:
    """The rows of each step, in order."""
    for _, those in groupby(sorted(rows, key=itemgetter(0)), key=itemgetter(0)):
        yield list(those)


def _joined(rows: list[_Row]) -> _Row:
    """What several series say of one step."""
    steps, counts, least, greatest, totals, _, _ = zip(*rows, strict=True)
    _, _, _, _, _, newest, last = max(rows, key=itemgetter(5))
    return steps[0], sum(counts), min(least), max(greatest), sum(totals), newest, last
