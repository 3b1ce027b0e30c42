"""Current Elapsed Time, 0x2BF2: a clock that counts from 2000, or a counter without a time.

Its first nine bytes are the time stamp of health observations too.

Source: GATT Specification Supplement, Elapsed Time; Bluetooth SIG, Elapsed Time Service 1.0, 3.1
(the two bytes behind it: clock status and clock capabilities).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

SERVICE = assigned(0x183F)
UUID = assigned(0x2BF2)

_TICKS, _UTC, _OFFSET, _CURRENT = 1, 2, 0x10, 0x20
_EPOCH: Final = datetime(2000, 1, 1)  # noqa: DTZ001  # of a clock that keeps the local time or UTC
_STEPS: Final = (
    timedelta(seconds=1),
    timedelta(milliseconds=100),
    timedelta(milliseconds=1),
    timedelta(microseconds=100),
)
_QUARTER: Final = timedelta(minutes=15)
_OFFSETS: Final = range(-48, 65)
"""Of a time zone (-48 to 56) and summer time (to 8) together; others are no offset of any place."""


@dataclass(frozen=True, slots=True)
class ElapsedTime:
    """One moment by the device's clock or counter.

    Attributes:
        count: so many steps since 2000, or since the counter began.
        ticks: it is a counter that tells no time of day.
        utc: the time is in UTC, otherwise it is the local time of day.
        resolution: how long a step is: 0 for 1 s, 1 for 100 ms, 2 for 1 ms, 3 for 100 us.
        offset: quarters of an hour by which local time is ahead of UTC; None if it is not told.
        is_current: it was told by the clock as it runs now, not before it was last set.
        source: where the clock got its time (Time Source of the GATT Specification Supplement).
    """

    count: int
    ticks: bool = False
    utc: bool = True
    resolution: int = 0
    offset: int | None = None
    is_current: bool = True
    source: int = 0

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError unless it is nine bytes."""
        fields = Reader(data)
        made = cls.take(fields)
        fields.end()
        return made

    @classmethod
    def take(cls, fields: Reader) -> Self:
        """The next nine bytes. Bits 6 and 7 are reserved and ignored."""
        flags, count = fields.uint8(), fields.unsigned(6)
        source, offset = fields.uint8(), fields.signed(1)
        return cls(
            count,
            bool(flags & _TICKS),
            bool(flags & _UTC),
            flags >> 2 & 3,
            offset if flags & _OFFSET else None,
            bool(flags & _CURRENT),
            source,
        )

    def put(self, made: Writer) -> None:
        """Write it into a packet."""
        flags = self.ticks * _TICKS | self.utc * _UTC | self.resolution << 2
        flags |= (self.offset is not None) * _OFFSET | self.is_current * _CURRENT
        made.uint8(flags).unsigned(self.count, 6).uint8(self.source).signed(self.offset or 0, 1)

    def __bytes__(self) -> bytes:
        made = Writer()
        self.put(made)
        return bytes(made)

    @property
    def step(self) -> timedelta:
        """How long one step of the count is."""
        return _STEPS[self.resolution]

    @property
    def told(self) -> datetime | None:
        """The time: aware where UTC is known, naive where only the time of day is.

        None for a counter, and for a count that no calendar has.
        """
        if self.ticks:
            return None
        try:
            shown = _EPOCH + self.count * self.step
            if self.utc:
                return shown.replace(tzinfo=UTC)
            if self.offset is not None and self.offset in _OFFSETS:
                return (shown - self.offset * _QUARTER).replace(tzinfo=UTC)
        except OverflowError:
            return None
        return shown

    @classmethod
    def of(cls, told: datetime) -> Self:
        """The time of a clock with steps of a second; naive for the local time of day."""
        utc = told.tzinfo is not None
        shown = told.astimezone(UTC).replace(tzinfo=None) if utc else told
        return cls((shown - _EPOCH) // _STEPS[0], utc=utc)


@dataclass(frozen=True, slots=True)
class CurrentElapsedTime:
    """What a device's clock shows now.

    Attributes:
        time: the moment.
        needs_setting: the device asks for its clock to be set.
        knows_summer_time: the clock changes to summer time by itself.
        knows_zone: the clock knows its time zone by itself.
    """

    time: ElapsedTime
    needs_setting: bool = False
    knows_summer_time: bool = False
    knows_zone: bool = False

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError unless it is eleven bytes. Reserved bits are ignored."""
        fields = Reader(data)
        time, status, able = ElapsedTime.take(fields), fields.uint8(), fields.uint8()
        fields.end()
        return cls(time, bool(status & 1), bool(able & 1), bool(able & 2))

    def __bytes__(self) -> bytes:
        able = self.knows_summer_time | self.knows_zone << 1
        return bytes(self.time) + bytes([self.needs_setting, able])


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Current Elapsed Time",
    service="Elapsed Time",
    value=CurrentElapsedTime,
    fields=dict.fromkeys(
        ("time", "needs_setting", "knows_summer_time", "knows_zone"),
        because("the device's clock: the times it tells are reckoned by it"),
    ),
    source="GATT Specification Supplement, Elapsed Time; Elapsed Time Service 1.0, 3.1",
)
