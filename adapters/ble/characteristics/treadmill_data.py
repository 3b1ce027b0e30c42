"""Treadmill Data, 0x2ACD: speed, distance and incline of a treadmill.

Source: Bluetooth SIG, Fitness Machine Service 1.0, 4.4; GATT Specification Supplement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from adapters.ble.formats.machine import INCLINE, SESSION, Field, Layout, Number
from adapters.ble.formats.machine_data import MachineData, described, told_by
from adapters.ble.formats.machine_records import (
    CLIMBED_IN_TENTHS,
    DISTANCE,
    EVERY_MACHINE,
    INCLINATION,
    POWER,
    SPEED,
)
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2ACD)


@dataclass(frozen=True, slots=True)
class TreadmillData(MachineData):
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

    layout: ClassVar = Layout(
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
    tells: ClassVar = {
        "speed": SPEED,
        "distance": DISTANCE,
        "inclination": INCLINATION,
        "climbed": CLIMBED_IN_TENTHS,
        "power": POWER,
        **EVERY_MACHINE,
    }


readings = told_by(TreadmillData)

CHARACTERISTIC = described(UUID, "Treadmill Data", TreadmillData, "4.4")
