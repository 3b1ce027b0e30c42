"""From the packets of a fitness machine to readings: records that come in several packets.

Source: Bluetooth SIG, Fitness Machine Service 1.0, 4.19 (all packets of a record but the last
announce that more follows) and 4.18 (a record that a lost link interrupts is not sent again).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from adapters.ble.formats.machine import Field
from adapters.kinds import Kind, kind, row_of
from adapters.local_events import Packet
from adapters.reading import Instant, Quantity, Reading

_ONE_RECORD: Final = 3_000
"""Machines tell a record a second; what came earlier than this belongs to another one."""

_IN_EVERY_PACKET: Final = frozenset({"elapsed", "remaining"})
"""What may come again in each packet of one record (4.1)."""

_ONE = Decimal(1)
_HALF = Decimal("0.5")
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Tells:
    """What a field becomes: the kind, and what one of the number sent is in its unit.

    ``silent`` are numbers that say that nothing is measured.
    """

    kind: Kind
    step: Decimal = _ONE
    silent: frozenset[int] = frozenset()


SPEED: Final = Tells(kind("machine_speed"), Decimal("0.01"))
DISTANCE: Final = Tells(kind("machine_distance"))
INCLINATION: Final = Tells(kind("inclination"), _TENTH)
CLIMBED: Final = Tells(kind("elevation_gain"))
CLIMBED_IN_TENTHS: Final = Tells(kind("elevation_gain"), _TENTH)
POWER: Final = Tells(kind("power"))
STEP_RATE: Final = Tells(kind("step_rate"))
STROKE_RATE: Final = Tells(kind("stroke_rate"), _HALF)
CADENCE: Final = Tells(kind("cycling_cadence"), _HALF)

EVERY_MACHINE: Final[Mapping[str, Tells]] = {
    "energy": Tells(kind("machine_energy")),
    # Machines send 0 as long as nobody holds their grips or wears a strap; ellipticals of TRUE 255
    # (cagnulein/qdomyos-zwift, pull request 4013).
    "heart_rate": Tells(kind("heart_rate"), silent=frozenset({0, 255})),
    "metabolic_equivalent": Tells(kind("metabolic_equivalent"), _TENTH),
}


class Pieces:
    """The packets of a record that is not complete yet."""

    def __init__(self) -> None:
        self._at: Instant = 0
        self._values: dict[str, Field] = {}

    def told(
        self, packet: Packet, values: Mapping[str, Field], more: bool, tells: Mapping[str, Tells]
    ) -> Iterator[Reading]:
        """The readings of each record that is complete with this packet.

        All of a record are of the moment in which its last packet came. A record whose last packet
        was lost is told without what was in it, at the time of the last that came.
        """
        again = any(name in self._values for name in values if name not in _IN_EVERY_PACKET)
        if again or packet.received - self._at > _ONE_RECORD:
            yield from self._readings(tells)
        self._values |= values
        self._at = packet.received
        if not more:
            yield from self._readings(tells)

    def _readings(self, tells: Mapping[str, Tells]) -> Iterator[Reading]:
        values, self._values = self._values, {}
        for name, told in tells.items():
            number = values.get(name)
            if isinstance(number, int) and number not in told.silent:
                value = Quantity(number * told.step, row_of(told.kind).unit)
                yield Reading(told.kind, self._at, value)


class Records:
    """The unfinished record of each characteristic that a machine sends."""

    def __init__(self) -> None:
        self._of: defaultdict[type[Any], Pieces] = defaultdict(Pieces)

    def of(self, value: type[Any]) -> Pieces:
        """That of the characteristic which this class reads."""
        return self._of[value]
