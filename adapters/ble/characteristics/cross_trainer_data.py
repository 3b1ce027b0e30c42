"""Cross Trainer Data, 0x2ACE: speed, steps and incline of a cross trainer.

Source: Bluetooth SIG, Fitness Machine Service 1.0, 4.5; GATT Specification Supplement.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from adapters.ble.formats.machine import (
    INCLINE,
    RESISTANCE_LEVEL,
    SESSION,
    Field,
    Layout,
    Number,
)
from adapters.ble.formats.machine_data import MachineData, described, told_by
from adapters.ble.formats.machine_records import (
    CLIMBED,
    DISTANCE,
    EVERY_MACHINE,
    INCLINATION,
    POWER,
    SPEED,
    STEP_RATE,
)
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2ACE)


@dataclass(frozen=True, slots=True)
class CrossTrainerData(MachineData):
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

    layout: ClassVar = Layout(
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
        marks={"backward": 1 << 15},
    )
    tells: ClassVar = {
        "speed": SPEED,
        "distance": DISTANCE,
        "step_rate": STEP_RATE,
        "climbed": CLIMBED,
        "inclination": INCLINATION,
        "power": POWER,
        **EVERY_MACHINE,
    }


readings = told_by(CrossTrainerData)

CHARACTERISTIC = described(UUID, "Cross Trainer Data", CrossTrainerData, "4.5")
