"""Units in which the readings of a series were written before they were turned into its kind's.

A person may change the unit of a phone: the next export prints the whole history in it, rounded
anew. Such rows are known. They are looked for only where a series was written in several units.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import NamedTuple

from adapters.reading import Instant, ReadingBatch, Value
from gateway.store.driver import Database
from gateway.store.prints import Prints, number

_BESIDE = 16
"""Rows looked at before and after those asked for, which may be of the same instant as they."""


def note_unit(db: Database, series: int, unit: str) -> bool:
    """Note a unit of a series; whether readings of it were written in another one too."""
    known = _units(db, series)
    if unit not in known:
        db.conn.execute("INSERT INTO written VALUES (?, ?)", (series, unit))
    return bool(known - {unit})


def known_otherwise(
    db: Database, series: int, batch: ReadingBatch, low: int, high: int
) -> set[int]:
    """Which rows from ``low`` to before ``high`` are here as the same number, printed otherwise.

    A row that is here exactly as it came is not among them. Each reading that is here is one row
    and no more: where two came of one instant and one is here, the nearer one is it.
    """
    prints = Prints(batch.kind, batch.written, _units(db, series))
    near: set[int] = set()
    for came, here in _groups(db, series, batch, _with_those_beside(batch, low, high)):
        near |= _known(batch, came, here, prints)
    return {i for i in near if low <= i < high}


def how_many_here(db: Database, series: int, batch: ReadingBatch, rows: Sequence[int]) -> int:
    """How many rows of a batch a series has, as they came or printed in another unit."""
    prints = Prints(batch.kind, batch.written, _units(db, series))
    return sum(
        any(batch.values[i] == one.value or _may_be_one(prints, batch, i, one) for one in here)
        for came, here in _groups(db, series, batch, rows)
        for i in came
    )


class _Here(NamedTuple):
    """A reading that is here."""

    value: Value
    decimals: int
    nth: int


_Group = tuple[list[int], list[_Here]]
"""Rows that came of one instant and duration, and the readings that are here of it."""


def _units(db: Database, series: int) -> set[str]:
    rows = db.conn.execute("SELECT unit FROM written WHERE series = ?", (series,))
    return {unit for (unit,) in rows}


def _with_those_beside(batch: ReadingBatch, low: int, high: int) -> range:
    """The rows asked for, and those next to them that are of the same instant and duration."""

    def place(i: int) -> tuple[Instant, int]:
        return batch.starts[i], batch.durations[i]

    first, last = low, high
    while first > max(0, low - _BESIDE) and place(first - 1) == place(low):
        first -= 1
    while last < min(len(batch), high + _BESIDE) and place(last) == place(high - 1):
        last += 1
    return range(first, last)


@cache
def _at_the_same_time(places: int) -> str:
    values = ", ".join(["(?, ?, ?)"] * places)
    return (
        f"WITH came (row, start, duration) AS (VALUES {values})"  # noqa: S608  # marks only
        " SELECT came.row, r.value, r.nth, r.decimals FROM came CROSS JOIN reading r"
        " ON r.series = ? AND r.start = came.start AND r.duration = came.duration"
    )


def _groups(
    db: Database, series: int, batch: ReadingBatch, rows: Sequence[int]
) -> Iterator[_Group]:
    """Rows by instant and duration, with the readings that are here of it; none without."""
    groups: dict[tuple[Instant, int], _Group] = {}
    for i in rows:
        groups.setdefault((batch.starts[i], batch.durations[i]), ([], []))[0].append(i)
    if not groups:
        return
    found = list(groups.values())
    marks = chain.from_iterable((at, *place) for at, place in enumerate(groups))
    for at, value, nth, decimals in db.conn.execute(
        _at_the_same_time(len(found)), [*marks, series]
    ):
        found[at][1].append(_Here(value, decimals, nth))
    yield from (group for group in found if group[1])


def _known(batch: ReadingBatch, came: list[int], here: list[_Here], prints: Prints) -> set[int]:
    """Which of the rows that came are one of those that are here, printed otherwise."""
    places = {(one.value, one.nth): at for at, one in enumerate(here)}
    exact = {i: places.get((batch.values[i], batch.nths[i])) for i in came}
    taken = set(exact.values())
    return _in_order(
        sorted((i for i in came if exact[i] is None), key=lambda i: _size(batch.values[i])),
        sorted(
            (one for at, one in enumerate(here) if at not in taken),
            key=lambda one: _size(one.value),
        ),
        lambda i, one: _may_be_one(prints, batch, i, one),
        lambda i, one: abs(_size(batch.values[i]) - _size(one.value)),
    )


def _may_be_one(prints: Prints, batch: ReadingBatch, i: int, one: _Here) -> bool:
    return prints.may_be_one(batch.values[i], batch.decimals[i], one.value, one.decimals)


def _size(value: Value) -> float:
    return number(value) or 0.0


def _in_order(
    came: list[int],
    here: list[_Here],
    fits: Callable[[int, _Here], bool],
    apart: Callable[[int, _Here], float],
) -> set[int]:
    """Pair rows with readings, both in order of size, which printing never changes.

    As many as fit; and of all ways to do that the one in which they lie closest.
    """
    best: list[tuple[int, float, frozenset[int]]] = [(0, 0.0, frozenset())] * (len(here) + 1)
    for i in came:
        before, best = best, best[:1]
        for at, one in enumerate(here):
            found = max(before[at + 1], best[at], key=lambda way: way[:2])
            if fits(i, one):
                count, closeness, rows = before[at]
                paired = (count + 1, closeness - apart(i, one), rows | {i})
                found = max(found, paired, key=lambda way: way[:2])
            best.append(found)
    return set(best[-1][2])
