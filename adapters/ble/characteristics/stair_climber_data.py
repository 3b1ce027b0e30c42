"""Stair Climber Data, 0x2AD0: floors and steps of a stair climber.

Source: Bluetooth SIG, Fitness Machine Service 1.0, 4.7; GATT Specification Supplement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from adapters.ble.formats.machine import SESSION, Field, Layout, Number
from adapters.ble.formats.machine_data import MachineData, described, told_by
from adapters.ble.formats.machine_records import CLIMBED, EVERY_MACHINE, STEP_RATE
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2AD0)


@dataclass(frozen=True, slots=True)
class StairClimberData(MachineData):
    """One packet. What is None is not in it; numbers are as they are sent.

    Attributes:
        floors: since the session began; only in the last packet of a record.
        step_rate: steps a minute.
        average_step_rate: steps a minute.
        climbed: m upwards.
        strides: pairs of steps.
        energy: kcal.
        energy_an_hour: kcal.
        energy_a_minute: kcal.
        heart_rate: beats a minute; 0 where nothing is measured.
        metabolic_equivalent: 1/10 MET.
        elapsed: seconds.
        remaining: seconds.
    """

    floors: Field = None
    step_rate: Field = None
    average_step_rate: Field = None
    climbed: Field = None
    strides: Field = None
    energy: Field = None
    energy_an_hour: Field = None
    energy_a_minute: Field = None
    heart_rate: Field = None
    metabolic_equivalent: Field = None
    elapsed: Field = None
    remaining: Field = None

    layout: ClassVar = Layout(
        flags=2,
        groups=(
            (Number("floors"),),
            (Number("step_rate"),),
            (Number("average_step_rate"),),
            (Number("climbed"),),
            (Number("strides"),),
            *SESSION,
        ),
    )
    tells: ClassVar = {
        "step_rate": STEP_RATE,
        "climbed": CLIMBED,
        **EVERY_MACHINE,
    }


readings = told_by(StairClimberData)

CHARACTERISTIC = described(UUID, "Stair Climber Data", StairClimberData, "4.7")
