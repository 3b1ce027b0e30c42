"""One block of the main file taken apart: heads, dates, values and ends of its records."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from adapters.errors import ReadingRefused
from adapters.healthkit import digits
from adapters.healthkit.junctions import BOUNDARY, NOT_ASKED, Junctions
from adapters.healthkit.records import Shape
from adapters.healthkit.rows import Rows
from adapters.healthkit.windows import Ints, Marks, Windows
from adapters.reading import Value

_MOST_VALUES = 20_000
_LONGEST = 200
_USUAL = 24
"""Bytes before the end of a value among which most begin."""

_RECORD = int.from_bytes(BOUNDARY[1:9], "little")
_NEWLINE, _QUOTE, _SLASH, _GREATER, _SPACE = b'\n"/> '


class Values:
    """Reads the values of many records; remembers those that are not plain numbers."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, bytes], tuple[Value, int] | None] = {}

    def forget(self) -> None:
        """Shapes are numbered anew."""
        self._known.clear()

    def read(self, shape: Shape, number: int, text: bytes) -> tuple[Value, int] | None:
        """The value and its decimals, or None where `Shape.stored` refuses it."""
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
    """The records of one block, which begins where one begins and ends before the next.

    Attributes:
        fine: which are of the usual form, every byte of them accounted for.
        begins: where each begins, and the end of the block.
    """

    def __init__(
        self, text: bytes, junctions: Junctions, values: Values, offsets: Collection[int]
    ) -> None:
        self._windows = Windows(text)
        self._junctions = junctions
        self._read_values = values
        self._find()
        self._parse(offsets)

    def __len__(self) -> int:
        return len(self.begins) - 1

    def _find(self) -> None:
        """Where each record begins, and where its first tag ends."""
        windows, size = self._windows, len(self._windows.text)
        lines = np.append(np.flatnonzero(windows.bytes == _NEWLINE), size)
        long = np.flatnonzero(np.diff(lines) > len(BOUNDARY))
        record = windows.at(lines[long] + 1, 8).view(np.uint64)[:, 0] == _RECORD
        long = long[record & (windows.bytes[lines[long] + 9] == _SPACE)]
        self.begins: Ints = np.append(lines[long], size)
        self._tag_ends: Ints = lines[long + 1]

    def _parse(self, offsets: Collection[int]) -> None:
        windows, begins, tag_ends = self._windows, self.begins[:-1], self._tag_ends
        heads_at, ends_at = begins + len(BOUNDARY), tag_ends - 1
        ends_at = ends_at - (windows.bytes[tag_ends - 2] == _SLASH)
        sizes = self._sizes_of_values(ends_at - 1)
        heads_end = ends_at - 1 - sizes - digits.BEFORE_VALUE
        usual = (sizes >= 0) & (heads_end > heads_at) & (ends_at - 1 - sizes >= digits.WIDTH)
        usual &= windows.bytes[tag_ends - 1] == _GREATER
        usual &= windows.bytes[ends_at - 1] == _QUOTE
        self._ends_at = ends_at
        self._values_end = np.where(usual, ends_at - 1, digits.WIDTH)
        self._sizes = np.where(usual, sizes, 0)
        self._heads = windows.numbered(
            heads_at,
            np.where(usual, heads_end - heads_at, 0),
            self._junctions.head,
            self._junctions.pointer,
        )
        self._ends = windows.numbered(
            ends_at, np.where(self._heads > 0, self.begins[1:] - ends_at, 0), self._junctions.end
        )
        before = windows.at(self._values_end - self._sizes - digits.WIDTH, digits.WIDTH)
        dates = digits.dates(before, offsets)
        self._dated = dates.read & usual
        width = int(min(self._sizes.max(initial=1), digits.WIDEST))
        self._numbers = digits.numbers(windows.at(self._values_end - width, width), self._sizes)
        self._rows = Rows(
            self._junctions.shapes,
            np.full(len(self), NOT_ASKED, np.int32),
            dates.starts,
            dates.ends - dates.starts,
            dates.created,
            self._numbers.mantissas,
            self._numbers.decimals,
            {},
            {},
        )
        self.fine: Marks = np.zeros(len(self), np.bool_)
        self.look_again(0)

    def _sizes_of_values(self, closes: Ints) -> Ints:
        """How long the value before each closing quote is; -1 where it is too long."""
        sizes = np.full(len(closes), -1, np.int64)
        rows = np.arange(len(closes))
        for width in (_USUAL, _LONGEST):
            rows = rows[closes[rows] >= width]
            quotes = self._windows.at(closes[rows] - width, width)[:, ::-1] == _QUOTE
            size = np.argmax(quotes, axis=1)
            found = quotes[np.arange(len(rows)), size]
            sizes[rows[found]] = size[found]
            rows = rows[~found]
        return sizes

    def look_again(self, low: int) -> None:
        """Shapes were learnt: read what has one now, from row ``low`` on."""
        shapes = self._rows.shapes
        asked = low + np.flatnonzero(shapes[low:] == NOT_ASKED)
        shapes[asked] = self._junctions.table(self._heads[asked], self._ends[asked])
        found = asked[(shapes[asked] >= 0) & self._dated[asked]]
        plain = self._junctions.plain[shapes[found]] & self._numbers.read[found]
        self.fine[found] = plain
        for row in found[self._junctions.beats[shapes[found]]].tolist():
            begin, end = int(self._ends_at[row]), int(self.begins[row + 1])
            self._rows.beats[row] = self._windows.text[begin:end]
        for row in found[~plain].tolist():
            self._read_one(row)

    def _read_one(self, row: int) -> None:
        number = int(self._rows.shapes[row])
        shape = self._junctions.shapes[number]
        found = self._read_values.read(shape, number, self._value(row))
        if found is not None:
            self._rows.read_alone[row], self._rows.decimals[row] = found
            self.fine[row] = True

    def rows(self, low: int, high: int) -> Rows:
        """Rows that are fine."""
        return self._rows if high - low == len(self) else self._rows.part(low, high)

    def pair(self, row: int) -> tuple[int, int]:
        """Head and end of a record, by number."""
        return int(self._heads[row]), int(self._ends[row])

    def written(self, row: int) -> dict[str, str]:
        """Dates and value of a record as they are written, if it is of the usual form."""
        end = int(self._values_end[row])
        dates = self._windows.text[end - int(self._sizes[row]) - digits.WIDTH : end].decode(
            "utf-8", errors="replace"
        )
        return digits.written_dates(dates) | {
            "value": self._value(row).decode("utf-8", errors="replace")
        }

    def not_asked(self, row: int) -> bool:
        """Whether nobody knows yet what head and end of this record are together."""
        return bool(self._rows.shapes[row] == NOT_ASKED)

    def _value(self, row: int) -> bytes:
        end = int(self._values_end[row])
        return self._windows.text[end - int(self._sizes[row]) : end]
