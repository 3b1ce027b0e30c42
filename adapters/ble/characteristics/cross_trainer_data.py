"""Cross Trainer Data, 0x2ACE: speed, steps and incline of a cross trainer.

Source: Bluetooth SIG, Fitness Machine Service 1.0, 4.5; GATT Specification Supplement.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

from adapters.ble.characteristic import Characteristic
from adapters.ble.characteristics import supported_resistance_level_range as levels
from adapters.ble.formats.machine import (
    INCLINE,
    RESISTANCE_LEVEL,
    SESSION,
    Field,
    Layout,
    Number,
    agreed,
)
from adapters.ble.formats.machine_records import (
    CLIMBED,
    DISTANCE,
    EVERY_MACHINE,
    INCLINATION,
    POWER,
    SPEED,
    STEP_RATE,
    Pieces,
    what_becomes,
)
from adapters.ble.formats.uuids import assigned
from adapters.ble.hearing import Hearing
from adapters.local_events import Packet
from adapters.reading import Reading

UUID = assigned(0x2ACE)

_BACKWARD = 1 << 15

_LAYOUT = Layout(
    flags=3,
    groups=(
        (Number("speed"),),
        (Number("average_speed"),),
        (Number("distance", width=3),),
        (
            Number("step_rate", unavailable=0xFFFF),
            Number("average_step_rate", unavailable=0xFFFF),
        ),
        (Number("strides"),),
        (
            Number("climbed"),
            Number("descent"),
        ),
        INCLINE,
        RESISTANCE_LEVEL,
        (Number("power", signed=True),),
        (Number("average_power", signed=True),),
        *SESSION,
    ),
    known=_BACKWARD,
)
_TELLS = {
    "speed": SPEED,
    "distance": DISTANCE,
    "step_rate": STEP_RATE,
    "climbed": CLIMBED,
    "inclination": INCLINATION,
    "power": POWER,
    **EVERY_MACHINE,
}


@dataclass(frozen=True, slots=True)
class CrossTrainerData:
    """One packet. What is None is not in it; numbers are as they are sent.

    Attributes:
        speed: 1/100 km/h; only in the last packet of a record.
        average_speed: 1/100 km/h.
        distance: m.
        step_rate: steps a minute.
        average_step_rate: steps a minute.
        strides: 1/10 of a stride.
        climbed: m upwards.
        descent: m downwards.
        inclination: 1/10 %.
        ramp_angle: 1/10 of a degree.
        resistance: a level of the machine's own.
        power: W.
        average_power: W.
        energy: kcal.
        energy_an_hour: kcal.
        energy_a_minute: kcal.
        heart_rate: beats a minute; 0 where nothing is measured.
        metabolic_equivalent: 1/10 MET.
        elapsed: seconds.
        remaining: seconds.
        backward: the pedals go backwards.
        narrow: the resistance level has one byte.
    """

    speed: Field = None
    average_speed: Field = None
    distance: Field = None
    step_rate: Field = None
    average_step_rate: Field = None
    strides: Field = None
    climbed: Field = None
    descent: Field = None
    inclination: Field = None
    ramp_angle: Field = None
    resistance: Field = None
    power: Field = None
    average_power: Field = None
    energy: Field = None
    energy_an_hour: Field = None
    energy_a_minute: Field = None
    heart_rate: Field = None
    metabolic_equivalent: Field = None
    elapsed: Field = None
    remaining: Field = None
    backward: bool = False
    narrow: bool = field(default=False, compare=False)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if a field that the flags announce is missing, or more is there."""
        flags, narrow, values = _LAYOUT.read(data)
        return cls(**values, backward=bool(flags & _BACKWARD), narrow=narrow)

    def __bytes__(self) -> bytes:
        return _LAYOUT.write(
            {name: getattr(self, name) for name in _NAMES},
            self.narrow,
            _BACKWARD if self.backward else 0,
        )

    @property
    def more(self) -> bool:
        """More of the same record follows in another packet."""
        return self.speed is None


_NAMES = tuple(number.name for group in _LAYOUT.groups for number in group)


class _Record(Pieces):
    """The record of this characteristic that is not complete yet."""


def readings(packet: Packet, hearing: Hearing) -> Iterator[Reading]:
    """What a cross trainer tells, once a record is complete.

    Raises:
        DecodeError: the packet is not well formed.
    """
    measured = CrossTrainerData.from_bytes(packet.data)
    agreed(measured.narrow, packet.data, hearing.said.get(levels.UUID))
    values = {name: value for name in _NAMES if (value := getattr(measured, name)) is not None}
    yield from hearing.keep(_Record).told(packet, values, measured.more, _TELLS)


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Cross Trainer Data",
    service="Fitness Machine",
    value=CrossTrainerData,
    fields=what_becomes(_LAYOUT, _TELLS, "backward", "narrow"),
    source="Fitness Machine Service 1.0, 4.5; GATT Specification Supplement",
)
