"""PLX Spot-Check Measurement, 0x2A5E: one look at oxygen saturation and pulse, maybe stored.

Source: Bluetooth SIG, Pulse Oximeter Service 1.0.1, 3.1 (PLX Spot-Check Measurement).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, because, becomes
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.formats import oximetry
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.numbers import MedicalNumber
from adapters.ble.formats.oximetry import MeasurementStatus, SensorStatus
from adapters.ble.formats.stamp import stamp
from adapters.ble.formats.uuids import assigned
from adapters.ble.record import Record
from adapters.kinds import kind
from adapters.local_events import Packet
from adapters.reading import Quality

SERVICE = assigned(0x1822)
UUID = assigned(0x2A5E)

_SATURATION = kind("oxygen_saturation")
_PULSE = kind("pulse_rate")
_PERFUSION = kind("perfusion_index")


class Flag(IntFlag):
    """The first byte. Bits 5 to 7 are reserved and ignored."""

    TIME_PRESENT = 1
    STATUS_PRESENT = 2
    SENSOR_PRESENT = 4
    AMPLITUDE_PRESENT = 8
    CLOCK_NOT_SET = 16


@dataclass(frozen=True, slots=True)
class PlxSpotCheckMeasurement:
    """One spot check.

    Attributes:
        saturation: of oxygen, in %.
        pulse: beats a minute.
        at: when, by the device's clock; None if not sent.
        status: how the measurement stands; None if not sent.
        sensor: how device and sensor are doing; None if not sent.
        amplitude: pulse amplitude index in %; None if not sent.
        clock_not_set: nobody has set the device's clock.
    """

    saturation: MedicalNumber
    pulse: MedicalNumber
    at: DateTime | None = None
    status: MeasurementStatus | None = None
    sensor: SensorStatus | None = None
    amplitude: MedicalNumber | None = None
    clock_not_set: bool = False

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if a field that the flags announce is missing, or more is there."""
        fields = Reader(data)
        flags = Flag(fields.uint8() & 0x1F)
        saturation, pulse = fields.sfloat(), fields.sfloat()
        at = DateTime.take(fields) if Flag.TIME_PRESENT in flags else None
        status, sensor = None, None
        if Flag.STATUS_PRESENT in flags:
            status = MeasurementStatus(fields.uint16() & oximetry.KNOWN_MEASUREMENT)
        if Flag.SENSOR_PRESENT in flags:
            sensor = SensorStatus(fields.unsigned(3) & oximetry.KNOWN_SENSOR)
        amplitude = fields.sfloat() if Flag.AMPLITUDE_PRESENT in flags else None
        fields.end()
        not_set = Flag.CLOCK_NOT_SET in flags
        return cls(saturation, pulse, at, status, sensor, amplitude, not_set)

    def __bytes__(self) -> bytes:
        flags = Flag.CLOCK_NOT_SET if self.clock_not_set else Flag(0)
        rest = Writer().sfloat(self.saturation).sfloat(self.pulse)
        if self.at is not None:
            flags |= Flag.TIME_PRESENT
            self.at.put(rest)
        if self.status is not None:
            flags |= Flag.STATUS_PRESENT
            rest.uint16(self.status)
        if self.sensor is not None:
            flags |= Flag.SENSOR_PRESENT
            rest.unsigned(self.sensor, 3)
        if self.amplitude is not None:
            flags |= Flag.AMPLITUDE_PRESENT
            rest.sfloat(self.amplitude)
        return bytes(Writer().uint8(flags).raw(bytes(rest)))

    @property
    def quality(self) -> Quality:
        """What is doubtful about it: the signal, and the time of one that tells no time of use."""
        doubts = oximetry.doubts(self.status, self.sensor)
        timeless = self.at is None or self.at.told is None
        old = self.status is not None and MeasurementStatus.FROM_STORAGE in self.status
        if (old and timeless) or (self.clock_not_set and not timeless):
            doubts |= Quality.CLOCK_NOT_TRUSTED
        return doubts


def readings(packet: Packet) -> Iterator[Record]:
    """Saturation, pulse, and the strength of the pulse if it was sent.

    Raises:
        DecodeError: the packet is not well formed.
    """
    measured = PlxSpotCheckMeasurement.from_bytes(packet.data)
    told = measured.at.told if measured.at is not None else None
    parts = [(_SATURATION, measured.saturation, "%"), (_PULSE, measured.pulse, "/min")]
    if measured.amplitude is not None:
        parts.append((_PERFUSION, measured.amplitude, "%"))
    for what, sent, unit in parts:
        yield Record(
            what,
            oximetry.value(sent, unit, measured.status),
            told=told,
            identity=stamp(told),
            quality=measured.quality,
            situation="spot check",
        )


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="PLX Spot-Check Measurement",
    service="Pulse Oximeter",
    value=PlxSpotCheckMeasurement,
    fields={
        "saturation": becomes(_SATURATION),
        "pulse": becomes(_PULSE),
        "at": because("when it was measured, and what tells a stored record from all others"),
        "status": because("marks the readings as doubtful, or says that they are nobody's"),
        "sensor": because("marks the readings as doubtful"),
        "amplitude": becomes(_PERFUSION),
        "clock_not_set": because("marks the time as one to be confirmed"),
    },
    source="Pulse Oximeter Service 1.0.1, 3.1",
)
