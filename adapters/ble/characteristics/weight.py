"""Weight Measurement, 0x2A9D: one weighing.

Source: Bluetooth SIG, Weight Scale Service 1.0, 3.2 (Weight Measurement); GATT Specification
Supplement, Weight Measurement.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, because, becomes
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.stamp import stamp
from adapters.ble.formats.uuids import assigned
from adapters.ble.formats.weighing import Weighing, Whose, height, mass, quality, tenths
from adapters.ble.hearing import Hearing
from adapters.ble.record import Record
from adapters.kinds import Kind, kind
from adapters.local_events import Packet
from adapters.reading import Absence, Quality, Quantity

SERVICE = assigned(0x181D)
UUID = assigned(0x2A9D)

_WEIGHT = kind("body_weight")
_BMI = kind("body_mass_index")
_HEIGHT = kind("body_height")


class Flag(IntFlag):
    """The first byte. Bits 4 to 7 are reserved and ignored."""

    IMPERIAL = 1
    TIME_PRESENT = 2
    USER_PRESENT = 4
    HEIGHT_PRESENT = 8


@dataclass(frozen=True, slots=True)
class Stature:
    """Body mass index in 0.1 kg/m2, and height in 0.001 m or 0.1 in; 0 for one not known."""

    bmi: int
    height: int


@dataclass(frozen=True, slots=True)
class WeightMeasurement:
    """One weighing.

    Attributes:
        weight: in 0.005 kg or 0.01 lb; 0xFFFF where it could not be measured.
        imperial: pounds and inches.
        at: when, by the scale's clock; None where it has none.
        user: which of the scale's users it was; 0xFF for somebody it does not know, None where
            it knows no users.
        stature: body mass index and height; None where the scale does not know them.
    """

    weight: int
    imperial: bool = False
    at: DateTime | None = None
    user: int | None = None
    stature: Stature | None = None

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if a field that the flags announce is missing, or more is there."""
        fields = Reader(data)
        flags = Flag(fields.uint8() & 0x0F)
        made = cls(
            weight=fields.uint16(),
            imperial=Flag.IMPERIAL in flags,
            at=DateTime.take(fields) if Flag.TIME_PRESENT in flags else None,
            user=fields.uint8() if Flag.USER_PRESENT in flags else None,
            stature=(
                Stature(fields.uint16(), fields.uint16()) if Flag.HEIGHT_PRESENT in flags else None
            ),
        )
        fields.end()
        return made

    def __bytes__(self) -> bytes:
        flags = Flag.IMPERIAL if self.imperial else Flag(0)
        made = Writer().uint16(self.weight)
        if self.at is not None:
            flags |= Flag.TIME_PRESENT
            self.at.put(made)
        if self.user is not None:
            flags |= Flag.USER_PRESENT
            made.uint8(self.user)
        if self.stature is not None:
            flags |= Flag.HEIGHT_PRESENT
            made.uint16(self.stature.bmi).uint16(self.stature.height)
        return bytes(Writer().uint8(flags).raw(bytes(made)))


def readings(packet: Packet, hearing: Hearing) -> Iterator[Record]:
    """The weight, and body mass index and height where the scale knows them.

    Raises:
        DecodeError: the packet is not well formed.
    """
    said = WeightMeasurement.from_bytes(packet.data)
    whose = Whose(said.at.told if said.at is not None else None, said.user)
    records = list(_records(said, whose))
    weighing = hearing.keep(Weighing)
    weighing.latest = whose
    weighing.told = said.user, frozenset((one.kind, one.value) for one in records)
    yield from records


def _records(said: WeightMeasurement, whose: Whose) -> Iterator[Record]:
    as_converted = quality(imperial=said.imperial)

    def record(of: Kind, value: Quantity | Absence, doubts: Quality) -> Record:
        identity = stamp(whose.told, whose.user)
        return Record(of, value, whose.told, whose.user, identity, quality=doubts)

    yield record(_WEIGHT, mass(said.weight, imperial=said.imperial), as_converted)
    if said.stature is not None and said.stature.bmi:
        yield record(_BMI, tenths(said.stature.bmi, "kg/m2"), Quality.NONE)
    if said.stature is not None and said.stature.height:
        tall = height(said.stature.height, imperial=said.imperial)
        yield record(_HEIGHT, tall, as_converted)


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Weight Measurement",
    service="Weight Scale",
    value=WeightMeasurement,
    fields={
        "weight": becomes(_WEIGHT),
        "imperial": because("the unit; masses become kg and heights cm"),
        "at": because("the time of each reading"),
        "user": because("whose each reading is"),
        "stature": becomes(_BMI, _HEIGHT),
    },
    source="Weight Scale Service 1.0, 3.2",
)
