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


@st.composite
def close_ones(draw: st.DrawFn) -> list[bytes]:
    """Many pieces of one size that differ in a byte or none, with pointers of any digits."""
    pointed = st.text("0123456789abcdefABFg:/`@", min_size=1, max_size=12).map(str.encode)
    base = draw(
        st.binary(min_size=1, max_size=40) | pointed.map(lambda digits: b"0x%b, W" % digits)
    )
    changed = [base]
    for at in draw(st.lists(st.integers(0, len(base) - 1), max_size=4)):
        byte = draw(
            st.sampled_from([0, 0x2F, 0x30, 0x39, 0x3A, 0x60, 0x61, 0x66, 0x67, 0xB0, 0xFF])
        )
        changed.append(base[:at] + bytes([byte]) + base[at + 1 :])
    return draw(st.lists(st.sampled_from(changed), min_size=16, max_size=60))


@given(close_ones(), st.lists(st.binary(max_size=9), min_size=60, max_size=60))
def test_what_stands_around_a_piece_changes_nothing(
    pieces: list[bytes], between: list[bytes]
) -> None:
    text, places = b"", []
    for piece, other in zip(pieces, between, strict=False):
        text += other
        places.append(len(text))
        text += piece
    sizes = np.array([len(piece) for piece in pieces], np.int64)
    number = Numbers()
    found = Windows(text).numbered(np.array(places, np.int64), sizes, number, pointer)
    assert found.tolist() == [number(piece, 1) for piece in pieces]
