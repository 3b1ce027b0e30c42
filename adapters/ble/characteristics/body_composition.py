"""Body Composition Measurement, 0x2A9C: what a scale works out of a body.

A measurement that is too long for one packet comes in two.

Source: Bluetooth SIG, Body Composition Service 1.0, 3.2 (Body Composition Measurement); GATT
Specification Supplement, Body Composition Measurement.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, because, becomes
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned
from adapters.kinds import kind

SERVICE = assigned(0x181B)
UUID = assigned(0x2A9C)


class Flag(IntFlag):
    """The first two bytes. Bits 13 to 15 are reserved and ignored."""

    IMPERIAL = 1 << 0
    TIME_PRESENT = 1 << 1
    USER_PRESENT = 1 << 2
    BASAL_METABOLISM_PRESENT = 1 << 3
    MUSCLE_PERCENTAGE_PRESENT = 1 << 4
    MUSCLE_MASS_PRESENT = 1 << 5
    FAT_FREE_MASS_PRESENT = 1 << 6
    SOFT_LEAN_MASS_PRESENT = 1 << 7
    BODY_WATER_MASS_PRESENT = 1 << 8
    IMPEDANCE_PRESENT = 1 << 9
    WEIGHT_PRESENT = 1 << 10
    HEIGHT_PRESENT = 1 << 11
    MULTIPLE_PACKETS = 1 << 12


@dataclass(frozen=True, slots=True)
class BodyCompositionMeasurement:
    """One measurement, or one of the two parts of one.

    What a scale does not work out, or tells in the other part, is None.

    Attributes:
        fat: in 0.1 %; 0xFFFF where the measurement did not succeed.
        imperial: masses are in 0.01 lb and the height in 0.1 in, not in 0.005 kg and 0.001 m.
        at: when, by the scale's clock.
        user: which of the scale's users it was; 0xFF for somebody it does not know.
        basal_metabolism: energy used at rest in a day, kJ.
        muscle_percentage: in 0.1 %.
        muscle_mass: a mass.
        fat_free_mass: a mass.
        soft_lean_mass: a mass.
        body_water_mass: a mass.
        impedance: in 0.1 Ohm.
        weight: a mass.
        height: a length.
        one_of_several: it is one part of a measurement that comes in several packets.
    """

    fat: int
    imperial: bool = False
    at: DateTime | None = None
    user: int | None = None
    basal_metabolism: int | None = None
    muscle_percentage: int | None = None
    muscle_mass: int | None = None
    fat_free_mass: int | None = None
    soft_lean_mass: int | None = None
    body_water_mass: int | None = None
    impedance: int | None = None
    weight: int | None = None
    height: int | None = None
    one_of_several: bool = False

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if a field that the flags announce is missing, or more is there."""
        fields = Reader(data)
        flags = Flag(fields.uint16() & 0x1FFF)

        def if_there(flag: Flag) -> int | None:
            return fields.uint16() if flag in flags else None

        made = cls(
            fat=fields.uint16(),
            imperial=Flag.IMPERIAL in flags,
            at=DateTime.take(fields) if Flag.TIME_PRESENT in flags else None,
            user=fields.uint8() if Flag.USER_PRESENT in flags else None,
            basal_metabolism=if_there(Flag.BASAL_METABOLISM_PRESENT),
            muscle_percentage=if_there(Flag.MUSCLE_PERCENTAGE_PRESENT),
            muscle_mass=if_there(Flag.MUSCLE_MASS_PRESENT),
            fat_free_mass=if_there(Flag.FAT_FREE_MASS_PRESENT),
            soft_lean_mass=if_there(Flag.SOFT_LEAN_MASS_PRESENT),
            body_water_mass=if_there(Flag.BODY_WATER_MASS_PRESENT),
            impedance=if_there(Flag.IMPEDANCE_PRESENT),
            weight=if_there(Flag.WEIGHT_PRESENT),
            height=if_there(Flag.HEIGHT_PRESENT),
            one_of_several=Flag.MULTIPLE_PACKETS in flags,
        )
        fields.end()
        return made

    def __bytes__(self) -> bytes:
        flags = Flag.IMPERIAL if self.imperial else Flag(0)
        if self.one_of_several:
            flags |= Flag.MULTIPLE_PACKETS
        made = Writer().uint16(self.fat)
        if self.at is not None:
            flags |= Flag.TIME_PRESENT
            self.at.put(made)
        if self.user is not None:
            flags |= Flag.USER_PRESENT
            made.uint8(self.user)
        for flag, said in self.optional.items():
            if said is not None:
                flags |= flag
                made.uint16(said)
        return bytes(Writer().uint16(flags).raw(bytes(made)))

    @property
    def optional(self) -> dict[Flag, int | None]:
        """The measured fields that may be missing, in their order, by the flag of each."""
        return {
            Flag.BASAL_METABOLISM_PRESENT: self.basal_metabolism,
            Flag.MUSCLE_PERCENTAGE_PRESENT: self.muscle_percentage,
            Flag.MUSCLE_MASS_PRESENT: self.muscle_mass,
            Flag.FAT_FREE_MASS_PRESENT: self.fat_free_mass,
            Flag.SOFT_LEAN_MASS_PRESENT: self.soft_lean_mass,
            Flag.BODY_WATER_MASS_PRESENT: self.body_water_mass,
            Flag.IMPEDANCE_PRESENT: self.impedance,
            Flag.WEIGHT_PRESENT: self.weight,
            Flag.HEIGHT_PRESENT: self.height,
        }


_UNSAID = because("puts the parts of a measurement together")

CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Body Composition Measurement",
    service="Body Composition",
    value=BodyCompositionMeasurement,
    fields={
        "fat": becomes(kind("body_fat_percentage")),
        "imperial": because("the unit; masses become kg and heights cm"),
        "at": because("the time of each reading"),
        "user": because("whose each reading is"),
        "basal_metabolism": becomes(kind("basal_metabolic_rate")),
        "muscle_percentage": becomes(kind("muscle_percentage")),
        "muscle_mass": becomes(kind("muscle_mass")),
        "fat_free_mass": becomes(kind("fat_free_mass")),
        "soft_lean_mass": becomes(kind("soft_lean_mass")),
        "body_water_mass": becomes(kind("body_water_mass")),
        "impedance": becomes(kind("body_impedance")),
        "weight": becomes(kind("body_weight")),
        "height": becomes(kind("body_height")),
        "one_of_several": _UNSAID,
    },
    source="Body Composition Service 1.0, 3.2",
)
