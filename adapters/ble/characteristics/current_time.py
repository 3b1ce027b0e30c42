"""Current Time, 0x2A2B: what a clock shows at this moment, and why it was last set.

A device that offers it to be read shows its own clock; one that lets it be written is set by it.

Source: Bluetooth SIG, Current Time Service 1.1, 3.1 (Current Time); GATT Specification Supplement,
Current Time, Exact Time 256, Day Date Time, Day of Week.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

SERVICE = assigned(0x1805)
UUID = assigned(0x2A2B)

_PARTS_OF_A_SECOND = 256


class Adjusted(IntFlag):
    """Why the clock was last set. Bits 4 to 7 are reserved and ignored."""

    BY_HAND = 1
    BY_REFERENCE = 2
    TIME_ZONE = 4
    DAYLIGHT_SAVING = 8


_UNSAID = Adjusted(0)


@dataclass(frozen=True, slots=True)
class CurrentTime:
    """One look at a clock, to the 256th of a second.

    Attributes:
        at: the day and the time of day.
        weekday: 1 for Monday to 7 for Sunday; 0 if it is not known.
        fraction: 1/256 s beyond the full second.
        adjusted: why the clock was last set.
    """

    at: DateTime
    weekday: int = 0
    fraction: int = 0
    adjusted: Adjusted = _UNSAID

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError unless it is ten bytes that a calendar and a week have."""
        fields = Reader(data)
        at, weekday = DateTime.take(fields), fields.uint8()
        if weekday > 7:
            raise fields.wrong("the day of the week is a reserved number")
        fraction, adjusted = fields.uint8(), Adjusted(fields.uint8() & 0x0F)
        fields.end()
        return cls(at, weekday, fraction, adjusted)

    def __bytes__(self) -> bytes:
        made = Writer()
        self.at.put(made)
        return bytes(made.uint8(self.weekday).uint8(self.fraction).uint8(self.adjusted))

    @classmethod
    def of(cls, told: datetime, adjusted: Adjusted = _UNSAID) -> Self:
        """What a clock shows at this time of day."""
        fraction = told.microsecond * _PARTS_OF_A_SECOND // 1_000_000
        return cls(DateTime.of(told), told.isoweekday(), fraction, adjusted)

    @property
    def told(self) -> datetime | None:
        """The local time of day, naive; None where a part of the day is not known."""
        second = self.at.told
        if second is None:
            return None
        return second + timedelta(microseconds=self.fraction * 1_000_000 // _PARTS_OF_A_SECOND)


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Current Time",
    service="Current Time",
    value=CurrentTime,
    fields={
        "at": because("the device's clock: its times are set right by it"),
        "weekday": because("follows from the day"),
        "fraction": because("the device's clock: its times are set right by it"),
        "adjusted": because("says how the clock was set; measures nothing"),
    },
    source="Current Time Service 1.1, 3.1",
)
