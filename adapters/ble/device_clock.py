"""How a device's clock stands to ours, and what time that makes of the time it tells.

Devices keep the local time of day, set by hand or by a phone, and drift. What a device tells is
believed as it is, set right, or marked for the person to say
(docs/decisions/0014-device-clocks.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from adapters.reading import ClockLook, Instant, Quality

RIGHT_WITHIN: Final = timedelta(minutes=1)
"""A clock this near to ours is right: its times are taken as they are."""

DRIFT_WITHIN: Final = timedelta(minutes=15)
"""A clock this near drifted: its times are set right. Further off, the person must say so."""

TOLD_WITHIN: Final = timedelta(minutes=7, seconds=30)
"""Nearer than this, how far a clock was off may be told to who gets a reading.

It is half of the quarter hours by which zones differ: seen from another zone the same clock would
be off by more. So who knows what it showed, and when, knows no zone by it.
"""

NOW_WITHIN: Final = timedelta(seconds=5)
"""What is told for a moment this near to its coming is of now."""

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001  # times of day without a zone are counted from it
_MS: Final = timedelta(milliseconds=1)
_SLACK: Final = RIGHT_WITHIN // _MS
_FIRST_BELIEVED: Final = (datetime(2010, 1, 1) - _EPOCH) // _MS  # noqa: DTZ001
"""Before it no such device was made: its clock was never set."""

_FIRST_DAY: Final = (datetime(2, 1, 1) - _EPOCH) // _MS  # noqa: DTZ001
_LAST_DAY: Final = (datetime(9998, 12, 31) - _EPOCH) // _MS  # noqa: DTZ001
"""Beyond them no zone is asked: its answer might be out of the calendar."""

_Timed = tuple[Instant, Quality, ClockLook | None]
"""When something was, what is doubtful about that, and by which look it was set right, if any."""

_MONTHS_BACK: Final = tuple(timedelta(days=30 * months) for months in range(13))


@dataclass(frozen=True, slots=True)
class Fetched:
    """That all came which a device kept, right before its clock was set.

    Attributes:
        asked: when it was asked for the first of it, ms UTC.
        newest: the highest number that it gave to a record by then, -1 for none, by the series of
            numbers (`adapters.ble.record_access.series`); only where that is known for sure.
    """

    asked: Instant
    newest: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Setting:
    """That we set a device's clock.

    Attributes:
        at: when, ms UTC.
        ahead: how far it was ahead of ours until then; None where it did not know the time.
        fetched: what had come of it before, if that is known.
    """

    at: Instant
    ahead: timedelta | None
    fetched: Fetched | None = None

    def earliest(self, series: str, number: int) -> Instant | None:
        """Since when a record may be that bears this number; None where nothing tells.

        One with a higher number than all that came before the setting was not there when the device
        was asked for them.
        """
        fetched = self.fetched
        if fetched is None or number <= fetched.newest.get(series, number):
            return None
        return fetched.asked


@dataclass(frozen=True, slots=True)
class DeviceClock:
    """One look at a device's clock.

    Attributes:
        ahead: how far it was ahead of ours when it was read, behind if below zero: of the time of
            day at home, or of UTC for a clock that keeps that; None where the device has no clock
            that can be read.
        zone: where the device is thought to be, for devices that keep the local time of day.
        read_at: when it was read, ms UTC; None stands for the moment of what it tells.
        setting: when we last set it, if that is known.
    """

    ahead: timedelta | None = None
    zone: tzinfo = UTC
    read_at: Instant | None = None
    setting: Setting | None = None

    @classmethod
    def read(
        cls, told: datetime, received: Instant, zone: tzinfo, setting: Setting | None = None
    ) -> DeviceClock:
        """The clock of a device that says it is ``told`` at this moment.

        Args:
            told: naive for a local time of day, aware for UTC.
            received: when it said so, ms UTC.
            zone: where the device is thought to be.
            setting: when we last set it, if that is known.
        """
        offset = 0 if told.tzinfo is not None else _offset_at(received, zone)
        ahead = _count(told) - (received + offset)
        return cls(ahead * _MS, zone, received, setting)

    @property
    def is_right(self) -> bool:
        """Whether it was read and stands as ours does, to the minute."""
        return self.ahead is not None and abs(self.ahead) <= RIGHT_WITHIN

    def was_set(self, at: Instant, fetched: Fetched | None = None) -> DeviceClock:
        """The clock from the moment on in which we set it right."""
        return DeviceClock(timedelta(0), self.zone, at, Setting(at, self.ahead, fetched))

    @property
    def look(self) -> ClockLook | None:
        """What may be told of this look; None where the clock was not read."""
        if self.ahead is None or self.read_at is None:
            return None
        near = abs(self.ahead) < TOLD_WITHIN
        return ClockLook(self.read_at, self.ahead // _MS if near else None)

    def when(
        self,
        told: datetime,
        received: Instant,
        *,
        live: bool = False,
        earliest: Instant | None = None,
    ) -> tuple[Instant, Quality]:
        """The same as `timed`, without the look."""
        return self.timed(told, received, live=live, earliest=earliest)[:2]

    def timed(
        self,
        told: datetime,
        received: Instant,
        *,
        live: bool = False,
        earliest: Instant | None = None,
    ) -> _Timed:
        """When something was measured that the device says was at ``told``.

        Args:
            told: the device's own time, naive for a local time of day, aware for UTC.
            received: when it told so, ms UTC.
            live: it came as it was measured, not as a record that may have been kept.
            earliest: since when it may be, for all that is known (`Setting.earliest`).

        Returns:
            the time, ms UTC, and what is doubtful about it: `Quality.CLOCK_CORRECTED` where it was
            set right, `Quality.CLOCK_NOT_TRUSTED` where the person must say whether it is; and the
            look at the clock by which it was set right or counted back, None where it was not.
        """
        if live and (now := self._of_now(told, received)) is not None:
            return now
        if self.setting is None:
            return self._by_one_clock(told, received)
        return self._by_either_clock(told, received, self.setting, earliest)

    def _of_now(self, told: datetime, received: Instant) -> _Timed | None:
        """What is told for the moment that the clock shows itself; None if it is not so.

        How far the clock is off was read on this link, and such a time may be nothing else.
        """
        if self.ahead is None or self.read_at is None:
            return None
        at = self._shown_by(told, self.read_at)
        if abs(at - received) * _MS > NOW_WITHIN or at < _FIRST_BELIEVED:
            return None
        if self.is_right:
            return at + self.ahead // _MS, Quality.NONE, None
        return at, Quality.CLOCK_CORRECTED, self.look

    def _by_either_clock(
        self, told: datetime, received: Instant, setting: Setting, earliest: Instant | None
    ) -> _Timed:
        """What was measured before we set the clock was told by the clock as it was then."""
        until = replace(self, ahead=setting.ahead, read_at=setting.at, setting=None)
        if received <= setting.at:
            return until._by_one_clock(told, received)
        new, doubt, look = replace(self, setting=None)._by_one_clock(told, received)
        by_old = until._shown_by(told, setting.at)
        since = by_old if earliest is None else earliest - _SLACK
        fits_old = since <= by_old <= setting.at + _SLACK
        if not setting.at - _SLACK <= new <= received + _SLACK:
            old = until._by_one_clock(told, setting.at)
            return old if fits_old else (new, doubt | Quality.CLOCK_NOT_TRUSTED, look)
        far = setting.ahead is None or abs(setting.ahead) > DRIFT_WITHIN
        return new, doubt | Quality.CLOCK_NOT_TRUSTED if fits_old and far else doubt, look

    def _by_one_clock(self, told: datetime, received: Instant) -> _Timed:
        ahead, read_at = self.ahead or timedelta(0), self.read_at or received
        look = self.look
        if abs(ahead) <= RIGHT_WITHIN:
            at, quality = self._as_told(told, timedelta(0), received)
            look = None
        elif abs(ahead) <= DRIFT_WITHIN:
            at, quality = self._as_told(told, ahead, received)
            quality |= Quality.CLOCK_CORRECTED
        else:
            at, quality, look = self._as_long_ago(told, ahead, read_at, received)
        if not _FIRST_BELIEVED <= at <= received + _SLACK:
            quality |= Quality.CLOCK_NOT_TRUSTED
        if Quality.CLOCK_NOT_TRUSTED in quality:
            quality &= ~Quality.CLOCK_CORRECTED
        return at, quality, look

    def _as_told(
        self, told: datetime, ahead: timedelta, received: Instant
    ) -> tuple[Instant, Quality]:
        """By the calendar at home, less so much; an hour that was there twice leaves a doubt."""
        count = _count(told) - ahead // _MS
        if told.tzinfo is not None:
            return count, Quality.NONE
        first, second = (count - _offset_of(count, self.zone, fold) for fold in (0, 1))
        twice = first < second <= received + _SLACK
        return first, Quality.CLOCK_NOT_TRUSTED if twice else Quality.NONE

    def _as_long_ago(
        self, told: datetime, ahead: timedelta, read_at: Instant, received: Instant
    ) -> _Timed:
        """As long before now as the device says it was before its own now.

        That hangs neither on the zone nor on summer time, since the device itself knows neither.
        """
        at = self._shown_by(told, read_at)
        if at > max(read_at, received) + _SLACK:
            # Told by the clock as it was set some time before.
            at, _ = self._as_told(told, timedelta(0), received)
            return at, Quality.CLOCK_NOT_TRUSTED, None
        explained = told.tzinfo is None and self._is_summer_time(ahead, read_at)
        quality = Quality.CLOCK_CORRECTED if explained else Quality.CLOCK_NOT_TRUSTED
        return at, quality, self.look

    def _shown_by(self, told: datetime, read_at: Instant) -> Instant:
        """When the clock showed this, if it has run on untouched to when it was read."""
        offset = 0 if told.tzinfo is not None else _offset_at(read_at, self.zone)
        return _count(told) - offset - (self.ahead or timedelta(0)) // _MS

    def _is_summer_time(self, ahead: timedelta, read_at: Instant) -> bool:
        """Whether it is off by what the clocks at home were changed by within the last year."""
        now = _offset_at(read_at, self.zone)
        offsets = {_offset_at(read_at - back // _MS, self.zone) for back in _MONTHS_BACK} - {now}
        return any(abs(ahead - (other - now) * _MS) <= DRIFT_WITHIN for other in offsets)


def _count(told: datetime) -> int:
    """Milliseconds since 1970, on a time's own calendar, or of UTC where it is aware."""
    shift = told.utcoffset() or timedelta(0)
    return (told.replace(tzinfo=None) - _EPOCH - shift) // _MS


def _offset_of(count: int, zone: tzinfo, fold: int) -> int:
    """What a zone is ahead of UTC, in ms, when its own calendar shows so many since 1970."""
    shown = _EPOCH + min(max(count, _FIRST_DAY), _LAST_DAY) * _MS
    return (shown.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta(0)) // _MS


def _offset_at(at: Instant, zone: tzinfo) -> int:
    """What a zone is ahead of UTC at a time, in ms."""
    moment = datetime.fromtimestamp(min(max(at, _FIRST_DAY), _LAST_DAY) / 1000, UTC)
    return (moment.astimezone(zone).utcoffset() or timedelta(0)) // _MS
