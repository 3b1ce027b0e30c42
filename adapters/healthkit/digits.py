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
Words = npt.NDArray[np.uint64]

_PLUS, _MINUS = ord("+"), ord("-")

_FIRST_YEAR, _YEARS = 1900, 300
_DAY_MS = 86_400_000

WIDEST = 17
"""Bytes of the longest number that is read here."""

_MOST_DIGITS = 15
_POINT, _ZERO = ord("."), ord("0")
_TENS = 10 ** np.arange(_MOST_DIGITS + 1, dtype=np.int64)


def _months() -> tuple[Ints, Ints]:
    """Days since 1970 on which each month begins, less one; and how many days it has."""
    firsts = np.arange(f"{_FIRST_YEAR}-01", f"{_FIRST_YEAR + _YEARS}-02", dtype="datetime64[M]")
    days = firsts.astype("datetime64[D]").astype(np.int64)
    return days[:-1] - 1, np.diff(days)


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
    places = (_CREATED, _START, _END)
    day, hour, zone = (
        np.concatenate([_word(rows, place + within) for place in places]) for within in (0, 8, 17)
    )
    at, fine = _instants(day, hour, zone, np.array(sorted(offsets), np.int64))
    created, starts, ends = at.reshape(3, -1)
    read &= fine.reshape(3, -1).all(axis=0)
    read &= ends >= starts
    return Dates(created, starts, ends, read)


def written_dates(before_value: str) -> dict[str, str]:
    """The three dates as they are written in the `WIDTH` characters before a value."""
    places = {"creationDate": _CREATED, "startDate": _START, "endDate": _END}
    return {name: before_value[place : place + 25] for name, place in places.items()}


def _word(rows: Bytes, place: int) -> Words:
    word: Words = rows[:, place : place + 8].view(np.uint64)[:, 0]
    return word


def _instants(day: Words, hour: Words, zone: Words, offsets: Ints) -> tuple[Ints, Marks]:
    """When dates are, in ms UTC: each in three words of eight bytes; and which are dates.

    What stands between the digits must have been looked at before.

    Args:
        day: ``YYYY-MM-``.
        hour: ``DD HH:MM``.
        zone: ``SS +HHMM``.
        offsets: minutes; those of other offsets are not read.
    """
    sign = _byte(zone, 3)
    parts, odd = [], np.zeros(len(day), np.uint64)
    unsigned = zone & _repeated(b"\xff\xff\xff\x00\xff\xff\xff\xff")
    for word, layout in ((day, b"0000-00-"), (hour, b"00 00:00"), (unsigned, b"00 \x000000")):
        digits = word ^ _repeated(layout)
        odd |= digits | (digits + _repeated(b"\x76" * 8))  # above 9 sets the highest bit
        parts.append(digits * np.uint64(10) + (digits >> np.uint64(8)))
    fine = odd & _repeated(b"\x80" * 8) == 0
    century, year, month = (_byte(parts[0], at) for at in (0, 2, 5))
    day_of_month, hours, minutes = (_byte(parts[1], at) for at in (0, 3, 6))
    seconds, offset_hours, past = (_byte(parts[2], at) for at in (0, 4, 6))
    offset = offset_hours * 60 + past
    offset[sign == _MINUS] *= -1
    months = (century * 100 + year - _FIRST_YEAR) * 12 + month - 1
    fine &= (months >= 0) & (months < 12 * _YEARS) & (month >= 1) & (month <= 12)
    months[~fine] = 0
    fine &= (day_of_month >= 1) & (day_of_month <= _DAYS[months])
    fine &= (hours < 24) & (minutes < 60) & (seconds < 60) & (past < 60)
    fine &= (sign == _PLUS) | (sign == _MINUS)
    fine &= np.isin(offset, offsets) if len(offsets) != 1 else offset == offsets[0]
    since = ((hours * 60 + minutes - offset) * 60 + seconds) * 1000
    return (_BEFORE_MONTH[months] + day_of_month) * _DAY_MS + since, fine


def _repeated(layout: bytes) -> np.uint64:
    return np.uint64(int.from_bytes(layout, "little"))


def _byte(words: Words, at: int) -> Ints:
    """One byte of each word, counted from the first of the text."""
    return (words >> np.uint64(8 * at) & np.uint64(255)).astype(np.int64)


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


def numbers(rows: Bytes, sizes: Ints) -> Numbers:
    """Read numbers as `Conversion.stored` does where nothing is converted.

    Of at most 15 digits every float is the nearest to its text and prints back to it, so no digit
    is lost (IEEE 754 binary64).

    Args:
        rows: at most 17 bytes that end with each number.
        sizes: of how many bytes it is.
    """
    columns = np.ascontiguousarray(rows.T)
    width = len(columns)
    inside = np.arange(width)[:, None] >= width - sizes
    digits = columns - _ZERO
    is_digit = (digits <= 9) & inside
    is_point = (columns == _POINT) & inside
    mantissas, decimals = np.zeros((2, len(rows)), np.int64)
    points, count, behind = np.zeros(len(rows), np.uint8), mantissas.copy(), mantissas > 0
    for digit, counts, point in zip(digits, is_digit, is_point, strict=True):
        behind |= point
        points += point
        count += counts
        decimals += counts & behind
        mantissas = np.where(counts, mantissas * 10 + digit, mantissas)
    read = (count + points == sizes) & (points <= 1) & (sizes <= width)
    read &= (count <= _MOST_DIGITS) & (count > decimals) & ((decimals > 0) | (points == 0))
    return Numbers(mantissas, np.where(read, decimals, 0), read)
