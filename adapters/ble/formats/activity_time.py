"""The time of a session: seconds since an epoch, and how far local time was from it.

Source: Physical Activity Monitor Service 1.0, 3.10 and 3.11 (Base Time and Time Offset), after
Device Time Service 1.0 (Base_Time counts from 1900-01-01 or 2000-01-01) and IEEE 11073-20601,
6.7.1 (base-offset time: offset in minutes).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from adapters.ble.formats.fields import Reader, Writer

_EPOCH_1900: Final = datetime(1900, 1, 1, tzinfo=UTC)
_EPOCH_2000: Final = datetime(2000, 1, 1, tzinfo=UTC)
_FROM_1900_TO_2000: Final = int((_EPOCH_2000 - _EPOCH_1900).total_seconds())


@dataclass(frozen=True, slots=True)
class BaseTime:
    """One moment by the device's clock.

    Attributes:
        seconds: since the epoch of the device.
        offset: minutes by which local time was ahead.
    """

    seconds: int
    offset: int = 0

    @classmethod
    def take(cls, fields: Reader) -> Self:
        """The next six bytes."""
        return cls(fields.unsigned(4), fields.signed(2))

    def put(self, made: Writer) -> None:
        """Write it into a packet."""
        made.unsigned(self.seconds, 4).signed(self.offset, 2)

    @property
    def told(self) -> datetime:
        """The time in UTC.

        A number of seconds that would be in the year 2100 or later counts from 1900.
        """
        if self.seconds >= _FROM_1900_TO_2000:
            return _EPOCH_1900 + timedelta(seconds=self.seconds)
        return _EPOCH_2000 + timedelta(seconds=self.seconds)

    @classmethod
    def of(cls, told: datetime) -> Self:
        """A moment, counted from 2000; ``told`` is aware."""
        offset = told.utcoffset() or timedelta(0)
        return cls(int((told - _EPOCH_2000).total_seconds()), int(offset.total_seconds()) // 60)
