"""Dates and numbers by the thousand, in numpy: the same as `times` and `units` read one by one.

What is not of the plainest form is told apart, to be read one by one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]

_DATE = "9999-99-99 99:99:99 +9999"
_LAYOUT = f'{_DATE}" startDate="{_DATE}" endDate="{_DATE}" value="'.encode()
WIDTH = len(_LAYOUT)
"""Bytes from the creation date on to the value, in a record of the usual form."""

_CREATED, _START, _END = 0, 38, 74
_LOW = np.frombuffer(_LAYOUT.replace(b"9", b"0"), np.uint8)
_SPAN = np.frombuffer(_LAYOUT, np.uint8) - _LOW
_SIGNS = [place + 20 for place in (_CREATED, _START, _END)]
_PLUS, _MINUS = ord("+"), ord("-")
_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] + [0] * 87)

_WIDEST = 17
_MOST_DIGITS = 15
_POINT, _ZERO = ord("."), ord("0")
_TENS = 10 ** np.arange(_MOST_DIGITS + 1, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Dates:
    """Milliseconds UTC, and which rows were read."""

    created: Ints
    starts: Ints
    ends: Ints
    read: Marks


def dates(columns: bytes, offsets: Collection[int]) -> Dates:
    """Read the three dates of each row.

    Args:
        columns: `WIDTH` bytes a row, one after the other.
        offsets: minutes; rows with other offsets are not read.
    """
    rows = np.frombuffer(columns, np.uint8).reshape(-1, WIDTH)
    beyond = (rows - _LOW) > _SPAN
    beyond[:, _SIGNS] = False
    read = ~beyond.any(axis=1)
    known = np.array(sorted(offsets), np.int32)
    found = [_date(rows[:, place : place + 25], known) for place in (_CREATED, _START, _END)]
    for _, fine in found:
        read &= fine
    created, starts, ends = (at for at, _ in found)
    read &= ends >= starts
    return Dates(created, starts, ends, read)


def _date(rows: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int32]) -> tuple[Ints, Marks]:
    digits = (rows - _ZERO).astype(np.int32)

    def two(place: int) -> npt.NDArray[np.int32]:
        return digits[:, place] * 10 + digits[:, place + 1]

    year, month, day = two(0) * 100 + two(2), two(5), two(8)
    hour, minute, second = two(11), two(14), two(17)
    sign = rows[:, 20]
    offset = two(21) * 60 + two(23)
    offset[sign == _MINUS] *= -1
    early = month < 3
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    fine = (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1)
    fine &= day <= _DAYS[np.clip(month, 0, 99)] + (leap & (month == 2))
    fine &= (hour < 24) & (minute < 60) & (second < 60) & (two(23) < 60)
    fine &= (sign == _PLUS) | (sign == _MINUS)
    fine &= np.isin(offset, offsets) if len(offsets) != 1 else offset == offsets[0]
    # Days since 1970-01-01 of the proleptic Gregorian calendar; years begin in March.
    years, months = year - early, month + 12 * early - 3
    days = 365 * years + years // 4 - years // 100 + years // 400 + (153 * months + 2) // 5 + day
    minutes = (hour * 60 + minute - offset).astype(np.int64)
    seconds = (days.astype(np.int64) - 719_469) * 86_400 + minutes * 60 + second
    return seconds * 1000, fine


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

    def values(self) -> list[Any]:
        """A whole number as an int, any other as a float; what was not read is anything."""
        tens = _TENS[np.minimum(self.decimals, _MOST_DIGITS)]
        whole = self.mantissas // tens
        integral = whole * tens == self.mantissas
        if integral.all():
            found: list[Any] = whole.tolist()
            return found
        values: list[Any] = (self.mantissas / tens).tolist()
        if integral.any():
            for at in np.flatnonzero(integral).tolist():
                values[at] = int(whole[at])
        return values


def numbers(texts: Sequence[bytes]) -> Numbers:
    """Read numbers as `Conversion.stored` does where nothing is converted.

    Of at most 15 digits every float is the nearest to its text and prints back to it, so no digit
    is lost (IEEE 754 binary64).
    """
    sizes = np.fromiter(map(len, texts), np.int64, len(texts))
    widest = min(int(sizes.max(initial=1)), _WIDEST) or 1
    rows = np.array(texts, dtype=f"S{widest}").view(np.uint8).reshape(-1, widest)
    mantissas = np.zeros(len(rows), np.int64)
    decimals = np.zeros(len(rows), np.int64)
    behind = np.zeros(len(rows), np.bool_)
    read = (sizes > 0) & (sizes <= _WIDEST)
    for place in range(widest):
        column = rows[:, place]
        inside = sizes > place
        digit = column - _ZERO
        is_digit = (digit <= 9) & inside
        is_point = (column == _POINT) & inside
        read &= is_digit | is_point | ~inside
        read &= ~(is_point & behind)
        mantissas = np.where(is_digit, mantissas * 10 + digit, mantissas)
        decimals += is_digit & behind
        behind |= is_point
    digits = sizes - behind
    before = digits - decimals
    read &= (digits <= _MOST_DIGITS) & (before > 0) & ((decimals > 0) == behind)
    return Numbers(mantissas, decimals, read)
