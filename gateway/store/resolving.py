"""Totals of what several sources counted at once: what the roll-ups hold too much of each day.

A roll-up adds all series. Of each quarter hour the table `overlap` says how much of that another
source counted too, so that a year's total is as quick as a sum. `unresolved` holds the days, of
UTC, of which that is not known yet; they are reckoned from the readings when they are asked for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import Final

from adapters.kinds import Kind
from adapters.reading import Instant, PersonKey
from gateway.store.driver import Database, transaction
from gateway.store.many import insert_new
from gateway.store.overlap import Amount, counted
from gateway.store.source_order import SourceOrder, overlaps
from gateway.store.trend import TrendPoint

DAY: Final = 86_400_000
_QUARTER: Final = 900_000
_HOURS: Final = 24
_DUST: Final = 1e-9
_AT_ONCE: Final = 10
_KNOWN_SOON: Final = (
    "SELECT person, kind, day FROM unresolved u WHERE NOT EXISTS (SELECT 1 FROM series s"
    " JOIN dirty d ON d.series = s.id WHERE (s.person, s.kind) = (u.person, u.kind)"
    " AND d.hour BETWEEN u.day * 24 AND u.day * 24 + 23)"
    " ORDER BY person, kind, day LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Account:
    """What one series says of a time.

    Attributes:
        recorded: the sum of its readings.
        counted: what of that is in the total.
        n: how many readings.
    """

    series: int
    n: int
    recorded: float
    counted: float


def accounts(
    db: Database, person: PersonKey, kind: Kind, since: Instant, until: Instant
) -> list[Account]:
    """How the total of a time came about, in the order in which the sources count."""
    order = SourceOrder(db).series(person, kind)
    amounts = _amounts(db, order, since, until)
    made = {series: Account(series, 0, 0.0, 0.0) for series in order}
    counts = counted(amounts) if overlaps(kind) else [one.value for one in amounts]
    for one, part in zip(amounts, counts, strict=True):
        if since <= one.start < until:
            was = made[order[one.rank]]
            made[was.series] = Account(
                was.series, was.n + 1, was.recorded + one.value, was.counted + part
            )
    return [one for one in made.values() if one.n]


def without_overlap(
    db: Database, person: PersonKey, kind: Kind, edges: Sequence[Instant], points: list[TrendPoint]
) -> list[TrendPoint]:
    """The points of a trend without what was counted twice."""
    order = SourceOrder(db).series(person, kind) if overlaps(kind) else []
    if len(order) < 2 or not points:
        return points
    less = dict.fromkeys((point.start for point in points), 0.0)
    for quarter, amount in _overlaps(db, person, kind, order, edges[0], edges[-1]):
        at = edges[bisect_right(edges, quarter * _QUARTER) - 1]
        if at in less:
            less[at] += amount
    return [replace(one, total=one.total - less[one.start]) for one in points]


def resolve(db: Database, limit: int) -> int:
    """Reckon the overlap of at most so many days, and say how many that were.

    A few days a transaction, so that nobody waits for long. A day whose hours are to be rolled up
    first waits for that.
    """
    done = 0
    while done < limit:
        with transaction(db):
            days = db.conn.execute(_KNOWN_SOON, (min(_AT_ONCE, limit - done),)).fetchall()
            for (person, kind), run in groupby(days, key=itemgetter(0, 1)):
                for first, last in _runs(day for _, _, day in run):
                    _resolve(db, person, kind, first, last)
        done += len(days)
        if len(days) < _AT_ONCE:
            break
    return done


def _resolve(db: Database, person: PersonKey, kind: Kind, first: int, last: int) -> None:
    """Write down the overlap of days that follow each other."""
    db.conn.execute(
        "DELETE FROM overlap WHERE (person, kind) = (?, ?) AND quarter BETWEEN ? AND ?",
        (person, kind, first * 96, last * 96 + 95),
    )
    order = SourceOrder(db).series(person, kind) if overlaps(kind) else []
    db.conn.executemany(
        "INSERT INTO overlap VALUES (?, ?, ?, ?)",
        [(person, kind, *row) for row in _of_days(db, order, first, last).items()],
    )
    db.conn.execute(
        "DELETE FROM unresolved WHERE (person, kind) = (?, ?) AND day BETWEEN ? AND ?",
        (person, kind, first, last),
    )


def _runs(days: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The first and last of days that follow each other."""
    first = last = None
    for day in days:
        if first is None or last is None:
            first = day
        elif day != last + 1:
            yield first, last
            first = day
        last = day
    if first is not None and last is not None:
        yield first, last


