"""CGM Session Start Time, 0x2AAA: when a sensor under the skin began to count its minutes.

A collector writes it once; before that the year is 0.

Source: Bluetooth SIG, Continuous Glucose Monitoring Service 1.0.2, 3.4 (CGM Session Start Time);
GATT Specification Supplement, CGM Session Start Time, Time Zone (quarter hours, -48 to 56, -128
for unknown) and DST Offset.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.local_time_information import DaylightSaving
from adapters.ble.formats import e2e_crc
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned
from adapters.errors import DecodeError

UUID = assigned(0x2AAA)

_QUARTER = timedelta(minutes=15)
_WESTMOST, _EASTMOST, _UNKNOWN_ZONE = -48, 56, -128


@dataclass(frozen=True, slots=True)
class CgmSessionStartTime:
    """The beginning of a session.

    Attributes:
        at: the local time of day.
        zone: quarter hours ahead of UTC in winter; None if not known.
        saving: what summer adds.
        secured: it bears a check sum.
    """

    at: DateTime
    zone: int | None = None
    saving: DaylightSaving = DaylightSaving.UNKNOWN
    secured: bool = False

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError unless it is nine bytes, or eleven with the right check sum."""
        fields = Reader(data)
        at, zone = DateTime.take(fields), fields.signed(1)
        if not _WESTMOST <= zone <= _EASTMOST and zone != _UNKNOWN_ZONE:
            raise fields.wrong("the time zone is a reserved number")
        try:
            saving = DaylightSaving(fields.uint8())
        except DecodeError:
            raise
        except ValueError:
            raise fields.wrong("the daylight saving is a reserved number") from None
        secured = fields.left > 0
        if secured:
            e2e_crc.check(fields)
        fields.end()
        return cls(at, None if zone == _UNKNOWN_ZONE else zone, saving, secured)

    def __bytes__(self) -> bytes:
        made = Writer()
        self.at.put(made)
        made.signed(_UNKNOWN_ZONE if self.zone is None else self.zone, 1).uint8(self.saving)
        return e2e_crc.sealed(bytes(made)) if self.secured else bytes(made)

    @property
    def told(self) -> datetime | None:
        """When it began: aware where zone and saving are known; None if it was never set."""
        local = self.at.told
        if local is None or self.zone is None or self.saving is DaylightSaving.UNKNOWN:
            return local
        return local.replace(tzinfo=timezone((self.zone + self.saving) * _QUARTER))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="CGM Session Start Time",
    service="Continuous Glucose Monitoring",
    value=CgmSessionStartTime,
    fields={
        "at": because("with the minutes that a measurement bears, it is when it was measured"),
        "zone": because("makes the beginning of the session a time in UTC"),
        "saving": because("makes the beginning of the session a time in UTC"),
        "secured": because("the check sum is checked and not kept"),
    },
    source="Continuous Glucose Monitoring Service 1.0.2, 3.4",
)
