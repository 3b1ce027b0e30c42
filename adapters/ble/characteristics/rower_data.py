"""Rower Data, 0x2AD1: strokes, distance and power of a rower.

Source: Bluetooth SIG, Fitness Machine Service 1.0, 4.8; GATT Specification Supplement.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

from adapters.ble.characteristic import Characteristic
from adapters.ble.characteristics import supported_resistance_level_range as levels
from adapters.ble.formats.machine import RESISTANCE_LEVEL, SESSION, Field, Layout, Number, agreed
from adapters.ble.formats.machine_records import (
    DISTANCE,
    EVERY_MACHINE,
    POWER,
    STROKE_RATE,
    Pieces,
    what_becomes,
)
from adapters.ble.formats.uuids import assigned
from adapters.ble.hearing import Hearing
from adapters.local_events import Packet
from adapters.reading import Reading

UUID = assigned(0x2AD1)

_LAYOUT = Layout(
    flags=2,
    groups=(
        (
            Number("stroke_rate", width=1),
            Number("strokes"),
        ),
        (Number("average_stroke_rate", width=1),),
        (Number("distance", width=3),),
        (Number("pace"),),
        (Number("average_pace"),),
        (Number("power", signed=True),),
        (Number("average_power", signed=True),),
        RESISTANCE_LEVEL,
        *SESSION,
    ),
)
_TELLS = {
    "stroke_rate": STROKE_RATE,
    "distance": DISTANCE,
    "power": POWER,
    **EVERY_MACHINE,
}


@dataclass(frozen=True, slots=True)
class RowerData:
    """One packet. What is None is not in it; numbers are as they are sent.

    Attributes:
        stroke_rate: 1/2 of a stroke a minute; only in the last packet of a record.
        strokes: since the session began; only in the last packet of a record.
        average_stroke_rate: 1/2 of a stroke a minute.
        distance: m.
        pace: seconds for 500 m.
        average_pace: seconds for 500 m.
        power: W.
        average_power: W.
        resistance: a level of the machine's own.
        energy: kcal.
        energy_an_hour: kcal.
        energy_a_minute: kcal.
        heart_rate: beats a minute; 0 where nothing is measured.
        metabolic_equivalent: 1/10 MET.
        elapsed: seconds.
        remaining: seconds.
        narrow: the resistance level has one byte.
    """

    stroke_rate: Field = None
    strokes: Field = None
    average_stroke_rate: Field = None
    distance: Field = None
    pace: Field = None
    average_pace: Field = None
    power: Field = None
    average_power: Field = None
    resistance: Field = None
    energy: Field = None
    energy_an_hour: Field = None
    energy_a_minute: Field = None
    heart_rate: Field = None
    metabolic_equivalent: Field = None
    elapsed: Field = None
    remaining: Field = None
    narrow: bool = field(default=False, compare=False)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if a field that the flags announce is missing, or more is there."""
        _, narrow, values = _LAYOUT.read(data)
        return cls(**values, narrow=narrow)

    def __bytes__(self) -> bytes:
        return _LAYOUT.write({name: getattr(self, name) for name in _NAMES}, self.narrow)

    @property
    def more(self) -> bool:
        """More of the same record follows in another packet."""
        return self.stroke_rate is None


_NAMES = tuple(number.name for group in _LAYOUT.groups for number in group)


class _Record(Pieces):
    """The record of this characteristic that is not complete yet."""


def readings(packet: Packet, hearing: Hearing) -> Iterator[Reading]:
    """What a rower tells, once a record is complete.

    Raises:
        DecodeError: the packet is not well formed.
    """
    measured = RowerData.from_bytes(packet.data)
    agreed(measured.narrow, packet.data, hearing.said.get(levels.UUID))
    values = {name: value for name in _NAMES if (value := getattr(measured, name)) is not None}
    yield from hearing.keep(_Record).told(packet, values, measured.more, _TELLS)


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Rower Data",
    service="Fitness Machine",
    value=RowerData,
    fields=what_becomes(_LAYOUT, _TELLS, "narrow"),
    source="Fitness Machine Service 1.0, 4.8; GATT Specification Supplement",
)
