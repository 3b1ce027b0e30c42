"""Blood Pressure Measurement, 0x2A35: one finished measurement of a cuff.

Source: Bluetooth SIG, Blood Pressure Service 1.1.1, 3.1 (Blood Pressure Measurement); GATT
Specification Supplement, Blood Pressure Measurement.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, because, becomes
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.formats import cuff
from adapters.ble.formats.cuff import KNOWN_STATUS, Pressures, Status
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.numbers import MedicalNumber
from adapters.ble.formats.stamp import numbered, stamp
from adapters.ble.formats.uuids import assigned
from adapters.ble.record import Record
from adapters.kinds import kind
from adapters.local_events import Packet

SERVICE = assigned(0x1810)
UUID = assigned(0x2A35)


class Flag(IntFlag):
    """The first byte. Bits 5 to 7 are reserved and ignored."""

    KILOPASCAL = 1
    TIME_PRESENT = 2
    PULSE_PRESENT = 4
    USER_PRESENT = 8
    STATUS_PRESENT = 16


@dataclass(frozen=True, slots=True)
class BloodPressureMeasurement:
    """One measurement, in the unit in which the cuff shows it.

    Attributes:
        systolic: the higher pressure, or why there is none.
        diastolic: the lower pressure.
        mean: the mean arterial pressure; not a number where the cuff does not work it out.
        kilopascal: the pressures are kPa, not mm[Hg].
        at: when it was measured, by the cuff's clock; None where it has none.
        pulse: beats a minute; None where it does not count them.
        user: which of the cuff's users it was; None where it knows none.
        status: what it noticed; None where it looks for nothing.
    """

    systolic: MedicalNumber
    diastolic: MedicalNumber
    mean: MedicalNumber
    kilopascal: bool = False
    at: DateTime | None = None
    pulse: MedicalNumber | None = None
    user: int | None = None
    status: Status | None = None

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if a field that the flags announce is missing, or more is there."""
        fields = Reader(data)
        flags = Flag(fields.uint8() & 0x1F)
        made = cls(
            systolic=fields.sfloat(),
            diastolic=fields.sfloat(),
            mean=fields.sfloat(),
            kilopascal=Flag.KILOPASCAL in flags,
            at=DateTime.take(fields) if Flag.TIME_PRESENT in flags else None,
            pulse=fields.sfloat() if Flag.PULSE_PRESENT in flags else None,
            user=fields.uint8() if Flag.USER_PRESENT in flags else None,
            status=(
                Status(fields.uint16() & KNOWN_STATUS) if Flag.STATUS_PRESENT in flags else None
            ),
        )
        fields.end()
        return made

    def __bytes__(self) -> bytes:
        flags = Flag.KILOPASCAL if self.kilopascal else Flag(0)
        made = Writer().sfloat(self.systolic).sfloat(self.diastolic).sfloat(self.mean)
        if self.at is not None:
            flags |= Flag.TIME_PRESENT
            self.at.put(made)
        if self.pulse is not None:
            flags |= Flag.PULSE_PRESENT
            made.sfloat(self.pulse)
        if self.user is not None:
            flags |= Flag.USER_PRESENT
            made.uint8(self.user)
        if self.status is not None:
            flags |= Flag.STATUS_PRESENT
            made.uint16(self.status)
        return bytes(Writer().uint8(flags).raw(bytes(made)))

    def records(self, number: str = "") -> Iterator[Record]:
        """What it says, as records of the cuff's own time and user.

        One that is stored under a number is the same as the one that was told when it was taken,
        if it has a time. Without one nobody knows when it was.

        Args:
            number: the number under which the cuff keeps it, where it gives it one.
        """
        told = self.at.told if self.at is not None else None
        base = stamp(told, self.user)
        return cuff.records(
            Pressures(self.systolic, self.diastolic, self.mean, self.kilopascal),
            self.pulse,
            self.status,
            told=told,
            user=self.user,
            identity=base or numbered(number, self.user),
            of=UUID if base else "",
        )


def readings(packet: Packet) -> Iterator[Record]:
    """The pressure, and the pulse where the cuff counts it; a failed measurement is an absence.

    Raises:
        DecodeError: the packet is not well formed.
    """
    yield from BloodPressureMeasurement.from_bytes(packet.data).records()


_PRESSURE = becomes(kind("blood_pressure"))

CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Blood Pressure Measurement",
    service="Blood Pressure",
    value=BloodPressureMeasurement,
    fields={
        "systolic": _PRESSURE,
        "diastolic": _PRESSURE,
        "mean": _PRESSURE,
        "kilopascal": because("the unit; pressures become mm[Hg]"),
        "at": because("the time of each reading"),
        "pulse": becomes(kind("heart_rate")),
        "user": because("whose each reading is"),
        "status": because("the quality of each reading"),
    },
    source="Blood Pressure Service 1.1.1, 3.1",
)
