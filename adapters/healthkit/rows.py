"""Many readings of the usual form as columns, on their way into the columns of their series."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from adapters.healthkit.digits import Ints
from adapters.healthkit.records import Series, Shape
from adapters.reading import Value


@dataclass(frozen=True, slots=True)
class Portion:
    """Readings of one shape."""

    shape: Shape
    starts: list[int]
    durations: list[int]
    values: list[Value]
    decimals: list[int]
    nths: list[int]


@dataclass(frozen=True, slots=True)
class Rows:
    """Readings in the order of the file; times in milliseconds.

    ``shapes[i]`` is the number of the shape of row ``i`` in ``all_shapes``.
    """

    all_shapes: Sequence[Shape]
    shapes: npt.NDArray[np.int32]
    starts: Ints
    durations: Ints
    created: Ints
    values: npt.NDArray[np.object_]
    decimals: Ints

    def __len__(self) -> int:
        return len(self.starts)

    def part(self, low: int, high: int) -> Rows:
        """The rows from ``low`` to before ``high``."""
        rows = slice(low, high)
        return Rows(
            self.all_shapes,
            self.shapes[rows],
            self.starts[rows],
            self.durations[rows],
            self.created[rows],
            self.values[rows],
            self.decimals[rows],
        )

    def counted(self) -> Iterator[tuple[Shape, int]]:
        """Each shape, and how many rows have it."""
        for number, count in enumerate(np.bincount(self.shapes).tolist()):
            if count:
                yield self.all_shapes[number], count

    def for_twins(
        self, first_key: Callable[[Series], int]
    ) -> tuple[list[int], list[int], list[Value], list[int]]:
        """What `Twins.nths` asks for."""
        keys = self.starts // 1000
        used = np.unique(self.shapes)
        if len(used) == 1:
            keys += first_key(self.all_shapes[used[0]].series)
        else:
            firsts = [first_key(self.all_shapes[number].series) for number in used.tolist()]
            keys += np.array(firsts, np.int64)[np.searchsorted(used, self.shapes)]
        values: list[Value] = self.values.tolist()
        return keys.tolist(), self.durations.tolist(), values, self.created.tolist()

    def portions(self, nths: Sequence[int | None] | None) -> Iterator[Portion]:
        """One portion a shape; rows whose ``nth`` is None are left out, None alone is all 0."""
        rows = np.arange(len(self))
        if nths is not None:
            rows = rows[[nth is not None for nth in nths]]
        shapes = self.shapes[rows]
        order = np.argsort(shapes, kind="stable")
        rows, shapes = rows[order], shapes[order]
        edges = [0, *(np.flatnonzero(np.diff(shapes)) + 1).tolist(), len(rows)]
        for low, high in pairwise(edges):
            mine = rows[low:high]
            if len(mine):
                yield Portion(
                    self.all_shapes[shapes[low]],
                    self.starts[mine].tolist(),
                    self.durations[mine].tolist(),
                    self.values[mine].tolist(),
                    self.decimals[mine].tolist(),
                    [0] * len(mine) if nths is None else [nths[i] or 0 for i in mine.tolist()],
                )
