"""How a kind went over a day, a week or ten years, from hours and quarter hours."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from adapters.kinds import Kind
from adapters.reading import Instant, PersonKey
from gateway.store.driver import Database
from gateway.store.rollup import figures_of_dirty, has_figures
from gateway.store.series import list_series

QUARTER_HOUR = 900_000
MOST_POINTS = 10_000

_Span = tuple[int, int, int]
"""Number of the point, first bucket, the bucket after the last."""


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
    quarters = [edge // QUARTER_HOUR for edge in edges]
    sums: dict[int, _Sum] = {}
    members = [row.id for row in list_series(db, person, kind, spans=False)]
    wanted = [one for one in members if series is None or one in series]
    dirty = {one: _is_dirty(db, one, quarters) for one in wanted}
    for table, spans in (("hour", [*_hours(quarters)]), ("quarter_hour", [*_quarters(quarters)])):
        if spans and wanted:
            _fill_spans(db, spans)
            for one in wanted:
                for found in _read(db, table, one, unless_dirty=dirty[one]):
                    _add(sums, *found)
    for one in wanted:
        if dirty[one]:
            _add_dirty(db, one, quarters, sums)
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


def _is_dirty(db: Database, series: int, quarters: list[int]) -> bool:
    low, high = quarters[0] // 4, (quarters[-1] - 1) // 4
    found = db.conn.execute(
        "SELECT 1 FROM dirty WHERE series = ? AND hour BETWEEN ? AND ? LIMIT 1",
        (series, low, high),
    ).fetchone()
    return found is not None


def _add_dirty(db: Database, series: int, quarters: list[int], sums: dict[int, _Sum]) -> None:
    low, high = quarters[0] // 4, (quarters[-1] - 1) // 4
    for quarter, n, lo, hi, total, last in figures_of_dirty(db, series, low, high):
        if quarters[0] <= quarter < quarters[-1]:
            i = bisect_right(quarters, quarter) - 1
            _add(sums, i, n, lo, hi, total, quarter, last)


def _hours(quarters: list[int]) -> Iterator[_Span]:
    """The whole hours between each two edges."""
    for i, (low, high) in enumerate(pairwise(quarters)):
        if -(-low // 4) < high // 4:
            yield i, -(-low // 4), high // 4


def _quarters(quarters: list[int]) -> Iterator[_Span]:
    """What the whole hours leave over before and after them."""
    for i, (low, high) in enumerate(pairwise(quarters)):
        first, last = -(-low // 4) * 4, high // 4 * 4
        if first >= last:
            yield i, low, high
            continue
        if low < first:
            yield i, low, first
        if last < high:
            yield i, last, high


def _fill_spans(db: Database, spans: Iterable[_Span]) -> None:
    """A real table of spans: the groups come in its order, so the rows need no sorting."""
    db.conn.execute(
        "CREATE TEMP TABLE IF NOT EXISTS span (i INTEGER, low INTEGER, high INTEGER,"
        " PRIMARY KEY (i, low)) WITHOUT ROWID"
    )
    db.conn.execute("DELETE FROM temp.span")
    db.conn.executemany("INSERT INTO temp.span VALUES (?, ?, ?)", spans)


def _read(
    db: Database, table: str, series: int, *, unless_dirty: bool
) -> list[tuple[int, int, float, float, float, int, float]]:
    """Number of the point, count, least, greatest, total, newest quarter hour, its last number."""
    size, hour = (4, "q.bucket") if table == "hour" else (1, "q.bucket >> 2")
    clean = f"AND NOT EXISTS (SELECT 1 FROM dirty d WHERE d.series = q.series AND d.hour = {hour})"  # noqa: S608  # our own names
    return db.conn.execute(
        "WITH point AS (SELECT i, SUM(n) AS n, MIN(lo) AS lo, MAX(hi) AS hi, SUM(total) AS total,"  # noqa: S608  # our own names
        f" MAX(bucket) AS newest FROM temp.span CROSS JOIN {table} q ON q.series = :series"
        f" AND q.bucket >= low AND q.bucket < high {clean if unless_dirty else ''} GROUP BY i)"
        " SELECT p.i, p.n, p.lo, p.hi, p.total, p.newest * :size, q.last"
        f" FROM point p CROSS JOIN {table} q ON q.series = :series AND q.bucket = p.newest",
        {"series": series, "size": size},
    ).fetchall()


def _add(
    sums: dict[int, _Sum],
    i: int,
    n: int,
    lo: float,
    hi: float,
    total: float,
    newest: int,
    last: float,
) -> None:
    if i in sums:
        sums[i].add(n, lo, hi, total, newest, last)
    else:
        sums[i] = _Sum(n, lo, hi, total, newest, last)
