"""Dates and numbers by the thousand, in numpy: the same as `times` and `units` read one by one.

What is not of the plainest form is told apart, to be read one by one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from adapters.healthkit.windows import Bytes, Ints, Marks

_DATE = "9999-99-99 99:99:99 +9999"
_LAYOUT = f' creationDate="{_DATE}" startDate="{_DATE}" endDate="{_DATE}" value="'.encode()
BEFORE_VALUE = len(_LAYOUT)
"""Bytes from behind the head on to the value, in a record of the usual form."""

WIDTH = -(-BEFORE_VALUE // 8) * 8
"""The same in whole words: bytes to read before a value."""

_CREATED, _START, _END = (WIDTH - BEFORE_VALUE + place for place in (15, 53, 89))
_FIXED = _LAYOUT.translate(bytes.maketrans(b"9+", b"\0\0")).rjust(WIDTH, b"\0")
_EXPECTED = np.frombuffer(_FIXED, np.uint64)
_MASK = np.frombuffer(bytes(255 * (byte > 0) for byte in _FIXED), np.uint64)
_PLUS, _MINUS = ord("+"), ord("-")

_UNREAD = -(10**6)
_FIRST_YEAR, _YEARS = 1900, 300
_DAY_MS = 86_400_000

WIDEST = 17
"""Bytes of the longest number that is read here."""

_MOST_DIGITS = 15
_POINT, _ZERO = ord("."), ord("0")
_TENS = 10 ** np.arange(_MOST_DIGITS + 1, dtype=np.int64)


def _two_digits() -> npt.NDArray[np.int32]:
    """The number of each two bytes read as one little-endian word; `_UNREAD` where it is none."""
    table = np.full(65_536, _UNREAD, np.int32)
    for number in range(100):
        table[int.from_bytes(b"%02d" % number, "little")] = number
    return table


def _months() -> tuple[Ints, npt.NDArray[np.int32]]:
    """Days since 1970 on which each month begins, less one; and how many days it has."""
    firsts = np.arange(f"{_FIRST_YEAR}-01", f"{_FIRST_YEAR + _YEARS}-02", dtype="datetime64[M]")
    days = firsts.astype("datetime64[D]").astype(np.int64)
    return days[:-1] - 1, np.diff(days).astype(np.int32)


_TWO_DIGITS = _two_digits()
_BEFORE_MONTH, _DAYS = _months()


@dataclass(frozen=True, slots=True)
class Dates:
    """Milliseconds UTC, and which rows were read."""

    created: Ints
    starts: Ints
    ends: Ints
    read: Marks


def dates(rows: Bytes, offsets: Collection[int]) -> Dates:
    """Read the three dates of each row.

    Args:
        rows: the `WIDTH` bytes before the value of each.
        offsets: minutes; rows with other offsets are not read.
    """
    words = rows.view(np.uint64)
    read = np.bitwise_or.reduce((words & _MASK) ^ _EXPECTED, axis=1) == 0
    known = np.array(sorted(offsets), np.int32)
    found = [_date(rows[:, place : place + 25], known) for place in (_CREATED, _START, _END)]
    for _, fine in found:
        read &= fine
    created, starts, ends = (at for at, _ in found)
    read &= ends >= starts
    return Dates(created, starts, ends, read)


def written_dates(before_value: str) -> dict[str, str]:
    """The three dates as they are written in the `WIDTH` characters before a value."""
    places = {"creationDate": _CREATED, "startDate": _START, "endDate": _END}
    return {name: before_value[place : place + 25] for name, place in places.items()}


def _date(rows: Bytes, offsets: npt.NDArray[np.int32]) -> tuple[Ints, Marks]:
    def two(place: int) -> npt.NDArray[np.int32]:
        return _TWO_DIGITS[rows[:, place : place + 2].view(np.uint16)[:, 0]]

    century, year, month, day = two(0), two(2), two(5), two(8)
    hour, minute, second, past = two(11), two(14), two(17), two(23)
    sign = rows[:, 20]
    offset = two(21) * 60 + past
    offset[sign == _MINUS] *= -1
    months = (century * 100 + year - _FIRST_YEAR) * 12 + month - 1
    # Whatever is no digit makes its sum negative, or far too large.
    fine = (months >= 0) & (months < 12 * _YEARS) & (month >= 1) & (month <= 12) & (year >= 0)
    months[~fine] = 0
    fine &= (day >= 1) & (day <= _DAYS[months])
    fine &= (hour >= 0) & (hour < 24) & (minute >= 0) & (minute < 60)
    fine &= (second >= 0) & (second < 60) & (past < 60) & ((sign == _PLUS) | (sign == _MINUS))
    fine &= np.isin(offset, offsets) if len(offsets) != 1 else offset == offsets[0]
    seconds = (hour * 60 + minute - offset) * 60 + second
    return (_BEFORE_MONTH[months] + day) * _DAY_MS + seconds * np.int64(1000), fine


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers as the store keeps them, and which were read.

    Attributes:
        mantissas: the digits without the point.
        decimals: how many of them stand behind it.
        read: which are digits with at most one point between them, and are kept exactly.
    """

    mantissas: Ints
    decimals: Ints
    read: Marks


def values(mantissas: Ints, decimals: Ints) -> list[Any]:
    """Numbers that were read: a whole one as an int, any other as a float."""
    tens = _TENS[np.minimum(decimals, _MOST_DIGITS)]
    whole = mantissas // tens
    integral = whole * tens == mantissas
    if integral.all():
        found: list[Any] = whole.tolist()
        return found
    made: list[Any] = (mantissas / tens).tolist()
    if integral.any():
        for at in np.flatnonzero(integral).tolist():
            made[at] = int(made[at])
    return made


def _weights() -> Ints:
    """What each digit is worth, of a number whose point has so many digits behind it."""
    worth = np.zeros((WIDEST + 1, WIDEST), np.int64)
    for decimals in range(WIDEST + 1):
        for place in range(WIDEST):
            behind = WIDEST - 1 - place
            if behind != decimals:
                power = behind - (behind > decimals)
                worth[decimals, place] = 10**power if power < _MOST_DIGITS else 0
    return worth


_WEIGHTS = _weights()
"""The last row is that of a number without a point."""


def numbers(rows: Bytes, sizes: Ints) -> Numbers:
    """Read numbers as `Conversion.stored` does where nothing is converted.

    Of at most 15 digits every float is the nearest to its text and prints back to it, so no digit
    is lost (IEEE 754 binary64).

    Args:
        rows: at most 17 bytes that end with each number.
        sizes: of how many bytes it is.
    """
    width = rows.shape[1]
    inside = np.arange(width) >= width - sizes[:, None]
    digits = rows - _ZERO
    is_digit = (digits <= 9) & inside
    is_point = (rows == _POINT) & inside
    points = np.count_nonzero(is_point, axis=1)
    place = width - 1 - np.argmax(is_point, axis=1)
    place[points == 0] = WIDEST
    decimals = np.where(points == 0, 0, place)
    count = sizes - points
    read = (np.count_nonzero(is_digit, axis=1) == count) & (points <= 1) & (sizes <= width)
    read &= (count <= _MOST_DIGITS) & (count > decimals) & ((decimals > 0) | (points == 0))
    mantissas = (np.where(is_digit, digits, 0) * _WEIGHTS[place, -width:]).sum(axis=1)
    return Numbers(mantissas, np.where(read, decimals, 0), read)
