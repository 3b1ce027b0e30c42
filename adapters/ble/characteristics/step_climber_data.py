"""Step Climber Data, 0x2ACF: floors and steps of a step climber.

Source: Bluetooth SIG, Fitness Machine Service 1.0, 4.6; GATT Specification Supplement.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from adapters.ble.characteristic import Characteristic
from adapters.ble.formats.machine import SESSION, Field, Layout, Number
from adapters.ble.formats.machine_records import (
    CLIMBED,
    EVERY_MACHINE,
    STEP_RATE,
    Pieces,
    what_becomes,
)
from adapters.ble.formats.uuids import assigned
from adapters.ble.hearing import Hearing
from adapters.local_events import Packet
from adapters.reading import Reading

UUID = assigned(0x2ACF)

_LAYOUT = Layout(
    flags=2,
    groups=(
        (
            Number("floors"),
            Number("steps"),
        ),
        (Number("step_rate"),),
        (Number("average_step_rate"),),
        (Number("climbed"),),
        *SESSION,
    ),
)
_TELLS = {
    "step_rate": STEP_RATE,
    "climbed": CLIMBED,
    **EVERY_MACHINE,
}


@dataclass(frozen=True, slots=True)
class StepClimberData:
    """One packet. What is None is not in it; numbers are as they are sent.

    Attributes:
        floors: since the session began; only in the last packet of a record.
        steps: since the session began; only in the last packet of a record.
        step_rate: steps a minute.
        average_step_rate: steps a minute.
        climbed: m upwards.
        energy: kcal.
        energy_an_hour: kcal.
        energy_a_minute: kcal.
        heart_rate: beats a minute; 0 where nothing is measured.
        metabolic_equivalent: 1/10 MET.
        elapsed: seconds.
        remaining: seconds.
    """

    floors: Field = None
    steps: Field = None
    step_rate: Field = None
    average_step_rate: Field = None
    climbed: Field = None
    energy: Field = None
    energy_an_hour: Field = None
    energy_a_minute: Field = None
    heart_rate: Field = None
    metabolic_equivalent: Field = None
    elapsed: Field = None
    remaining: Field = None

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
        return self.floors is None


_NAMES = tuple(number.name for group in _LAYOUT.groups for number in group)


class _Record(Pieces):
    """The record of this characteristic that is not complete yet."""


def readings(packet: Packet, hearing: Hearing) -> Iterator[Reading]:
    """What a step climber tells, once a record is complete.

    Raises:
        DecodeError: the packet is not well formed.
    """
    measured = StepClimberData.from_bytes(packet.data)
    values = {name: value for name in _NAMES if (value := getattr(measured, name)) is not None}
    yield from hearing.keep(_Record).told(packet, values, measured.more, _TELLS)


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Step Climber Data",
    service="Fitness Machine",
    value=StepClimberData,
    fields=what_becomes(_LAYOUT, _TELLS),
    source="Fitness Machine Service 1.0, 4.6; GATT Specification Supplement",
)
