"""Pieces of a text that are asked about together get the numbers that each would get alone."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from adapters.healthkit.windows import Windows

POINTER = re.compile(rb"0x([0-9a-f]+),")
PIECES = st.lists(
    st.one_of(
        st.sampled_from([b"", b"a", b"abc", b"abcdefgh", b"abcdefghi" * 5, b"b" * 45, b"0x7g,"]),
        st.integers(0, 2**36).map(lambda number: b"device 0x%09x, Watch" % number),
        st.binary(max_size=20),
    ),
    max_size=150,
)


def pointer(piece: bytes) -> tuple[int, int]:
    found = POINTER.search(piece)
    return found.span(1) if found is not None else (0, 0)


class Numbers:
    """Numbers pieces that differ in a pointer alone as one, from 1 on."""

    def __init__(self) -> None:
        self.of: dict[bytes, int] = {}
        self.asked = 0

    def __call__(self, piece: bytes, times: int) -> int:
        self.asked += 1
        return self.of.setdefault(POINTER.sub(b"0x0,", piece, count=1), len(self.of) + 1)


@given(PIECES)
def test_each_piece_has_the_number_of_its_equals(pieces: list[bytes]) -> None:
    sizes = np.array([len(piece) for piece in pieces], np.int64)
    places = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)[: len(pieces)]
    number = Numbers()
    found = Windows(b"".join(pieces)).numbered(places, sizes, number, pointer)
    alone = [number(piece, 1) if piece else 0 for piece in pieces]
    assert found.tolist() == alone


def test_a_thousand_of_one_sort_are_asked_about_once() -> None:
    pieces = [b"device 0x%09x, Watch" % number for number in range(1000)]
    size = len(pieces[0])
    number = Numbers()
    before = b"a word before them"
    found = Windows(before + b"".join(pieces)).numbered(
        len(before) + np.arange(1000) * size, np.full(1000, size), number, pointer
    )
    assert (set(found.tolist()), number.asked) == ({1}, 1)


def test_what_is_no_hexadecimal_number_is_no_pointer() -> None:
    pieces = [b"device 0x00000000%c, Watch" % digit for digit in b"0123456789abcdeg" * 2]
    size = len(pieces[0])
    found = Windows(b"".join(pieces)).numbered(
        np.arange(len(pieces)) * size, np.full(len(pieces), size), Numbers(), pointer
    )
    assert found.tolist() == ([1] * 15 + [2]) * 2
