"""Date Time, 0x2A08: a day and a time of day, each part of the day maybe unknown.

It stands alone as a characteristic, and as a field in many others.

Source: GATT Specification Supplement, Date Time (year 1582 to 9999, 0 for a year, month or day
that is not known).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A08)

_FIRST_YEAR, _LAST_YEAR = 1582, 9999


@dataclass(frozen=True, slots=True)
class DateTime:
    """What a device's clock shows. A year, month or day of 0 is not known."""

    year: int
    month: int
    day: int
    hours: int
    minutes: int
    seconds: int

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError unless it is seven bytes that a calendar has."""
        fields = Reader(data)
        made = cls.take(fields)
        fields.end()
        return made

    @classmethod
    def take(cls, fields: Reader) -> Self:
        """The next seven bytes of a packet.

        Raises:
            DecodeError: they are cut short, or no calendar has such a time.
        """
        before = fields.offset
        made = cls(fields.uint16(), *(fields.uint8() for _ in range(5)))
        if not made._is_one():
            fields.offset = before
            raise fields.wrong("no calendar has such a time")
        return made

    def put(self, made: Writer) -> None:
        """Write it into a packet."""
        made.uint16(self.year)
        for part in (self.month, self.day, self.hours, self.minutes, self.seconds):
            made.uint8(part)

    def __bytes__(self) -> bytes:
        made = Writer()
        self.put(made)
        return bytes(made)

    @classmethod
    def of(cls, told: datetime) -> Self:
        """What a clock shows at this time of day."""
        return cls(told.year, told.month, told.day, told.hour, told.minute, told.second)

    @property
    def told(self) -> datetime | None:
        """The time of day, naive; None where a part of the day is not known."""
        if not (self.year and self.month and self.day):
            return None
        return datetime(self.year, self.month, self.day, self.hours, self.minutes, self.seconds)  # noqa: DTZ001  # a device's own clock has no zone

    def _is_one(self) -> bool:
        if self.hours > 23 or self.minutes > 59 or self.seconds > 59:
            return False
        if self.year and not _FIRST_YEAR <= self.year <= _LAST_YEAR:
            return False
        try:
            # A leap year stands in for a year that is not known.
            datetime(self.year or 2000, self.month or 1, self.day or 1)  # noqa: DTZ001
        except ValueError:
            return False
        return True


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Date Time",
    service="Health Thermometer and others",
    value=DateTime,
    fields={
        name: because("the device's clock: its times are set right by it")
        for name in ("year", "month", "day", "hours", "minutes", "seconds")
    },
    source="GATT Specification Supplement, Date Time",
)
