"""CGM Status, 0x2AA9: how a sensor under the skin is doing now.

Its three octets stand in each CGM Measurement too, where a bit of them is set.

Source: Bluetooth SIG, Continuous Glucose Monitoring Service 1.0.2, 3.3 (CGM Status) and 3.1.1.5
(Sensor Status Annunciation); GATT Specification Supplement, CGM Status.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats import e2e_crc
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned
from adapters.reading import Quality

UUID = assigned(0x2AA9)


class Annunciation(IntFlag):
    """What the sensor noticed: status, calibration and temperature, warnings; an octet each.

    Bits 6, 7 and 15 are reserved and ignored.
    """

    SESSION_STOPPED = 1
    BATTERY_LOW = 1 << 1
    WRONG_SENSOR = 1 << 2
    SENSOR_MALFUNCTION = 1 << 3
    DEVICE_ALERT = 1 << 4
    DEVICE_FAULT = 1 << 5
    TIME_SYNC_REQUIRED = 1 << 8
    CALIBRATION_NOT_ALLOWED = 1 << 9
    CALIBRATION_RECOMMENDED = 1 << 10
    CALIBRATION_REQUIRED = 1 << 11
    TOO_WARM = 1 << 12
    TOO_COLD = 1 << 13
    CALIBRATION_PENDING = 1 << 14
    BELOW_PATIENT_LOW = 1 << 16
    ABOVE_PATIENT_HIGH = 1 << 17
    BELOW_HYPO = 1 << 18
    ABOVE_HYPER = 1 << 19
    FALLING_FAST = 1 << 20
    RISING_FAST = 1 << 21
    TOO_LOW = 1 << 22
    TOO_HIGH = 1 << 23


KNOWN = 0xFF7F3F
NOTHING = Annunciation(0)

_QUALITY = {
    Annunciation.BATTERY_LOW: Quality.DEVICE_FAULT,
    Annunciation.WRONG_SENSOR: Quality.DEVICE_FAULT,
    Annunciation.SENSOR_MALFUNCTION: Quality.DEVICE_FAULT,
    Annunciation.DEVICE_FAULT: Quality.DEVICE_FAULT,
    Annunciation.TIME_SYNC_REQUIRED: Quality.CLOCK_NOT_TRUSTED,
    Annunciation.CALIBRATION_RECOMMENDED: Quality.NOT_CALIBRATED,
    Annunciation.CALIBRATION_REQUIRED: Quality.NOT_CALIBRATED,
    Annunciation.CALIBRATION_PENDING: Quality.NOT_CALIBRATED,
    Annunciation.TOO_WARM: Quality.DEVICE_FAULT,
    Annunciation.TOO_COLD: Quality.DEVICE_FAULT,
    Annunciation.BELOW_PATIENT_LOW: Quality.BELOW_LIMIT,
    Annunciation.BELOW_HYPO: Quality.BELOW_LIMIT,
    Annunciation.ABOVE_PATIENT_HIGH: Quality.ABOVE_LIMIT,
    Annunciation.ABOVE_HYPER: Quality.ABOVE_LIMIT,
    Annunciation.TOO_LOW: Quality.BEYOND_RANGE,
    Annunciation.TOO_HIGH: Quality.BEYOND_RANGE,
}
_OF_THE_LEVEL = Quality.BELOW_LIMIT | Quality.ABOVE_LIMIT | Quality.BEYOND_RANGE


def doubts(noticed: Annunciation) -> Quality:
    """What it says of the concentration that came with it."""
    found = Quality.NONE
    for one, doubt in _QUALITY.items():
        if one in noticed:
            found |= doubt
    return found


def doubts_of_trend(noticed: Annunciation) -> Quality:
    """What it says of the trend that came with it: its own limits, not those of the level."""
    found = doubts(noticed) & ~_OF_THE_LEVEL
    if Annunciation.FALLING_FAST in noticed:
        found |= Quality.BELOW_LIMIT
    if Annunciation.RISING_FAST in noticed:
        found |= Quality.ABOVE_LIMIT
    return found


@dataclass(frozen=True, slots=True)
class CgmStatus:
    """How the sensor is doing.

    Attributes:
        offset: minutes since the session began.
        noticed: what the sensor noticed.
        secured: it bears a check sum.
    """

    offset: int
    noticed: Annunciation = NOTHING
    secured: bool = False

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError unless it is five bytes, or seven with the right check sum."""
        fields = Reader(data)
        offset, noticed = fields.uint16(), Annunciation(fields.unsigned(3) & KNOWN)
        secured = fields.left > 0
        if secured:
            e2e_crc.check(fields)
        fields.end()
        return cls(offset, noticed, secured)

    def __bytes__(self) -> bytes:
        made = bytes(Writer().uint16(self.offset).unsigned(self.noticed, 3))
        return e2e_crc.sealed(made) if self.secured else made


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="CGM Status",
    service="Continuous Glucose Monitoring",
    value=CgmStatus,
    fields={
        "offset": because("the sensor's count of minutes now; each measurement bears its own"),
        "noticed": because("marks the measurements, which bear the same bits"),
        "secured": because("the check sum is checked and not kept"),
    },
    source="Continuous Glucose Monitoring Service 1.0.2, 3.3",
)
