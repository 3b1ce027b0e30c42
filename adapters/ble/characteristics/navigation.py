"""Navigation, 0x2A68: the way to where somebody is going. It stays here.

Source: Bluetooth SIG, Location and Navigation Service 1.0, 3.5; GATT Specification Supplement,
Navigation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from adapters.ble.characteristic import Characteristic
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.place import STAYS, Found, HeadingBy
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A68)


@dataclass(frozen=True, slots=True)
class Navigation:
    """One notification. What is None is not told; bits 9 to 15 are reserved and ignored.

    Attributes:
        bearing: to the next point, 1/100 of a degree.
        heading: of the sensor, 1/100 of a degree.
        distance: still to go, 1/10 m.
        height: still to climb, 1/100 m.
        arrival: when it will be there.
        found: how sure it is of where it is.
        heading_by: what the heading comes from.
        to_destination: it leads to the destination, not to a point on the way.
        at_waypoint: a point on the way was reached.
        arrived: the destination was reached.
    """

    bearing: int
    heading: int
    distance: int | None = None
    height: int | None = None
    arrival: DateTime | None = None
    found: Found = Found.NO_POSITION
    heading_by: HeadingBy = HeadingBy.MOVEMENT
    to_destination: bool = False
    at_waypoint: bool = False
    arrived: bool = False

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if a field that the flags announce is missing, or more is there."""
        fields = Reader(data)
        bits = fields.uint16()
        bearing, heading = fields.uint16(), fields.uint16()
        distance = fields.unsigned(3) if bits & 1 else None
        height = fields.signed(3) if bits & 2 else None
        arrival = DateTime.take(fields) if bits & 4 else None
        fields.end()
        return cls(
            bearing,
            heading,
            distance,
            height,
            arrival,
            Found(bits >> 3 & 3),
            HeadingBy(bits >> 5 & 1),
            bool(bits >> 6 & 1),
            bool(bits >> 7 & 1),
            bool(bits >> 8 & 1),
        )

    def __bytes__(self) -> bytes:
        told = (self.distance, self.height, self.arrival)
        bits = sum(1 << bit for bit, field in enumerate(told) if field is not None)
        bits |= self.found << 3 | self.heading_by << 5 | self.to_destination << 6
        bits |= self.at_waypoint << 7 | self.arrived << 8
        made = Writer().uint16(bits).uint16(self.bearing).uint16(self.heading)
        if self.distance is not None:
            made.unsigned(self.distance, 3)
        if self.height is not None:
            made.signed(self.height, 3)
        if self.arrival is not None:
            self.arrival.put(made)
        return bytes(made)


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Navigation",
    service="Location and Navigation",
    value=Navigation,
    fields=dict.fromkeys(Navigation.__dataclass_fields__, STAYS),
    source="Location and Navigation Service 1.0, 3.5; GATT Specification Supplement",
)
