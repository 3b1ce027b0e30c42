"""Bytes of a block, many at a time: each place that is asked about is a window onto it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

_WORD = 8
_FEW = 16
"""Places of one size for which asking one by one is quicker."""


_HEXADECIMAL = np.isin(np.arange(256), np.frombuffer(b"0123456789abcdef", np.uint8))


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
            places: where they begin; all must lie within the text.
            sizes: how many bytes, at each.
            number: gives the number of some bytes that were met so many times.
            pointer: tells in which of some bytes any hexadecimal digits make the same number.

        Returns:
            a number each; 0 where there are no bytes.
        """
        numbers = np.zeros(len(places), np.int64)
        for size in (1 + np.flatnonzero(np.bincount(sizes, minlength=1)[1:])).tolist():
            rows = np.flatnonzero(sizes == size)
            words = self._words(places[rows], size) if len(rows) >= _FEW else None
            while words is not None and len(rows) >= _FEW:
                text = self._text(places[rows[0]], size)
                free = pointer(text) if pointer is not None else (0, 0)
                other = words ^ words[0]
                if free[1] > free[0]:
                    other &= _mask(size, free)
                other = np.bitwise_or.reduce(other, axis=1) != 0
                if free[1] > free[0]:
                    digits = self.at(places[rows] + free[0], free[1] - free[0])
                    other |= ~_HEXADECIMAL[digits].all(axis=1)
                count = len(rows) - int(np.count_nonzero(other))
                numbers[rows[~other]] = number(text, count)
                rows, words = rows[other], words[other]
                if count < _FEW:
                    break
            for row in rows.tolist():
                numbers[row] = number(self._text(places[row], size), 1)
        return numbers

    def _text(self, place: int, size: int) -> bytes:
        return self.text[int(place) : int(place) + size]

    def _words(self, places: Ints, size: int) -> npt.NDArray[Any]:
        """All bytes from each place on, eight together if there are; the last may overlap."""
        if size < _WORD:
            return self.at(places, size)
        words = self.at(places, size // _WORD * _WORD).view(np.uint64)
        if size % _WORD == 0:
            return words
        last = self.at(places + (size - _WORD), _WORD).view(np.uint64)
        return np.concatenate([words, last], axis=1)


def _mask(size: int, free: tuple[int, int]) -> npt.NDArray[Any]:
    """Which bits of `Windows._words` are compared."""
    mask = bytearray(b"\xff" * size)
    mask[free[0] : free[1]] = bytes(free[1] - free[0])
    if size < _WORD:
        return np.frombuffer(bytes(mask), np.uint8)
    whole = size // _WORD * _WORD
    words = mask[:whole] + (mask[-_WORD:] if whole < size else b"")
    return np.frombuffer(bytes(words), np.uint64)
