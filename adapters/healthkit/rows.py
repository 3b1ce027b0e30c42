"""Many readings of the usual form as columns, on their way into the columns of their series."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from adapters.healthkit import digits
from adapters.healthkit.records import Row, Shape
from adapters.healthkit.twins import Seen, Twins
from adapters.healthkit.windows import Ints
from adapters.reading import Value


@dataclass(frozen=True, slots=True)
class Portion:
    """Readings of one shape."""

    shape: Shape
    starts: Ints
    durations: Ints
    values: list[Value]
    decimals: Ints
    nths: Ints

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True, slots=True)
class Rows:
    """Readings in the order of the file; times in milliseconds.

    Attributes:
        all_shapes: by number.
        shapes: the number of the shape of each row.
        mantissas: the digits of each value without its point, if it is a number.
        decimals: how many of them stand behind it.
        read_alone: the values of other rows.
        beats: the ends of those rows in which lists of beats stand.
    """

    all_shapes: Sequence[Shape]
    shapes: npt.NDArray[np.int32]
    starts: Ints
    durations: Ints
    created: Ints
    mantissas: Ints
    decimals: Ints
    read_alone: dict[int, Value]
    beats: dict[int, bytes]

    def __len__(self) -> int:
        return len(self.starts)

    def part(self, low: int, high: int) -> Rows:
        """The rows from ``low`` to before ``high``."""
        rows = slice(low, high)
        alone = {row - low: value for row, value in self.read_alone.items() if low <= row < high}
        beats = {row - low: end for row, end in self.beats.items() if low <= row < high}
        return Rows(
            self.all_shapes,
            self.shapes[rows],
            self.starts[rows],
            self.durations[rows],
            self.created[rows],
            self.mantissas[rows],
            self.decimals[rows],
            alone,
            beats,
        )

    def with_beats(self) -> Iterator[tuple[Row, bytes]]:
        """The rows in which beats stand, each with its end; in their order, not as found out."""
        rows = np.array(sorted(self.beats), np.int64)
        ends = [self.beats[row] for row in rows.tolist()]
        shapes = [self.all_shapes[number] for number in self.shapes[rows].tolist()]
        columns = (self.starts, self.durations, self.decimals, self.created)
        written = (column[rows].tolist() for column in columns)
        for shape, end, value, start, duration, decimals, created in zip(
            shapes, ends, self.values(rows), *written, strict=True
        ):
            yield Row(shape.series, start, duration, value, decimals, shape.flags, created), end

    def values(self, rows: Ints) -> list[Value]:
        """The values of some rows, as the store keeps them."""
        found: list[Value] = digits.values(self.mantissas[rows], self.decimals[rows])
        if self.read_alone:
            for at, row in enumerate(rows.tolist()):
                if row in self.read_alone:
                    found[at] = self.read_alone[row]
        return found

    def counted(self) -> Iterator[tuple[Shape, int]]:
        """Each shape, and how many rows have it."""
        for number, count in enumerate(np.bincount(self.shapes).tolist()):
            if count:
                yield self.all_shapes[number], count

    def nths(self, twins: Twins) -> Ints:
        """Which of its equals each row is; -1 for one that was there already."""
        found = np.zeros(len(self), np.int64)
        low = 0
        while low < len(self):
            high = min(len(self), low + twins.room())
            part = self if high - low == len(self) else self.part(low, high)
            for row, nth in part._nths(twins):
                found[low + row] = -1 if nth is None else nth
            low = high
        return found

    def _nths(self, twins: Twins) -> Iterator[tuple[int, int | None]]:
        """The rows that are not plainly the first of their kind, and which they are."""
        first = np.zeros(len(self.all_shapes), np.int64)
        highest = first.copy()
        used = np.flatnonzero(np.bincount(self.shapes)).tolist()
        for number in used:
            series = self.all_shapes[number].series
            first[number], highest[number] = twins.first_key(series), twins.highest(series)
        keys = self.starts // 1000 + first[self.shapes]
        order = np.argsort(keys, kind="stable")
        again = np.flatnonzero(np.diff(keys[order]) == 0)
        close = keys <= highest[self.shapes]
        close[order[again]] = close[order[again + 1]] = True
        for number in used:
            twins.reached(self.all_shapes[number].series, int(keys[self.shapes == number].max()))
        plain, kept = np.flatnonzero(~close), replace(self, beats={})
        twins.plainly_first(len(plain), lambda: kept._seen(keys, plain))
        rows = np.flatnonzero(close)
        for row, (key, seen) in zip(rows.tolist(), self._seen(keys, rows), strict=True):
            yield row, twins.look(key, seen, int(highest[self.shapes[row]]))

    def _seen(self, keys: Ints, rows: Ints) -> Iterator[tuple[int, Seen]]:
        columns = self.durations[rows].tolist(), self.values(rows), self.created[rows].tolist()
        return zip(keys[rows].tolist(), zip(*columns, strict=True), strict=True)

    def portions(self, nths: Ints) -> Iterator[Portion]:
        """One portion a shape; rows whose ``nth`` is negative are left out."""
        rows = np.flatnonzero(nths >= 0)
        shapes = self.shapes[rows]
        if (shapes[1:] != shapes[:-1]).any():
            order = np.argsort(shapes, kind="stable")
            rows, shapes = rows[order], shapes[order]
        edges = [0, *(np.flatnonzero(np.diff(shapes)) + 1).tolist(), len(rows)]
        for low, high in pairwise(edges):
            mine = rows[low:high]
            if len(mine):
                yield Portion(
                    self.all_shapes[shapes[low]],
                    self.starts[mine],
                    self.durations[mine],
                    self.values(mine),
                    self.decimals[mine],
                    nths[mine],
                )
