"""Location and Speed, 0x2A67: where somebody is. It stays here: there is no reading of it.

Source: Bluetooth SIG, Location and Navigation Service 1.0, 3.2; GATT Specification Supplement,
Location and Speed (places in 1/10,000,000 of a degree, heights in 1/100 m).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum, IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.place import STAYS, Found, HeadingBy
from adapters.ble.formats.uuids import assigned
from adapters.local_events import Packet, Position

SERVICE = assigned(0x1819)
UUID = assigned(0x2A67)

_DEGREE = Decimal("1e-7")
_CENTIMETRE = Decimal("0.01")
_POLE = 90 * 10**7
_DATE_LINE = 180 * 10**7


class Flag(IntFlag):
    """The first bits; bits 7 to 12 say how things were found, 13 to 15 are reserved and ignored."""

    SPEED_PRESENT = 1
    DISTANCE_PRESENT = 2
    PLACE_PRESENT = 4
    ELEVATION_PRESENT = 8
    HEADING_PRESENT = 16
    ROLLING_TIME_PRESENT = 32
    UTC_PRESENT = 64


class ElevationBy(IntEnum):
    """What an elevation comes from."""

    POSITIONING = 0
    AIR_PRESSURE = 1
    DATABASE = 2
    OTHER = 3


@dataclass(frozen=True, slots=True)
class LocationAndSpeed:
    """One notification. What is None is not told.

    Attributes:
        speed: 1/100 m/s.
        distance: 1/10 m.
        place: latitude and longitude in 1/10,000,000 of a degree, north and east above zero.
        elevation: 1/100 m.
        heading: 1/100 of a degree.
        rolling_time: seconds.
        utc: the time at which it was there.
        found: how sure it is of where it is.
        in_space: speed and distance count the way up as well.
        elevation_by: what the elevation comes from.
        heading_by: what the heading comes from.
    """

    speed: int | None = None
    distance: int | None = None
    place: tuple[int, int] | None = None
    elevation: int | None = None
    heading: int | None = None
    rolling_time: int | None = None
    utc: DateTime | None = None
    found: Found = Found.NO_POSITION
    in_space: bool = False
    elevation_by: ElevationBy = ElevationBy.POSITIONING
    heading_by: HeadingBy = HeadingBy.MOVEMENT

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if the length is wrong, or the place is not on the globe."""
        fields = Reader(data)
        bits = fields.uint16()
        flags = Flag(bits & 0x7F)
        speed = fields.uint16() if Flag.SPEED_PRESENT in flags else None
        distance = fields.unsigned(3) if Flag.DISTANCE_PRESENT in flags else None
        place = _place(fields) if Flag.PLACE_PRESENT in flags else None
        elevation = fields.signed(3) if Flag.ELEVATION_PRESENT in flags else None
        heading = fields.uint16() if Flag.HEADING_PRESENT in flags else None
        rolling_time = fields.uint8() if Flag.ROLLING_TIME_PRESENT in flags else None
        utc = DateTime.take(fields) if Flag.UTC_PRESENT in flags else None
        fields.end()
        return cls(
            speed,
            distance,
            place,
            elevation,
            heading,
            rolling_time,
            utc,
            Found(bits >> 7 & 3),
            bool(bits >> 9 & 1),
            ElevationBy(bits >> 10 & 3),
            HeadingBy(bits >> 12 & 1),
        )

    def __bytes__(self) -> bytes:
        told = (self.speed, self.distance, self.place, self.elevation, self.heading)
        bits = sum(
            1 << bit
            for bit, field in enumerate((*told, self.rolling_time, self.utc))
            if field is not None
        )
        bits |= self.found << 7 | self.in_space << 9
        bits |= self.elevation_by << 10 | self.heading_by << 12
        made = Writer().uint16(bits)
        if self.speed is not None:
            made.uint16(self.speed)
        if self.distance is not None:
            made.unsigned(self.distance, 3)
        for angle in self.place or ():
            made.signed(angle, 4)
        if self.elevation is not None:
            made.signed(self.elevation, 3)
        if self.heading is not None:
            made.uint16(self.heading)
        if self.rolling_time is not None:
            made.uint8(self.rolling_time)
        if self.utc is not None:
            self.utc.put(made)
        return bytes(made)


def _place(fields: Reader) -> tuple[int, int]:
    before = fields.offset
    latitude, longitude = fields.signed(4), fields.signed(4)
    if abs(latitude) > _POLE or abs(longitude) > _DATE_LINE:
        fields.offset = before
        raise fields.wrong("there is no such place on the globe")
    return latitude, longitude


def positions(packet: Packet) -> Iterator[Position]:
    """Where it is; nothing where the sensor does not know, or tells where it last was.

    Raises:
        DecodeError: the packet is not well formed.
    """
    measured = LocationAndSpeed.from_bytes(packet.data)
    if measured.place is None or measured.found not in (Found.POSITION, Found.ESTIMATED):
        return
    latitude, longitude = (float(angle * _DEGREE) for angle in measured.place)
    height = None if measured.elevation is None else float(measured.elevation * _CENTIMETRE)
    yield Position(packet.received, latitude, longitude, height, route="")


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Location and Speed",
    service="Location and Navigation",
    value=LocationAndSpeed,
    fields=dict.fromkeys(LocationAndSpeed.__dataclass_fields__, STAYS),
    source="Location and Navigation Service 1.0, 3.2; GATT Specification Supplement",
)
