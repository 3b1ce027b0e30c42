"""Rower Data, 0x2AD1: strokes, distance and power of a rower.

Source: Bluetooth SIG, Fitness Machine Service 1.0, 4.8; GATT Specification Supplement.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from adapters.ble.formats.machine import RESISTANCE_LEVEL, SESSION, Field, Layout, Number
from adapters.ble.formats.machine_data import MachineData, described, told_by
from adapters.ble.formats.machine_records import DISTANCE, EVERY_MACHINE, POWER, STROKE_RATE
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2AD1)


@dataclass(frozen=True, slots=True)
class RowerData(MachineData):
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

    layout: ClassVar = Layout(
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
    tells: ClassVar = {
        "stroke_rate": STROKE_RATE,
        "distance": DISTANCE,
        "power": POWER,
        **EVERY_MACHINE,
    }


readings = told_by(RowerData)

CHARACTERISTIC = described(UUID, "Rower Data", RowerData, "4.8")
