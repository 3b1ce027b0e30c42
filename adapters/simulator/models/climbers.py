"""A step climber and a stair climber.

Source: Bluetooth SIG, Fitness Machine Service 1.0, 4.6 and 4.7.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from adapters.ble.characteristics import (
    fitness_machine_feature,
    stair_climber_data,
    step_climber_data,
)
from adapters.ble.characteristics.fitness_machine_feature import Measures, Settable
from adapters.ble.characteristics.stair_climber_data import StairClimberData
from adapters.ble.characteristics.step_climber_data import StepClimberData
from adapters.simulator.gym import Machine, offers, on
from adapters.simulator.instrument import Sent, Setup
from adapters.simulator.sensor import Moment, Sensor, make
from adapters.simulator.shapes import Constant, Shape, Sine
from adapters.simulator.streamer import Streamer

_METRES_A_STEP = 0.2
_STEPS_A_FLOOR = 16

_Says = Callable[[int, int, int, int], bytes]
"""A packet of steps, steps a minute, heart rate and seconds."""


def _climber(uuid: str, says: _Says) -> Callable[[Setup], Streamer]:
    def instrument(setup: Setup) -> Streamer:
        climbed = {"steps": 0.0}

        def moments(machine: Machine, moment: Moment) -> Iterable[Sent]:
            passed = machine.step(moment)
            rate = max(0, round(moment.value("steps")))
            climbed["steps"] += rate / 60 * passed
            heart_rate = min(max(0, round(moment.value("heart_rate"))), 254)
            steps = int(climbed["steps"]) & 0xFFFF
            packet = says(steps, rate, heart_rate, int(machine.running_s) & 0xFFFF)
            yield Sent(uuid, packet, number=moment.number)

        return on(moments)(setup)

    return instrument


def _step_climber(steps: int, rate: int, heart_rate: int, elapsed: int) -> bytes:
    return bytes(
        StepClimberData(
            floors=steps // _STEPS_A_FLOOR,
            steps=steps,
            step_rate=rate,
            climbed=int(steps * _METRES_A_STEP),
            heart_rate=heart_rate,
            elapsed=elapsed,
        )
    )


def _stair_climber(steps: int, rate: int, heart_rate: int, elapsed: int) -> bytes:
    return bytes(
        StairClimberData(
            floors=steps // _STEPS_A_FLOOR,
            step_rate=rate,
            climbed=int(steps * _METRES_A_STEP),
            strides=steps // 2,
            heart_rate=heart_rate,
            elapsed=elapsed,
        )
    )


_VALUES: dict[str, Shape] = {
    "steps": Sine(shape="sine", mean=64, swing=6, period_s=120, noise=1),
    "heart_rate": Sine(shape="sine", mean=140, swing=10, period_s=300, noise=1),
    "battery": Constant(shape="constant", value=100),
}
_MEASURES = Measures.STEPS | Measures.ELEVATION | Measures.HEART_RATE | Measures.ELAPSED

SENSORS = (
    Sensor(
        key="step-climber",
        name="Step climber",
        prefix="SC",
        make=make("Step climber 1", "1.0"),
        service=fitness_machine_feature.SERVICE,
        values=_VALUES,
        limits={"steps": (0, 0xFFFE), "heart_rate": (0, 254)},
        rate_hz=1.0,
        instrument=_climber(step_climber_data.UUID, _step_climber),
        offers=offers(step_climber_data.UUID, _MEASURES, Settable(0)),
    ),
    Sensor(
        key="stair-climber",
        name="Stair climber",
        prefix="SR",
        make=make("Stair climber 1", "1.0"),
        service=fitness_machine_feature.SERVICE,
        values=_VALUES,
        limits={"steps": (0, 0xFFFE), "heart_rate": (0, 254)},
        rate_hz=1.0,
        instrument=_climber(stair_climber_data.UUID, _stair_climber),
        offers=offers(stair_climber_data.UUID, _MEASURES | Measures.STRIDES, Settable(0)),
    ),
)
