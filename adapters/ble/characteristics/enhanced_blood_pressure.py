"""Enhanced Blood Pressure Measurement, 0x2B34: a measurement with times that are never set back.

Source: Bluetooth SIG, Blood Pressure Service 1.1.1, 3.5 (Enhanced Blood Pressure Measurement);
GATT Specification Supplement, Enhanced Blood Pressure Measurement (time stamp and user facing
time, epoch 1900 or 2000).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from adapters.ble.characteristic import Characteristic, because, becomes
from adapters.ble.characteristics import blood_pressure
from adapters.ble.formats import cuff
from adapters.ble.formats.cuff import Pressures
from adapters.ble.formats.cuff_times import EnhancedFields
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.numbers import MedicalNumber, Special
from adapters.ble.formats.stamp import numbered, stamp
from adapters.ble.formats.uuids import assigned
from adapters.ble.record import Record
from adapters.kinds import kind
from adapters.local_events import Packet

UUID = assigned(0x2B34)


@dataclass(frozen=True, slots=True)
class EnhancedBloodPressureMeasurement(EnhancedFields):
    """One measurement; times, pulse, user and status as in `EnhancedFields`.

    Attributes:
        systolic: the higher pressure, or why there is none.
        diastolic: the lower pressure.
        mean: the mean arterial pressure; not a number where the cuff does not work it out.
    """

    systolic: MedicalNumber = Special.NAN
    diastolic: MedicalNumber = Special.NAN
    mean: MedicalNumber = Special.NAN

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if a field that the flags announce is missing, or more is there."""
        fields = Reader(data)
        flags = fields.uint8()
        pressures = fields.sfloat(), fields.sfloat(), fields.sfloat()
        rest = cls.take(flags, fields)
        fields.end()
        return cls(
            rest.kilopascal,
            rest.seconds,
            rest.pulse,
            rest.user,
            rest.status,
            rest.shown_seconds,
            rest.from_2000,
            *pressures,
        )

    def __bytes__(self) -> bytes:
        made = Writer().uint8(self.flags)
        made.sfloat(self.systolic).sfloat(self.diastolic).sfloat(self.mean)
        self.put(made)
        return bytes(made)

    def records(self, number: str = "") -> Iterator[Record]:
        """What it says, as records of the cuff's own time and user.

        One that is stored under a number is the same as the one that was told when it was taken,
        if it has a time, by whichever of the two measurements. Without one nobody knows when it
        was.

        Args:
            number: the number under which the cuff keeps it, where it gives it one.
        """
        base = stamp(self.base_time or self.told, self.user)
        return cuff.records(
            Pressures(self.systolic, self.diastolic, self.mean, self.kilopascal),
            self.pulse,
            self.status,
            told=self.told,
            user=self.user,
            identity=base or numbered(number, self.user),
            of=blood_pressure.UUID if base else "",
        )


def readings(packet: Packet) -> Iterator[Record]:
    """The pressure, and the pulse where the cuff counts it; a failed measurement is an absence.

    Raises:
        DecodeError: the packet is not well formed.
    """
    yield from EnhancedBloodPressureMeasurement.from_bytes(packet.data).records()


_PRESSURE = becomes(kind("blood_pressure"))

CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Enhanced Blood Pressure Measurement",
    service="Blood Pressure",
    value=EnhancedBloodPressureMeasurement,
    fields={
        "systolic": _PRESSURE,
        "diastolic": _PRESSURE,
        "mean": _PRESSURE,
        "kilopascal": because("the unit; pressures become mm[Hg]"),
        "seconds": because("tells records apart; their time where no other is told"),
        "pulse": becomes(kind("heart_rate")),
        "user": because("whose each reading is"),
        "status": because("the quality of each reading"),
        "shown_seconds": because("the time of each reading"),
        "from_2000": because("from when on its seconds are counted"),
    },
    source="Blood Pressure Service 1.1.1, 3.5",
)
