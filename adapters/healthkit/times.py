"""HealthKit's dates, as UTC milliseconds.

An export prints every date with one offset, that of the moment of export, winter and summer
alike; so the offset says nothing of a reading and goes to the local store once.

Source: observed in public exports of 2019, 2023 and 2026 (versions 8 to 14 of the format).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

from adapters.errors import ReadingRefused
from adapters.reading import Instant

_DATE = re.compile(
    r"(\d{4}-\d\d-\d\d) ([01]\d|2[0-3]):([0-5]\d):([0-5]\d) ([+-])(0\d|1[0-4])([0-5]\d)",
    re.ASCII,
)
_EPOCH = date(1970, 1, 1).toordinal()
_MOST_DAYS = 4_096

UNREADABLE = "a date cannot be read"


class Calendar:
    """Reads dates, and remembers in which offsets they were printed."""

    def __init__(self) -> None:
        self._days: dict[str, int] = {}
        self._offsets: dict[int, Instant] = {}
        self._new: list[tuple[Instant, int]] = []

    def instant(self, text: str) -> Instant:
        """The instant of ``2026-01-15 22:56:09 +0100``.

        Raises:
            ReadingRefused: this is no such date.
        """
        found = _DATE.fullmatch(text)
        if found is None:
            raise ReadingRefused(UNREADABLE)
        day, hour, minute, second, sign, hours, minutes = found.groups()
        offset = int(hours) * 60 + int(minutes)
        if sign == "-":
            offset = -offset
        local = self._day(day) + (int(hour) * 60 + int(minute)) * 60 + int(second)
        at = (local - offset * 60) * 1000
        if offset not in self._offsets:
            self._offsets[offset] = at
            self._new.append((at, offset))
        return at

    @property
    def offsets(self) -> Collection[int]:
        """In minutes, all that were met."""
        return self._offsets.keys()

    def new_offsets(self) -> list[tuple[Instant, int]]:
        """Each offset that was met for the first time since the last call, and where."""
        new, self._new = self._new, []
        return new

    def _day(self, text: str) -> int:
        seconds = self._days.get(text)
        if seconds is None:
            try:
                seconds = (date.fromisoformat(text).toordinal() - _EPOCH) * 86_400
            except ValueError as impossible:
                raise ReadingRefused(UNREADABLE) from impossible
            if len(self._days) >= _MOST_DAYS:
                self._days.clear()
            self._days[text] = seconds
        return seconds
