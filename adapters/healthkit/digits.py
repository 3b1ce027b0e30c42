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
_ONE = np.uint8(1)
"""Taken from nothing it leaves the highest byte, which no bound lets pass."""

_FIRST_YEAR, _YEARS = 1900, 300
_DAY = 86_400

WIDEST = 17
"""Bytes of the longest number that is read here."""

_MOST_DIGITS = 15
_POINT, _ZERO = ord("."), ord("0")
_TENS = 10 ** np.arange(_MOST_DIGITS + 1, dtype=np.int64)


def _months() -> tuple[Ints, Bytes]:
    """Days since 1970 on which each month begins, less one; and how many days it has."""
    firsts = np.arange(f"{_FIRST_YEAR}-01", f"{_FIRST_YEAR + _YEARS}-02", dtype="datetime64[M]")
    days = firsts.astype("datetime64[D]").astype(np.int64)
    return days[:-1] - 1, np.diff(days).astype(np.uint8)


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
    usual = words & _MASK == _EXPECTED
    read = np.ones(len(rows), np.bool_) if usual.all() else usual.all(axis=1)
    places = (_CREATED, _START, _END)
    day, hour, zone = (
        np.concatenate([_word(rows, place + within) for place in places]) for within in (0, 8, 17)
    )
    at, fine = _instants(day, hour, zone, offsets)
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


def _instants(day: Words, hour: Words, zone: Words, offsets: Collection[int]) -> tuple[Ints, Marks]:
    """When dates are, in ms UTC: each in three words of eight bytes; and which are dates.

    What stands between the digits must have been looked at before.

    Args:
        day: ``YYYY-MM-``.
        hour: ``DD HH:MM``.
        zone: ``SS +HHMM``.
        offsets: minutes; those of other offsets are not read.
    """
    odd = np.zeros(len(day), np.uint64)
    days, hours, zones = (
        _pairs(word, layout, odd)
        for word, layout in (
            (day, b"0000-00-"),
            (hour, b"00 00:00"),
            (zone & _repeated(b"\xff\xff\xff\x00\xff\xff\xff\xff"), b"00 \x000000"),
        )
    )
    fine: Marks = odd & _repeated(b"\x80" * 8) == 0
    month, day_of_month, seconds = days[:, 5], hours[:, 0], zones[:, 0]
    months = (days[:, 0].astype(np.int32) * 100 + days[:, 2] - _FIRST_YEAR) * 12 + month - 1
    fine &= (months >= 0) & (months < 12 * _YEARS) & (month - _ONE < 12)
    months[~fine] = 0
    fine &= day_of_month - _ONE < _DAYS[months]
    fine &= (hours[:, 3] < 24) & (hours[:, 6] < 60) & (seconds < 60)
    offset, of_these = _offsets(zone, zones, offsets)
    fine &= of_these
    since = (hours[:, 3].astype(np.int32) * 60 + hours[:, 6] - offset) * 60 + seconds
    at = _BEFORE_MONTH[months]
    at += day_of_month
    at *= _DAY
    at += since
    at *= 1000
    return at, fine


def _pairs(words: Words, layout: bytes, odd: Words) -> Bytes:
    """The number that each two neighbouring digits make, at the place of the first.

    ``odd`` gets the highest bit of what is no digit where ``layout`` has one.
    """
    digits = words ^ _repeated(layout)
    odd |= digits | (digits + _repeated(b"\x76" * 8))  # above 9 sets the highest bit
    pairs = digits * np.uint64(10) + (digits >> np.uint64(8))
    return pairs.view(np.uint8).reshape(-1, 8)


def _offsets(
    zone: Words, zones: Bytes, offsets: Collection[int]
) -> tuple[npt.NDArray[np.int32], Marks]:
    """The offset of each date in minutes, and whether it is one of these; once if all are alike."""
    without_seconds = zone & _repeated(b"\0\0\xff\xff\xff\xff\xff\xff")
    if (without_seconds == without_seconds[:1]).all():
        zone, zones = zone[:1], zones[:1]
    sign, past = zone.view(np.uint8).reshape(-1, 8)[:, 3], zones[:, 6]
    offset = zones[:, 4].astype(np.int32) * 60 + past
    offset[sign == _MINUS] *= -1
    of_these = (past < 60) & ((sign == _PLUS) | (sign == _MINUS))
    return offset, of_these & np.isin(offset, np.array(sorted(offsets), np.int32))


def _repeated(layout: bytes) -> np.uint64:
    return np.uint64(int.from_bytes(layout, "little"))


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
