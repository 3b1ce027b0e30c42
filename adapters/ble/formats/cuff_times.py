"""The fields behind the pressure in the two enhanced packets of a blood pressure cuff.

Source: GATT Specification Supplement, Enhanced Blood Pressure Measurement and Enhanced
Intermediate Cuff Pressure (seconds since 1900-01-01 or 2000-01-01, 00:00:00).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntFlag

from adapters.ble.formats.cuff import KNOWN_STATUS, Status
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.numbers import MedicalNumber

_FROM_1900 = datetime(1900, 1, 1)  # noqa: DTZ001  # a device's own clock has no zone
_FROM_2000 = datetime(2000, 1, 1)  # noqa: DTZ001


class Flag(IntFlag):
    """The first byte. Bit 7 is reserved and ignored."""

    KILOPASCAL = 1
    TIME_PRESENT = 2
    PULSE_PRESENT = 4
    USER_PRESENT = 8
    STATUS_PRESENT = 16
    SHOWN_TIME_PRESENT = 32
    FROM_2000 = 64


@dataclass(frozen=True, slots=True)
class EnhancedFields:
    """All but the pressures.

    Attributes:
        kilopascal: the pressures are kPa, not mm[Hg].
        seconds: the cuff's base time, which nobody sets; None where it is not told.
        pulse: beats a minute; None where the cuff does not count them.
        user: which of the cuff's users it was; None where it knows none.
        status: what it noticed; None where it looks for nothing.
        shown_seconds: the time of day that the cuff shows; None where it is not told.
        from_2000: seconds are counted from 2000 on, not from 1900.
    """

    kilopascal: bool = False
    seconds: int | None = None
    pulse: MedicalNumber | None = None
    user: int | None = None
    status: Status | None = None
    shown_seconds: int | None = None
    from_2000: bool = True

    @staticmethod
    def take(flags: int, fields: Reader) -> EnhancedFields:
        """The fields that the flags announce, in their order.

        Raises:
            DecodeError: one is cut short.
        """
        said = Flag(flags & 0x7F)
        return EnhancedFields(
            kilopascal=Flag.KILOPASCAL in said,
            seconds=fields.unsigned(4) if Flag.TIME_PRESENT in said else None,
            pulse=fields.sfloat() if Flag.PULSE_PRESENT in said else None,
            user=fields.uint8() if Flag.USER_PRESENT in said else None,
            status=Status(fields.uint16() & KNOWN_STATUS) if Flag.STATUS_PRESENT in said else None,
            shown_seconds=fields.unsigned(4) if Flag.SHOWN_TIME_PRESENT in said else None,
            from_2000=Flag.FROM_2000 in said,
        )

    @property
    def flags(self) -> Flag:
        """The first byte of such a packet."""
        there = {
            Flag.KILOPASCAL: self.kilopascal,
            Flag.TIME_PRESENT: self.seconds is not None,
            Flag.PULSE_PRESENT: self.pulse is not None,
            Flag.USER_PRESENT: self.user is not None,
            Flag.STATUS_PRESENT: self.status is not None,
            Flag.SHOWN_TIME_PRESENT: self.shown_seconds is not None,
            Flag.FROM_2000: self.from_2000,
        }
        return Flag(sum(flag for flag, is_there in there.items() if is_there))

    def put(self, made: Writer) -> None:
        """Write them into a packet, behind flags and pressures."""
        if self.seconds is not None:
            made.unsigned(self.seconds, 4)
        if self.pulse is not None:
            made.sfloat(self.pulse)
        if self.user is not None:
            made.uint8(self.user)
        if self.status is not None:
            made.uint16(self.status)
        if self.shown_seconds is not None:
            made.unsigned(self.shown_seconds, 4)

    @property
    def base_time(self) -> datetime | None:
        """The time of the clock that nobody sets: it tells records apart."""
        return self._after(self.seconds)

    @property
    def told(self) -> datetime | None:
        """The time of day that the cuff shows; its base time where it tells no other."""
        return self.base_time if self.shown_seconds is None else self._after(self.shown_seconds)

    def _after(self, seconds: int | None) -> datetime | None:
        if seconds is None:
            return None
        return (_FROM_2000 if self.from_2000 else _FROM_1900) + timedelta(seconds=seconds)


def since_2000(told: datetime) -> int:
    """A time of day as seconds since 2000."""
    return int((told - _FROM_2000).total_seconds())
