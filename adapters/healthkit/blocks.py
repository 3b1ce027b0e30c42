"""One block of the main file taken apart: heads, dates, values and ends of its records."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import accumulate

import numpy as np

from adapters.errors import ReadingRefused
from adapters.healthkit import digits
from adapters.healthkit.junctions import BOUNDARY, CREATED, NOT_ASKED, Junctions
from adapters.healthkit.records import Shape
from adapters.healthkit.rows import Rows
from adapters.reading import Value

_MOST_VALUES = 20_000
_LONGEST = 200


class Values:
    """Reads the values of many records; remembers those that are not plain numbers."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, bytes], tuple[Value, int] | None] = {}

    def forget(self) -> None:
        """Shapes are numbered anew."""
        self._known.clear()

    def read(self, shape: Shape, number: int, text: bytes) -> tuple[Value, int] | None:
        """The value and its decimals, or None where `Shape.stored` refuses it."""
        if len(text) > _LONGEST:
            return None
        key = number, text
        if key not in self._known:
            if len(self._known) >= _MOST_VALUES:
                self._known.clear()
            try:
                self._known[key] = shape.stored(text.decode("ascii"))
            except (ReadingRefused, UnicodeDecodeError):
                self._known[key] = None
        return self._known[key]


class Block:
    """The records of one block.

    Attributes:
        fine: which are of the usual form, every byte of them accounted for.
    """

    def __init__(
        self,
        pieces: Sequence[bytes],
        junctions: Junctions,
        values: Values,
        offsets: Collection[int],
    ) -> None:
        self._pieces = pieces
        self._junctions = junctions
        self._read_values = values
        self._parse(offsets)

    def __len__(self) -> int:
        return len(self._texts)

    def _parse(self, offsets: Collection[int]) -> None:
        rest = self._pieces[1:]
        count, width = len(rest), digits.WIDTH
        columns = b"".join([piece[:width] for piece in rest])
        if len(columns) != count * width:
            columns = b"".join([piece[:width].ljust(width) for piece in rest])
        after = [piece[width:].partition(b'"') for piece in rest]
        self._texts = [text for text, _, _ in after]
        self._after = [self._pieces[0], *(junction for _, _, junction in after)]
        numbers = np.fromiter(map(self._junctions.number, self._after), np.int64, count + 1)
        self._heads, self._ends = numbers[:-1] & 0xFFFF, numbers[1:] >> 16
        # An end is one only where the next record begins behind it, or the block is over.
        self._ends[:-1][self._heads[1:] == 0] = 0
        dates = digits.dates(columns, offsets)
        self._dated = dates.read
        self._rows = Rows(
            self._junctions.shapes,
            np.full(count, NOT_ASKED, np.int32),
            dates.starts,
            dates.ends - dates.starts,
            dates.created,
            np.empty(count, object),
            np.zeros(count, np.int64),
        )
        self.fine = np.zeros(count, np.bool_)
        self.look_again(0)

    def look_again(self, low: int) -> None:
        """Shapes were learnt: read what has one now, from row ``low`` on."""
        shapes = self._rows.shapes
        asked = low + np.flatnonzero(shapes[low:] == NOT_ASKED)
        shapes[asked] = self._junctions.table(self._heads[asked], self._ends[asked])
        found = asked[(shapes[asked] >= 0) & self._dated[asked]]
        if len(found):
            self._read(found)

    def _read(self, rows: digits.Ints) -> None:
        shapes = self._rows.shapes[rows]
        numbered = rows[self._junctions.plain[shapes]]
        if len(numbered):
            texts = self._texts
            if len(numbered) < len(texts):
                texts = [texts[row] for row in numbered.tolist()]
            found = digits.numbers(texts)
            self._rows.values[numbered] = found.values()
            self._rows.decimals[numbered] = found.decimals
            self.fine[numbered] = found.read
        for row in rows[~self.fine[rows]].tolist():
            number = int(self._rows.shapes[row])
            value = self._read_values.read(self._junctions.shapes[number], number, self._texts[row])
            if value is not None:
                self._rows.values[row], self._rows.decimals[row] = value
                self.fine[row] = True

    def rows(self, low: int, high: int) -> Rows:
        """Rows that are fine."""
        return self._rows if high - low == len(self) else self._rows.part(low, high)

    def pair(self, row: int) -> tuple[int, int]:
        """Head and end of a record, by number."""
        return int(self._heads[row]), int(self._ends[row])

    def written(self, row: int) -> dict[str, str]:
        """Dates and value of a record as they are written, if it is of the usual form."""
        piece = self._pieces[row + 1].decode("utf-8", errors="replace")
        return {
            "creationDate": piece[:25],
            "startDate": piece[38:63],
            "endDate": piece[74:99],
            "value": self._texts[row].decode("utf-8", errors="replace"),
        }

    def not_asked(self, row: int) -> bool:
        """Whether nobody knows yet what head and end of this record are together."""
        return bool(self._rows.shapes[row] == NOT_ASKED)

    def begins(self) -> list[int]:
        """Where in the block each record begins; -1 where no boundary stands before it."""
        lengths = map(len, self._pieces)
        ends = [end + len(CREATED) * at for at, end in enumerate(accumulate(lengths))]
        found = [junction.rfind(BOUNDARY) for junction in self._after]
        return [
            -1 if at < 0 else end - len(junction) + at
            for at, end, junction in zip(found, ends, self._after[:-1], strict=False)
        ]
