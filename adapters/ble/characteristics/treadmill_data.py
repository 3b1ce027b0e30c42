"""Treadmill Data, 0x2ACD: speed, distance and incline of a treadmill.

Source: Bluetooth SIG, Fitness Machine Service 1.0, 4.4; GATT Specification Supplement.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from adapters.ble.characteristic import Characteristic
from adapters.ble.formats.machine import INCLINE, SESSION, Field, Layout, Number
from adapters.ble.formats.machine_records import (
    CLIMBED_IN_TENTHS,
    DISTANCE,
    EVERY_MACHINE,
    INCLINATION,
    POWER,
    SPEED,
    Pieces,
    what_becomes,
)
from adapters.ble.formats.uuids import assigned
from adapters.ble.hearing import Hearing
from adapters.local_events import Packet
from adapters.reading import Reading

UUID = assigned(0x2ACD)

_LAYOUT = Layout(
    flags=2,
    groups=(
        (Number("speed"),),
        (Number("average_speed"),),
        (Number("distance", width=3),),
        INCLINE,
        (
            Number("climbed"),
            Number("descent"),
        ),
        (Number("pace"),),
        (Number("average_pace"),),
        *SESSION,
        (
            Number("force_on_belt", signed=True, unavailable=0x7FFF),
            Number("power", signed=True, unavailable=0x7FFF),
        ),
    ),
)
_TELLS = {
    "speed": SPEED,
    "distance": DISTANCE,
    "inclination": INCLINATION,
    "climbed": CLIMBED_IN_TENTHS,
    "power": POWER,
    **EVERY_MACHINE,
}


@dataclass(frozen=True, slots=True)
class TreadmillData:
    """One packet. What is None is not in it; numbers are as they are sent.

    Attributes:
        speed: 1/100 km/h; only in the last packet of a record.
        average_speed: 1/100 km/h.
        distance: m.
        inclination: 1/10 %.
        ramp_angle: 1/10 of a degree.
        climbed: 1/10 m upwards.
        descent: 1/10 m downwards.
        pace: seconds for 500 m.
        average_pace: seconds for 500 m.
        energy: kcal.
        energy_an_hour: kcal.
        energy_a_minute: kcal.
        heart_rate: beats a minute; 0 where nothing is measured.
        metabolic_equivalent: 1/10 MET.
        elapsed: seconds.
        remaining: seconds.
        force_on_belt: N.
        power: W.
    """

    speed: Field = None
    average_speed: Field = None
    distance: Field = None
    inclination: Field = None
    ramp_angle: Field = None
    climbed: Field = None
    descent: Field = None
    pace: Field = None
    average_pace: Field = None
    energy: Field = None
    energy_an_hour: Field = None
    energy_a_minute: Field = None
    heart_rate: Field = None
    metabolic_equivalent: Field = None
    elapsed: Field = None
    remaining: Field = None
    force_on_belt: Field = None
    power: Field = None

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if a field that the flags announce is missing, or more is there."""
        _, _, values = _LAYOUT.read(data)
        return cls(**values)

    def __bytes__(self) -> bytes:
        return _LAYOUT.write({name: getattr(self, name) for name in _NAMES}, narrow=False)

    @property
    def more(self) -> bool:
        """More of the same record follows in another packet."""
        return self.speed is None


_NAMES = tuple(number.name for group in _LAYOUT.groups for number in group)


class _Record(Pieces):
    """The record of this characteristic that is not complete yet."""


def readings(packet: Packet, hearing: Hearing) -> Iterator[Reading]:
    """What a treadmill tells, once a record is complete.

    Raises:
        DecodeError: the packet is not well formed.
    """
    measured = TreadmillData.from_bytes(packet.data)
    values = {name: value for name in _NAMES if (value := getattr(measured, name)) is not None}
    yield from hearing.keep(_Record).told(packet, values, measured.more, _TELLS)


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Treadmill Data",
    service="Fitness Machine",
    value=TreadmillData,
    fields=what_becomes(_LAYOUT, _TELLS),
    source="Fitness Machine Service 1.0, 4.4; GATT Specification Supplement",
)
