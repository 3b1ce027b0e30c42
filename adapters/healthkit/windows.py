"""Bytes of a block, many at a time: each place that is asked about is a window onto it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

_WORD = 8
_FEW = 16
"""Places of one size for which asking one by one is quicker."""

_ZERO, _A = np.frombuffer(b"0a", np.uint8)


class Windows:
    """Reads a text at many places.

    Attributes:
        bytes: the text, byte by byte.
    """

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.bytes: Bytes = np.frombuffer(text, np.uint8)

    def at(self, places: Ints, width: int) -> Bytes:
        """``width`` bytes from each place on, a row a place; all must lie within the text."""
        count = max(0, len(self.text) - width + 1)
        whole = np.ndarray((count,), f"V{width}", self.text, 0, (1,))  # copied at once, not by byte
        return whole[places].view(np.uint8).reshape(len(places), width)

    def numbered(
        self,
        places: Ints,
        sizes: Ints,
        number: Callable[[bytes, int], int],
        pointer: Callable[[bytes], tuple[int, int]] | None = None,
    ) -> Ints:
        """The number of the bytes from each place on.

        Most are the same as others of the block, and are asked about together.

        Args:
            places: where they begin, in their order; all must lie within the text.
            sizes: how many bytes, at each.
            number: gives the number of some bytes that were met so many times.
            pointer: tells in which of some bytes any hexadecimal digits make the same number.

        Returns:
            a number each; 0 where there are no bytes.
        """
        numbers = np.zeros(len(places), np.int64)
        for size in (1 + np.flatnonzero(np.bincount(sizes, minlength=1)[1:])).tolist():
            rows = np.flatnonzero(sizes == size)
            first = int(np.searchsorted(places[rows], _WORD))  # no whole word lies before these
            alone, rows = rows[:first].tolist(), rows[first:]
            words = self._words(places[rows], size) if len(rows) >= _FEW else None
            while words is not None and len(rows) >= _FEW:
                text = self._text(places[rows[0]], size)
                free = pointer(text) if pointer is not None else (0, 0)
                alike = self._alike(words, places[rows], size, free)
                count = int(np.count_nonzero(alike))
                numbers[rows[alike]] = number(text, count)
                rows = rows[~alike]
                if count < _FEW or not len(rows):
                    break
                words = words[~alike]
            for row in (*alone, *rows.tolist()):
                numbers[row] = number(self._text(places[row], size), 1)
        return numbers

    def _words(self, places: Ints, size: int) -> npt.NDArray[np.uint64]:
        """All bytes from each place on, in whole words; the first may begin before it."""
        width = -(-size // _WORD) * _WORD
        return self.at(places - (width - size), width).view(np.uint64)

    def _alike(
        self, words: npt.NDArray[np.uint64], places: Ints, size: int, free: tuple[int, int]
    ) -> Marks:
        """Which are the same as the first, but for hexadecimal digits where any are free."""
        same = words == words[0]
        if not same.all():
            mask = _mask(size, free)
            part = np.flatnonzero(~mask)
            same[:, part] = (words[:, part] ^ words[0, part]) & mask[part] == 0
        alike: Marks = np.ones(len(words), np.bool_) if same.all() else same.all(axis=1)
        if free[1] > free[0]:
            digits = self.at(places + free[0], free[1] - free[0])
            hexadecimal = (digits - _ZERO < 10) | (digits - _A < 6)
            if not hexadecimal.all():
                alike &= hexadecimal.all(axis=1)
        return alike

    def _text(self, place: int, size: int) -> bytes:
        return self.text[int(place) : int(place) + size]


def _mask(size: int, free: tuple[int, int]) -> npt.NDArray[np.uint64]:
    """Which bits of `Windows._words` are compared."""
    before = -size % _WORD
    mask = bytearray(bytes(before) + b"\xff" * size)
    mask[before + free[0] : before + free[1]] = bytes(free[1] - free[0])
    return np.frombuffer(bytes(mask), np.uint64)