def mark_unresolved(db: Database, dirty: Iterable[tuple[int, int]]) -> None:
    """Readings of these series and hours came, changed or went: their days are not known any more.

    A reading may reach into the day before or after, so those are marked too.
    """
    for series, hours in groupby(sorted(dirty), key=itemgetter(0)):
        row = db.conn.execute(
            "SELECT person, kind FROM series s WHERE id = ? AND EXISTS (SELECT 1 FROM series o"
            " WHERE (o.person, o.kind) = (s.person, s.kind) AND o.id <> s.id)",
            (series,),
        ).fetchone()
        if row is not None and overlaps(row[1]):
            those = {hour // _HOURS for _, hour in hours}
            near = {day + by for day in those for by in (-1, 0, 1)}
            insert_new(db, "unresolved", [(*row, day) for day in sorted(near)])


def _overlaps(
    db: Database,
    person: PersonKey,
    kind: Kind,
    order: list[int],
    since: Instant,
    until: Instant,
) -> Iterable[tuple[int, float]]:
    low, high = since // _QUARTER, until // _QUARTER
    unknown = [
        day
        for (day,) in db.conn.execute(
            "SELECT day FROM unresolved WHERE (person, kind) = (?, ?) AND day BETWEEN ? AND ?"
            " ORDER BY day",
            (person, kind, since // DAY, (until - 1) // DAY),
        )
    ]
    yield from db.conn.execute(
        "SELECT quarter, less FROM overlap o WHERE (person, kind) = (?, ?) AND quarter >= ?"
        " AND quarter < ? AND NOT EXISTS (SELECT 1 FROM unresolved u WHERE"
        " (u.person, u.kind, u.day) = (o.person, o.kind, o.quarter / 96))",
        (person, kind, low, high),
    ).fetchall()
    for first, last in _runs(unknown):
        for quarter, less in _of_days(db, order, first, last).items():
            if low <= quarter < high:
                yield quarter, less


def _of_days(db: Database, order: list[int], first: int, last: int) -> dict[int, float]:
    """How much of each quarter hour of some days is counted by another source too."""
    if len(order) < 2:
        return {}
    amounts = _amounts(db, order, first * DAY, (last + 1) * DAY)
    less: dict[int, float] = {}
    for one, part in zip(amounts, counted(amounts), strict=True):
        quarter = one.start // _QUARTER
        if one.value - part > _DUST and first <= quarter // 96 <= last:
            less[quarter] = less.get(quarter, 0.0) + one.value - part
    return less


def _amounts(db: Database, order: list[int], since: Instant, until: Instant) -> list[Amount]:
    """What the series say of a time, and a day around it, since readings reach over its ends."""
    found: list[Amount] = []
    for rank, series in enumerate(order):
        rows = db.conn.execute(
            "SELECT start, duration, CAST(current_value AS REAL) FROM current_reading"
            " WHERE series = ? AND start >= ? AND start < ? AND current_value IS NOT NULL"
            " AND (typeof(current_value) <> 'text' OR current_value NOT GLOB 'absent:*')",
            (series, since - DAY, until + DAY),
        )
        found += [Amount(rank, start, start + lasts, value) for start, lasts, value in rows]
    return found
