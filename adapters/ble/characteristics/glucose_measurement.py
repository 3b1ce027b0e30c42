"""Glucose Measurement, 0x2A18: one stored blood glucose test of a meter.

Source: Bluetooth SIG, Glucose Service 1.0.1, 3.1 (Glucose Measurement; time offset 3.1.1.4, where
0x7FFF and 0x8000 say that it is too far off to be told); GATT Specification Supplement, Glucose
Measurement (sensor status annunciation, type and sample location).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, because, becomes
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.glucose_measurement_context import Joined, Measured, explained
from adapters.ble.formats import concentration
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.numbers import MedicalNumber, Special
from adapters.ble.formats.sample import Sample
from adapters.ble.formats.uuids import assigned
from adapters.ble.hearing import Hearing
from adapters.ble.record import Record
from adapters.kinds import kind
from adapters.local_events import Packet
from adapters.reading import Absence, Quality, Quantity

SERVICE = assigned(0x1808)
UUID = assigned(0x2A18)

_GLUCOSE = kind("blood_glucose")
_TOO_FAR = (0x7FFF, -0x8000)


class Flag(IntFlag):
    """The first byte. Bits 5 to 7 are reserved and ignored."""

    OFFSET_PRESENT = 1
    CONCENTRATION_PRESENT = 2
    UNIT_IS_MOL_PER_L = 4
    STATUS_PRESENT = 8
    CONTEXT_FOLLOWS = 16


class Status(IntFlag):
    """What the meter noticed at the test. Bits 12 to 15 are reserved and ignored."""

    BATTERY_LOW = 1
    SENSOR_MALFUNCTION = 1 << 1
    SAMPLE_TOO_SMALL = 1 << 2
    STRIP_NOT_INSERTED_WELL = 1 << 3
    WRONG_STRIP = 1 << 4
    TOO_HIGH = 1 << 5
    TOO_LOW = 1 << 6
    TOO_WARM = 1 << 7
    TOO_COLD = 1 << 8
    INTERRUPTED = 1 << 9
    DEVICE_FAULT = 1 << 10
    TIME_FAULT = 1 << 11


_EVERY_STATUS = 0x0FFF
_QUALITY = {
    Status.BATTERY_LOW: Quality.DEVICE_FAULT,
    Status.SENSOR_MALFUNCTION: Quality.DEVICE_FAULT,
    Status.SAMPLE_TOO_SMALL: Quality.POOR_SIGNAL,
    Status.STRIP_NOT_INSERTED_WELL: Quality.LOOSE,
    Status.WRONG_STRIP: Quality.DEVICE_FAULT,
    Status.TOO_HIGH: Quality.BEYOND_RANGE,
    Status.TOO_LOW: Quality.BEYOND_RANGE,
    Status.TOO_WARM: Quality.DEVICE_FAULT,
    Status.TOO_COLD: Quality.DEVICE_FAULT,
    Status.INTERRUPTED: Quality.NOT_SETTLED,
    Status.DEVICE_FAULT: Quality.DEVICE_FAULT,
    Status.TIME_FAULT: Quality.CLOCK_NOT_TRUSTED,
}


@dataclass(frozen=True, slots=True)
class GlucoseMeasurement:
    """One test.

    Attributes:
        number: the sequence number of the record.
        base: the meter's own time, which setting its clock leaves as it was.
        offset: minutes from there to the time that its display shows; None if not sent.
        concentration: in kg/L, or mol/L where ``molar``; None where nothing was measured.
        sample: what was measured; sent if and only if there is a concentration.
        molar: the unit is mol/L.
        status: what the meter noticed; None if not sent.
        context: a Glucose Measurement Context of the same number follows.
    """

    number: int
    base: DateTime
    offset: int | None = None
    concentration: MedicalNumber | None = None
    sample: Sample | None = None
    molar: bool = False
    status: Status | None = None
    context: bool = False

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if a field that the flags announce is missing, or more is there."""
        fields = Reader(data)
        flags = Flag(fields.uint8() & 0x1F)
        number, base = fields.uint16(), DateTime.take(fields)
        offset = fields.signed(2) if Flag.OFFSET_PRESENT in flags else None
        concentration, sample = None, None
        if Flag.CONCENTRATION_PRESENT in flags:
            concentration, sample = fields.sfloat(), Sample.take(fields)
        status = None
        if Flag.STATUS_PRESENT in flags:
            status = Status(fields.uint16() & _EVERY_STATUS)
        fields.end()
        molar = Flag.UNIT_IS_MOL_PER_L in flags
        context = Flag.CONTEXT_FOLLOWS in flags
        return cls(number, base, offset, concentration, sample, molar, status, context)

    def __bytes__(self) -> bytes:
        flags = Flag.CONTEXT_FOLLOWS if self.context else Flag(0)
        flags |= Flag.UNIT_IS_MOL_PER_L if self.molar else Flag(0)
        rest = Writer()
        self.base.put(rest.uint16(self.number))
        if self.offset is not None:
            flags |= Flag.OFFSET_PRESENT
            rest.signed(self.offset, 2)
        if self.concentration is not None and self.sample is not None:
            flags |= Flag.CONCENTRATION_PRESENT
            self.sample.put(rest.sfloat(self.concentration))
        if self.status is not None:
            flags |= Flag.STATUS_PRESENT
            rest.uint16(self.status)
        return bytes(Writer().uint8(flags).raw(bytes(rest)))

    @property
    def told(self) -> datetime | None:
        """The time that the meter shows its user; None where a part of the day is not known."""
        base = self.base.told
        if base is None or self.offset is None or self.offset in _TOO_FAR:
            return base
        try:
            return base + timedelta(minutes=self.offset)
        except OverflowError:
            return None

    @property
    def identity(self) -> str:
        """Its number and its uncorrected time: nothing that setting the clock changes."""
        base = self.base
        day = f"{base.year:04}-{base.month:02}-{base.day:02}"
        return f"{self.number}@{day}T{base.hours:02}:{base.minutes:02}:{base.seconds:02}"

    @property
    def quality(self) -> Quality:
        """What is doubtful about it, its unit left out."""
        doubts = Quality.NONE
        if self.sample is not None and self.sample.is_control:
            doubts |= Quality.NOT_A_MEASUREMENT
        if self.told is None or self.offset in _TOO_FAR:
            doubts |= Quality.CLOCK_NOT_TRUSTED
        for status, doubt in _QUALITY.items():
            if status in (self.status or Status(0)):
                doubts |= doubt
        return doubts

    @property
    def value(self) -> Quantity | Absence:
        """The concentration in mg/dL, or why there is none.

        What was measured in control solution is no number of anybody's.
        """
        status = self.status or Status(0)
        sent = self.concentration
        if self.sample is not None and self.sample.is_control:
            return Absence.NOT_PERFORMED
        if sent is None:
            found: Quantity | Absence = Absence.ERROR if status else Absence.UNKNOWN
        elif isinstance(sent, Special):
            found = sent.absence
        else:
            convert = concentration.of_mol_per_l if self.molar else concentration.of_kg_per_l
            found = concentration.amount(convert(sent))
        low, high = Status.TOO_LOW in status, Status.TOO_HIGH in status
        return concentration.beyond(found, low=low, high=high)


