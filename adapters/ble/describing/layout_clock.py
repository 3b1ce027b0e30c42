"""The time that a device writes into its packets, in the usual ways of writing one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.describing.layout_when import When, all_hold
from adapters.ble.formats.fields import Reader, Writer
from adapters.reading import Absence

TimeType = Literal[
    "date-time",
    "date-time-6",
    "date-time-5",
    "seconds-since-1970",
    "seconds-since-2000",
    "seconds-since-2010",
]

WIDTHS: Final[Mapping[TimeType, int]] = {
    "date-time": 7,
    "date-time-6": 6,
    "date-time-5": 5,
    "seconds-since-1970": 4,
    "seconds-since-2000": 4,
    "seconds-since-2010": 4,
}
"""Bytes of each."""

_EPOCHS: Final = {
    "seconds-since-1970": datetime(1970, 1, 1, tzinfo=UTC),
    "seconds-since-2000": datetime(2000, 1, 1),  # noqa: DTZ001  # counted in the device's own time
    "seconds-since-2010": datetime(2010, 1, 1, tzinfo=UTC),
}
_SECOND: Final = timedelta(seconds=1)
_CENTURY: Final = 2000
_UNKNOWN: Final = (0, 0xFFFFFFFF)
"""Counts of seconds that stand for a time that is not known."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The time that a device tells: naive for its time of day, aware for UTC; None for unknown."""

    told: datetime | None


@dataclass(frozen=True, slots=True)
class Clock:
    """The time at which the device says that it measured.

    Attributes:
        name: what it is called, for whoever writes packets.
        type: how it is written: a calendar's parts (``date-time`` is the standard's seven bytes;
            with six the year is one byte, counted from 2000; with five the seconds are left out),
            or a count of seconds.
        when: when it is there at all.
    """

    name: str
    type: TimeType
    when: tuple[When, ...] = ()

    @property
    def is_local(self) -> bool:
        """Whether it is the time of day where the device is; otherwise UTC."""
        epoch = _EPOCHS.get(self.type)
        return epoch is None or epoch.tzinfo is None

    @property
    def width(self) -> int:
        """Its bytes."""
        return WIDTHS[self.type]

    def is_there(self, whole: Mapping[str, int]) -> bool:
        """Whether it is in this packet, by the whole numbers that were read before."""
        return all_hold(self.when, whole)

    def take(self, fields: Reader) -> Moment:
        """Read it.

        Raises:
            DecodeError: it is cut short, or no calendar has such a time.
        """
        if self.type == "date-time":
            return Moment(DateTime.take(fields).told)
        if self.type in _EPOCHS:
            seconds = fields.unsigned(4)
            return Moment(None if seconds in _UNKNOWN else _EPOCHS[self.type] + seconds * _SECOND)
        before = fields.offset
        parts = [fields.uint8() for _ in range(self.width)]
        if not any(parts[:3]):
            return Moment(None)
        try:
            return Moment(datetime(_CENTURY + parts[0], *parts[1:]))  # type: ignore[arg-type]  # noqa: DTZ001  # a device's own clock has no zone
        except ValueError:
            fields.offset = before
            raise fields.wrong("no calendar has such a time") from None

    def put(self, said: Mapping[str, object], made: Writer) -> None:
        """Write it; an absence is a time that is not known.

        Raises:
            KeyError: it is not said.
            ValueError: it is not a time, or not one of the device's.
        """
        told = said[self.name]
        if isinstance(told, Absence):
            made.raw(bytes(self.width))
            return
        if not isinstance(told, datetime):
            raise ValueError(f"{self.name} is a time")
        if self.type == "date-time":
            DateTime.of(told).put(made)
        elif self.type in _EPOCHS:
            seconds = (told - _EPOCHS[self.type]) // _SECOND
            if not 0 < seconds < _UNKNOWN[1]:
                raise ValueError(f"{self.name} cannot say {told}")
            made.unsigned(seconds, 4)
        else:
            if not _CENTURY <= told.year < _CENTURY + 256:
                raise ValueError(f"{self.name} cannot say {told}")
            parts = (told.month, told.day, told.hour, told.minute, told.second)
            made.raw(bytes([told.year - _CENTURY, *parts[: self.width - 1]]))
