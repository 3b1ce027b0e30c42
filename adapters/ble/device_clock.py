"""How a device's clock stands to ours, and what time that makes of the time it tells.

Devices keep the local time of day, set by hand or by a phone, and drift. What a device tells is
believed as it is, set right, or marked for the person to say
(docs/decisions/0014-device-clocks.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from adapters.reading import Instant, Quality

RIGHT_WITHIN: Final = timedelta(minutes=1)
"""A clock this near to ours is right: its times are taken as they are."""

DRIFT_WITHIN: Final = timedelta(minutes=15)
"""A clock this near drifted: its times are set right. Further off, the person must say so."""

_FIRST_BELIEVED: Final = datetime(2010, 1, 1, tzinfo=UTC)
"""Before it no such device was made: its clock was never set."""


@dataclass(frozen=True, slots=True)
class DeviceClock:
    """One look at a device's clock.

    Attributes:
        ahead: how far it was ahead of ours when it was read, behind if below zero; None where
            the device has no clock that can be read.
        zone: where the device is thought to be, for devices that keep the local time of day.
    """

    ahead: timedelta | None = None
    zone: tzinfo = UTC

    @classmethod
    def read(cls, told: datetime, received: Instant, zone: tzinfo) -> DeviceClock:
        """The clock of a device that says it is ``told`` at this moment.

        Args:
            told: naive for a local time of day, aware for UTC.
            received: when it said so, ms UTC.
            zone: where the device is thought to be.
        """
        return cls(_utc(told, zone) - _at(received), zone)

    def when(self, told: datetime, received: Instant) -> tuple[Instant, Quality]:
        """When something was measured that the device says was at ``told``.

        Returns:
            the time, ms UTC, and what is doubtful about it: `Quality.CLOCK_CORRECTED` where it was
            set right, `Quality.CLOCK_NOT_TRUSTED` where the person must say whether it is.
        """
        ahead = self.ahead or timedelta(0)
        believed = _utc(told, self.zone)
        quality = Quality.NONE
        if abs(ahead) > RIGHT_WITHIN:
            believed -= ahead
            drifted = abs(ahead) <= DRIFT_WITHIN
            quality = Quality.CLOCK_CORRECTED if drifted else Quality.CLOCK_NOT_TRUSTED
        late = _at(received) + RIGHT_WITHIN
        if believed < _FIRST_BELIEVED or believed > late:
            quality = Quality.CLOCK_NOT_TRUSTED
        return round(believed.timestamp() * 1000), quality


def _utc(told: datetime, zone: tzinfo) -> datetime:
    return (told.replace(tzinfo=zone) if told.tzinfo is None else told).astimezone(UTC)


def _at(instant: Instant) -> datetime:
    return datetime.fromtimestamp(instant / 1000, UTC)
