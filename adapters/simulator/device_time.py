"""A device's own clock: wrong, drifting, set by a peer, fallen back when the battery was changed.

Source: Bluetooth SIG, Current Time Service 1.1, 3.1 (Current Time, 0x2A2B: read, written, with the
error "data field ignored", 0x80); GATT Specification Supplement, Current Time, Date Time (0x2A08).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Self

from adapters.ble.characteristics import current_time, date_time
from adapters.ble.characteristics.current_time import CurrentTime
from adapters.ble.characteristics.date_time import DateTime
from adapters.errors import DecodeError
from adapters.simulator.instrument import AttError

DATE_TIME: Final = date_time.UUID
CURRENT_TIME: Final = current_time.UUID

NEVER_SET: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - a device's clock has no zone
"""What a clock shows that nobody has set since its battery was put in."""


_READ_NOT_PERMITTED, _WRITE_NOT_PERMITTED = 0x02, 0x03
_INVALID_LENGTH, _DATA_FIELD_IGNORED, _OUT_OF_RANGE = 0x0D, 0x80, 0xFF
_DATE_TIME_BYTES, _CURRENT_TIME_BYTES = 7, 10


class DeviceTime:
    """The local time of day that a device shows; calling it tells that time, naive.

    Attributes:
        times_set: how often a peer or a person has set it.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        error: timedelta = timedelta(0),
        drift_ppm: float = 0.0,
    ) -> None:
        """Show the time of `clock`.

        Args:
            clock: the right local time of day, naive.
            error: how far it is ahead, or behind if below zero.
            drift_ppm: how much it gains, in microseconds a second; loses if below zero.
        """
        self.times_set = 0
        self._right = clock
        self._rate = 1 + drift_ppm / 1_000_000
        self._since = clock()
        self._shown = self._since + error

    @classmethod
    def of(cls, clock: Callable[[], datetime]) -> Self:
        """The clock itself if it is one, e.g. `Setup.clock`; else one that shows its time."""
        return clock if isinstance(clock, cls) else cls(clock)

    def __call__(self) -> datetime:
        """What it shows now."""
        return self._shown + (self._right() - self._since) * self._rate

    def set(self, shown: datetime) -> None:
        """Show this from now on; it keeps drifting."""
        self._since, self._shown = self._right(), shown
        self.times_set += 1

    def step(self, by: timedelta) -> None:
        """Jump, as when somebody changes it by hand."""
        self._shown += by

    def reset(self) -> None:
        """Fall back to the beginning, as when the battery is changed."""
        self._since, self._shown = self._right(), NEVER_SET

    def read(self, uuid: str) -> bytes:
        """The value of either characteristic.

        Raises:
            AttError: it is neither.
        """
        if uuid == CURRENT_TIME:
            return bytes(CurrentTime.of(self()))
        if uuid == DATE_TIME:
            return bytes(DateTime.of(self()))
        raise AttError(_READ_NOT_PERMITTED)

    def write(self, uuid: str, data: bytes) -> None:
        """A peer sets the clock by either characteristic.

        Raises:
            AttError: it is not a time, or one whose day is not said.
        """
        if uuid not in (CURRENT_TIME, DATE_TIME):
            raise AttError(_WRITE_NOT_PERMITTED)
        if len(data) != (_DATE_TIME_BYTES if uuid == DATE_TIME else _CURRENT_TIME_BYTES):
            raise AttError(_INVALID_LENGTH)
        try:
            said = (DateTime if uuid == DATE_TIME else CurrentTime).from_bytes(data)
        except DecodeError:
            raise AttError(_OUT_OF_RANGE) from None
        if (told := said.told) is None:
            raise AttError(_DATA_FIELD_IGNORED)
        self.set(told)


def counted(shown: datetime) -> datetime:
    """The same for a clock that counts from the year 2000: it shows none before."""
    return max(shown, NEVER_SET)