def number(data: bytes) -> int:
    """The sequence number by which a record is asked for.

    Raises:
        DecodeError: it is not a record.
    """
    return GlucoseMeasurement.from_bytes(data).number


def readings(packet: Packet, hearing: Hearing) -> Iterator[Record]:
    """One test, and what its context says if that came before it.

    Raises:
        DecodeError: the packet is not well formed.
    """
    measured = GlucoseMeasurement.from_bytes(packet.data)
    value, doubts = measured.value, measured.quality
    converted = measured.molar and isinstance(value, Quantity)
    yield Record(
        _GLUCOSE,
        value,
        told=measured.told,
        identity=measured.identity,
        quality=doubts | (Quality.VALUE_AS_CONVERTED if converted else Quality.NONE),
        where=measured.sample.place if measured.sample is not None else "",
        number=measured.number,
    )
    about = Measured(measured.told, measured.identity, doubts, measured.number)
    early = hearing.keep(Joined).came(measured.number, about)
    if early is not None:
        yield from explained(early, about)


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Glucose Measurement",
    service="Glucose",
    value=GlucoseMeasurement,
    fields={
        "number": because("with the meter's own time it tells this record from all others"),
        "base": because("the meter's own time: when it was measured, and part of its identity"),
        "offset": because("added to the meter's own time, it is the time that the person saw"),
        "concentration": becomes(_GLUCOSE),
        "sample": because("where the reading says it was taken; control solution is no reading"),
        "molar": because("the unit: what is sent in mol/L is converted to mg/dL and marked"),
        "status": because("marks the reading as doubtful, or says why there is no number"),
        "context": because("says that a context with the same number follows"),
    },
    source="Glucose Service 1.0.1, 3.1",
)
