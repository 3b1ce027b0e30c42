"""PLX Continuous Measurement, 0x2A5F: oxygen saturation and pulse while an oximeter is worn.

Source: Bluetooth SIG, Pulse Oximeter Service 1.0.1, 3.2 (PLX Continuous Measurement).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, because, becomes
from adapters.ble.formats import oximetry
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.numbers import MedicalNumber
from adapters.ble.formats.oximetry import MeasurementStatus, SensorStatus
from adapters.ble.formats.uuids import assigned
from adapters.kinds import kind
from adapters.local_events import Packet
from adapters.reading import Reading

UUID = assigned(0x2A5F)

_SATURATION = kind("oxygen_saturation")
_PULSE = kind("pulse_rate")
_PERFUSION = kind("perfusion_index")


class Flag(IntFlag):
    """The first byte. Bits 5 to 7 are reserved and ignored."""

    FAST_PRESENT = 1
    SLOW_PRESENT = 2
    STATUS_PRESENT = 4
    SENSOR_PRESENT = 8
    AMPLITUDE_PRESENT = 16


@dataclass(frozen=True, slots=True)
class Averaged:
    """Oxygen saturation in % and beats a minute, averaged over the same time."""

    saturation: MedicalNumber
    pulse: MedicalNumber

    @classmethod
    def take(cls, fields: Reader) -> Self:
        """The next four bytes; raises DecodeError if they are cut short."""
        return cls(fields.sfloat(), fields.sfloat())


@dataclass(frozen=True, slots=True)
class PlxContinuousMeasurement:
    """One notification.

    Attributes:
        normal: averaged as on the device's display.
        fast: over a shorter time; None if not sent.
        slow: over a longer time; None if not sent.
        status: how the measurement stands; None if not sent.
        sensor: how device and sensor are doing; None if not sent.
        amplitude: pulse amplitude index in %; None if not sent.
    """

    normal: Averaged
    fast: Averaged | None = None
    slow: Averaged | None = None
    status: MeasurementStatus | None = None
    sensor: SensorStatus | None = None
    amplitude: MedicalNumber | None = None

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if a field that the flags announce is missing, or more is there."""
        fields = Reader(data)
        flags = Flag(fields.uint8() & 0x1F)
        normal = Averaged.take(fields)
        fast = Averaged.take(fields) if Flag.FAST_PRESENT in flags else None
        slow = Averaged.take(fields) if Flag.SLOW_PRESENT in flags else None
        status, sensor = None, None
        if Flag.STATUS_PRESENT in flags:
            status = MeasurementStatus(fields.uint16() & oximetry.KNOWN_MEASUREMENT)
        if Flag.SENSOR_PRESENT in flags:
            sensor = SensorStatus(fields.unsigned(3) & oximetry.KNOWN_SENSOR)
        amplitude = fields.sfloat() if Flag.AMPLITUDE_PRESENT in flags else None
        fields.end()
        return cls(normal, fast, slow, status, sensor, amplitude)

    def __bytes__(self) -> bytes:
        flags, rest = Flag(0), Writer()
        averages = (
            (None, self.normal),
            (Flag.FAST_PRESENT, self.fast),
            (Flag.SLOW_PRESENT, self.slow),
        )
        for flag, one in averages:
            if one is not None:
                flags |= flag or Flag(0)
                rest.sfloat(one.saturation).sfloat(one.pulse)
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


def readings(packet: Packet) -> Iterator[Reading]:
    """Saturation and pulse of this moment, and the strength of the pulse if it was sent.

    Raises:
        DecodeError: the packet is not well formed.
    """
    measured = PlxContinuousMeasurement.from_bytes(packet.data)
    doubts = oximetry.doubts(measured.status, measured.sensor)
    normal = measured.normal
    parts = [(_SATURATION, normal.saturation, "%"), (_PULSE, normal.pulse, "/min")]
    if measured.amplitude is not None:
        parts.append((_PERFUSION, measured.amplitude, "%"))
    for what, sent, unit in parts:
        value = oximetry.value(sent, unit, measured.status)
        yield Reading(what, packet.received, value, quality=doubts)


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="PLX Continuous Measurement",
    service="Pulse Oximeter",
    value=PlxContinuousMeasurement,
    fields={
        "normal": becomes(_SATURATION, _PULSE),
        "fast": because("the same moment averaged over a shorter time: it would count twice"),
        "slow": because("the same moment averaged over a longer time: it would count twice"),
        "status": because("marks the readings as doubtful, or says that they are nobody's"),
        "sensor": because("marks the readings as doubtful"),
        "amplitude": becomes(_PERFUSION),
    },
    source="Pulse Oximeter Service 1.0.1, 3.2",
)
