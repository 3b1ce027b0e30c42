"""How a kind went over a day, a week or ten years, from the quarter hours."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from adapters.kinds import Kind
from adapters.reading import Instant, PersonKey
from gateway.store.driver import Database
from gateway.store.rollup import figures_of_dirty, has_figures
from gateway.store.series import list_series

QUARTER_HOUR = 900_000
MOST_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """What was measured from ``start`` to the next edge. There is no point where nothing was.

    Attributes:
        n: how many numbers.
        total: their sum, for kinds that add up.
        last: the newest of them, for kinds of which the newest counts.
    """

    start: Instant
    n: int
    lo: float
    hi: float
    total: float
    last: float

    @property
    def mean(self) -> float:
        """Their arithmetic mean."""
        return self.total / self.n


@dataclass(slots=True)
class _Sum:
    n: int
    lo: float
    hi: float
    total: float
    newest: int
    last: float

    def add(self, n: int, lo: float, hi: float, total: float, newest: int, last: float) -> None:
        self.n += n
        self.lo = min(self.lo, lo)
        self.hi = max(self.hi, hi)
        self.total += total
        if newest > self.newest:
            self.newest, self.last = newest, last


def trend(
    db: Database,
    person: PersonKey,
    kind: Kind,
    edges: Sequence[Instant],
    series: Collection[int] | None = None,
) -> list[TrendPoint]:
    """The figures between each two edges; see `Readings.trend_between`."""
    if len(edges) < 2 or len(edges) > MOST_POINTS:
        raise ValueError("a trend has 1 to 10,000 points")
    if any(edge % QUARTER_HOUR for edge in edges) or any(b <= a for a, b in pairwise(edges)):
        raise ValueError("edges of a trend rise, and lie on quarter hours")
    if not has_figures(kind):
        return []
    buckets = [edge // QUARTER_HOUR for edge in edges]
    sums: dict[int, _Sum] = {}
    for row in list_series(db, person, kind, spans=False):
        if series is None or row.id in series:
            _add_series(db, row.id, buckets, sums)
    return [
        TrendPoint(edges[i], each.n, each.lo, each.hi, each.total, each.last)
        for i, each in sorted(sums.items())
    ]


def even_edges(since: Instant, until: Instant, points: int) -> list[Instant]:
    """Edges of equal parts.

    Raises:
        ValueError: the parts are not whole quarter hours.
    """
    step, rest = divmod(until - since, points)
    if rest or step % QUARTER_HOUR:
        raise ValueError("the parts are not whole quarter hours")
    return [since + step * i for i in range(points + 1)]


def _add_series(db: Database, series: int, buckets: list[int], sums: dict[int, _Sum]) -> None:
    low, high = buckets[0], buckets[-1] - 1
    dirty = db.conn.execute(
        "SELECT 1 FROM dirty WHERE series = ? AND bucket BETWEEN ? AND ? LIMIT 1",
        (series, low, high),
    ).fetchone()
    marks = ", ".join(["(?, ?, ?)"] * (len(buckets) - 1))
    still_true = (
        " AND NOT EXISTS (SELECT 1 FROM dirty d WHERE d.series = q.series AND d.bucket = q.bucket)"
        if dirty
        else ""
    )
    spans = chain.from_iterable((i, a, b) for i, (a, b) in enumerate(pairwise(buckets)))
    rows = db.conn.execute(
        f"WITH edge (i, a, b) AS (VALUES {marks}), point AS ("  # noqa: S608  # marks only
        " SELECT i, SUM(n), MIN(lo), MAX(hi), SUM(total), MAX(bucket) AS newest"
        " FROM edge CROSS JOIN quarter_hour q ON q.series = ? AND q.bucket >= a AND q.bucket < b"
        f" {still_true} GROUP BY i)"
        " SELECT p.*, q.last FROM point p JOIN quarter_hour q"
        " ON q.series = ? AND q.bucket = p.newest",
        [*spans, series, series],
    )
    for i, *figures in rows.fetchall():
        _add(sums, i, figures)
    if dirty:
        for bucket, n, lo, hi, total, last in figures_of_dirty(db, series, low, high):
            _add(sums, bisect_right(buckets, bucket) - 1, [n, lo, hi, total, bucket, last])


def _add(sums: dict[int, _Sum], i: int, figures: list[float]) -> None:
    n, lo, hi, total, newest, last = figures
    if i in sums:
        sums[i].add(int(n), lo, hi, total, int(newest), last)
    else:
        sums[i] = _Sum(int(n), lo, hi, total, int(newest), last)
