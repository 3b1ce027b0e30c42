"""Indoor Bike Data, 0x2AD2: speed, cadence and power of an indoor bike.

Source: Bluetooth SIG, Fitness Machine Service 1.0, 4.9; GATT Specification Supplement.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from adapters.ble.formats.machine import RESISTANCE_LEVEL, SESSION, Field, Layout, Number
from adapters.ble.formats.machine_data import MachineData, described, told_by
from adapters.ble.formats.machine_records import CADENCE, DISTANCE, EVERY_MACHINE, POWER, SPEED
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2AD2)


@dataclass(frozen=True, slots=True)
class IndoorBikeData(MachineData):
    """One packet. What is None is not in it; numbers are as they are sent.

    Attributes:
        speed: 1/100 km/h; only in the last packet of a record.
        average_speed: 1/100 km/h.
        cadence: 1/2 of a turn a minute.
        average_cadence: 1/2 of a turn a minute.
        distance: m.
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
        narrow: the resistance level has one byte.
    """

    speed: Field = None
    average_speed: Field = None
    cadence: Field = None
    average_cadence: Field = None
    distance: Field = None
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
    narrow: bool = field(default=False, compare=False)

    layout: ClassVar = Layout(
        flags=2,
        groups=(
            (Number("speed"),),
            (Number("average_speed"),),
            (Number("cadence"),),
            (Number("average_cadence"),),
            (Number("distance", width=3),),
            RESISTANCE_LEVEL,
            (Number("power", signed=True),),
            (Number("average_power", signed=True),),
            *SESSION,
        ),
    )
    tells: ClassVar = {
        "speed": SPEED,
        "cadence": CADENCE,
        "distance": DISTANCE,
        "power": POWER,
        **EVERY_MACHINE,
    }


readings = told_by(IndoorBikeData)

CHARACTERISTIC = described(UUID, "Indoor Bike Data", IndoorBikeData, "4.9")
