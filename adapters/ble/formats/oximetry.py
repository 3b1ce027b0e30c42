"""What a pulse oximeter says of its own signal, and what becomes of its numbers.

Source: Bluetooth SIG, Pulse Oximeter Service 1.0.1, 3.1.1.4 (Measurement Status) and 3.1.1.5
(Device and Sensor Status); the same in its 3.2 and 3.3.
"""

from __future__ import annotations

from decimal import Decimal
from enum import IntFlag
from typing import Final

from adapters.ble.formats.numbers import MedicalNumber, Special
from adapters.reading import Absence, Quality, Quantity

_MOST_PERCENT = Decimal(100)


class MeasurementStatus(IntFlag):
    """How the measurement stands. Bits 0 to 4 are reserved and ignored."""

    ONGOING = 1 << 5
    EARLY_ESTIMATE = 1 << 6
    VALIDATED = 1 << 7
    FULLY_QUALIFIED = 1 << 8
    FROM_STORAGE = 1 << 9
    DEMONSTRATION = 1 << 10
    TESTING = 1 << 11
    CALIBRATION_ONGOING = 1 << 12
    UNAVAILABLE = 1 << 13
    QUESTIONABLE = 1 << 14
    INVALID = 1 << 15


class SensorStatus(IntFlag):
    """How device and sensor are doing. Bits 16 to 23 are reserved and ignored."""

    DISPLAY_UPDATE_ONGOING = 1
    EQUIPMENT_MALFUNCTION = 1 << 1
    SIGNAL_IRREGULAR = 1 << 2
    SIGNAL_INADEQUATE = 1 << 3
    SIGNAL_POOR = 1 << 4
    LOW_PERFUSION = 1 << 5
    SIGNAL_ERRATIC = 1 << 6
    NOT_PULSATILE = 1 << 7
    PULSE_QUESTIONABLE = 1 << 8
    ANALYSIS_ONGOING = 1 << 9
    INTERFERENCE = 1 << 10
    NOT_ON_THE_USER = 1 << 11
    UNKNOWN_SENSOR = 1 << 12
    DISPLACED = 1 << 13
    SENSOR_MALFUNCTION = 1 << 14
    DISCONNECTED = 1 << 15


KNOWN_MEASUREMENT: Final = 0xFFE0
KNOWN_SENSOR: Final = 0xFFFF

_NOBODYS = (
    MeasurementStatus.DEMONSTRATION
    | MeasurementStatus.TESTING
    | MeasurementStatus.CALIBRATION_ONGOING
)
_NO_VALUE = MeasurementStatus.UNAVAILABLE | MeasurementStatus.INVALID
_QUALITY = {
    MeasurementStatus.EARLY_ESTIMATE: Quality.NOT_SETTLED,
    MeasurementStatus.DEMONSTRATION: Quality.NOT_A_MEASUREMENT,
    MeasurementStatus.TESTING: Quality.NOT_A_MEASUREMENT,
    MeasurementStatus.CALIBRATION_ONGOING: Quality.NOT_A_MEASUREMENT | Quality.NOT_CALIBRATED,
    MeasurementStatus.QUESTIONABLE: Quality.POOR_SIGNAL,
}
_QUALITY_OF_SENSOR = {
    SensorStatus.EQUIPMENT_MALFUNCTION: Quality.DEVICE_FAULT,
    SensorStatus.SIGNAL_IRREGULAR: Quality.POOR_SIGNAL,
    SensorStatus.SIGNAL_INADEQUATE: Quality.POOR_SIGNAL,
    SensorStatus.SIGNAL_POOR: Quality.POOR_SIGNAL,
    SensorStatus.LOW_PERFUSION: Quality.POOR_SIGNAL,
    SensorStatus.SIGNAL_ERRATIC: Quality.POOR_SIGNAL,
    SensorStatus.NOT_PULSATILE: Quality.POOR_SIGNAL,
    SensorStatus.PULSE_QUESTIONABLE: Quality.POOR_SIGNAL,
    SensorStatus.ANALYSIS_ONGOING: Quality.NOT_SETTLED,
    SensorStatus.INTERFERENCE: Quality.LOOSE,
    SensorStatus.NOT_ON_THE_USER: Quality.NO_SKIN_CONTACT,
    SensorStatus.UNKNOWN_SENSOR: Quality.DEVICE_FAULT,
    SensorStatus.DISPLACED: Quality.LOOSE,
    SensorStatus.SENSOR_MALFUNCTION: Quality.DEVICE_FAULT,
    SensorStatus.DISCONNECTED: Quality.LOOSE,
}


def doubts(status: MeasurementStatus | None, sensor: SensorStatus | None) -> Quality:
    """What is doubtful by what the device says."""
    found = Quality.NONE
    for one, doubt in _QUALITY.items():
        if one in (status or MeasurementStatus(0)):
            found |= doubt
    for part, doubt in _QUALITY_OF_SENSOR.items():
        if part in (sensor or SensorStatus(0)):
            found |= doubt
    return found


def value(sent: MedicalNumber, unit: str, status: MeasurementStatus | None) -> Quantity | Absence:
    """A number of a person, or why there is none.

    Zero is no saturation and no pulse: oximeters send it until they find one, as straps do. Below
    zero or above 100 % is nothing that can be, nor is what the device calls invalid.
    """
    if status is not None and status & _NOBODYS:
        return Absence.NOT_PERFORMED
    if isinstance(sent, Special):
        return sent.absence
    if sent < 0 or (unit == "%" and sent > _MOST_PERCENT):
        return Absence.ERROR
    if status is not None and status & _NO_VALUE:
        return Absence.ERROR
    return Quantity(sent, unit) if sent else Absence.UNKNOWN
