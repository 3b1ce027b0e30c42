"""Reference Time Information, 0x2A14: by what a clock was last set, and how far it may be off.

Source: Bluetooth SIG, Current Time Service 1.1, 3.3 (Reference Time Information); GATT
Specification Supplement, Time Source, Time Accuracy (1/8 s; 254 more, 255 not known), Reference
Time Information (days and hours since the update, 255 for 255 days or more).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A14)

LONG_AGO: Final = 255
"""Days and hours since the update, where it was 255 days ago or more."""


class TimeSource(IntEnum):
    """What a clock was set by."""

    UNKNOWN = 0
    NETWORK_TIME_PROTOCOL = 1
    SATELLITES = 2
    RADIO_TIME_SIGNAL = 3
    BY_HAND = 4
    ATOMIC_CLOCK = 5
    CELLULAR_NETWORK = 6
    NOT_SYNCHRONIZED = 7


@dataclass(frozen=True, slots=True)
class ReferenceTimeInformation:
    """How good a clock is.

    Attributes:
        source: what it was set by.
        accuracy: how far it may be off, 1/8 s; 254 for more than 31.625 s, 255 for not known.
        days: since it was set; `LONG_AGO` for 255 or more.
        hours: beyond those days; `LONG_AGO` where the days are.
    """

    source: TimeSource
    accuracy: int
    days: int
    hours: int

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError for a reserved source, and for hours that no day has."""
        fields = Reader(data)
        try:
            source = TimeSource(fields.uint8())
        except ValueError:
            raise fields.wrong("the time source is a reserved number") from None
        made = cls(source, fields.uint8(), fields.uint8(), fields.uint8())
        if (made.days == LONG_AGO) != (made.hours == LONG_AGO):
            raise fields.wrong("days and hours do not agree")
        if made.hours > 23 and made.hours != LONG_AGO:
            raise fields.wrong("a day has no such hour")
        fields.end()
        return made

    def __bytes__(self) -> bytes:
        made = Writer().uint8(self.source).uint8(self.accuracy)
        return bytes(made.uint8(self.days).uint8(self.hours))


_CLOCK = because("says how good the device's clock is; measures nothing")

CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Reference Time Information",
    service="Current Time",
    value=ReferenceTimeInformation,
    fields={"source": _CLOCK, "accuracy": _CLOCK, "days": _CLOCK, "hours": _CLOCK},
    source="Current Time Service 1.1, 3.3",
)
