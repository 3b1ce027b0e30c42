"""Local Time Information, 0x2A0F: how a clock's local time stands to UTC.

Source: Bluetooth SIG, Current Time Service 1.1, 3.2 (Local Time Information); GATT Specification
Supplement, Time Zone (quarter hours, -48 to 56, -128: not known) and DST Offset (255: not known).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A0F)

_UNKNOWN_ZONE = -128
_FIRST, _LAST = -48, 56
_QUARTER = timedelta(minutes=15)


class DaylightSaving(IntEnum):
    """Quarter hours that are added to the standard time now."""

    NONE = 0
    HALF_AN_HOUR = 2
    ONE_HOUR = 4
    TWO_HOURS = 8
    UNKNOWN = 255


@dataclass(frozen=True, slots=True)
class LocalTimeInformation:
    """Where a clock thinks it is.

    Attributes:
        zone: standard time ahead of UTC, in quarter hours; None where it is not known.
        daylight_saving: what is added to it now.
    """

    zone: int | None
    daylight_saving: DaylightSaving

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError for a zone or an offset that is reserved."""
        fields = Reader(data)
        zone = fields.signed(1)
        if zone != _UNKNOWN_ZONE and not _FIRST <= zone <= _LAST:
            raise fields.wrong("there is no such time zone")
        try:
            daylight_saving = DaylightSaving(fields.uint8())
        except ValueError:
            raise fields.wrong("the daylight saving offset is a reserved number") from None
        fields.end()
        return cls(None if zone == _UNKNOWN_ZONE else zone, daylight_saving)

    def __bytes__(self) -> bytes:
        zone = _UNKNOWN_ZONE if self.zone is None else self.zone
        return bytes(Writer().signed(zone, 1).uint8(self.daylight_saving))

    @property
    def ahead(self) -> timedelta | None:
        """Local time ahead of UTC now; None where either part is not known."""
        if self.zone is None or self.daylight_saving is DaylightSaving.UNKNOWN:
            return None
        return (self.zone + self.daylight_saving) * _QUARTER


_CLOCK = because("the device's clock: its times are set right by it")

CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Local Time Information",
    service="Current Time",
    value=LocalTimeInformation,
    fields={"zone": _CLOCK, "daylight_saving": _CLOCK},
    source="Current Time Service 1.1, 3.2",
)
