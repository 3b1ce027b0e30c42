"""A cross trainer, whose record does not fit into one packet.

Source: Bluetooth SIG, Fitness Machine Service 1.0, 4.5 and 4.19.
"""

from __future__ import annotations

from collections.abc import Iterable

from adapters.ble.characteristics import (
    cross_trainer_data,
    fitness_machine_feature,
    supported_resistance_level_range,
)
from adapters.ble.characteristics.cross_trainer_data import CrossTrainerData
from adapters.ble.characteristics.fitness_machine_feature import Measures, Settable
from adapters.ble.characteristics.supported_resistance_level_range import (
    SupportedResistanceLevelRange,
)
from adapters.simulator.gym import Machine, offers, on
from adapters.simulator.instrument import Sent, Setup
from adapters.simulator.sensor import Moment, Offered, Sensor, make
from adapters.simulator.shapes import Constant, Sine
from adapters.simulator.streamer import Streamer


def _instrument(setup: Setup) -> Streamer:
    run = {"metres": 0.0, "strides": 0.0, "joules": 0.0}

    def says(machine: Machine, moment: Moment) -> Iterable[Sent]:
        passed = machine.step(moment)
        steps = max(0, round(moment.value("steps")))
        speed = steps * 0.045
        power = max(0, round(moment.value("power")))
        run["metres"] += speed / 3.6 * passed
        run["strides"] += steps / 60 * passed / 2
        run["joules"] += power * 4 * passed
        energy = int(run["joules"] / 4184)
        first = CrossTrainerData(
            inclination=35,
            ramp_angle=20,
            resistance=round(moment.value("resistance")),
            power=power,
            average_power=power,
        )
        second = CrossTrainerData(
            energy=energy & 0xFFFF,
            energy_an_hour=min(power * 4 * 3600 // 4184, 0xFFFE),
            energy_a_minute=min(power * 4 * 60 // 4184, 0xFE),
            heart_rate=min(max(0, round(moment.value("heart_rate"))), 254),
            metabolic_equivalent=min(power // 2, 0xFF),
            elapsed=int(machine.running_s) & 0xFFFF,
        )
        last = CrossTrainerData(
            speed=min(round(speed * 100), 0xFFFF),
            distance=int(run["metres"]) & 0xFFFFFF,
            step_rate=min(steps, 0xFFFE),
            average_step_rate=min(steps, 0xFFFE),
            strides=int(run["strides"] * 10) & 0xFFFF,
            backward=steps == 0,
        )
        yield Sent(cross_trainer_data.UUID, bytes(first))
        yield Sent(cross_trainer_data.UUID, bytes(second))
        yield Sent(cross_trainer_data.UUID, bytes(last), number=moment.number)

    return on(says)(setup)


_MEASURES = Measures.DISTANCE | Measures.STEPS | Measures.STRIDES | Measures.INCLINATION
_MEASURES |= Measures.RESISTANCE | Measures.POWER | Measures.ENERGY | Measures.HEART_RATE
_MEASURES |= Measures.METABOLIC_EQUIVALENT | Measures.ELAPSED

SENSOR = Sensor(
    key="cross-trainer",
    name="Cross trainer",
    prefix="CT",
    make=make("Cross trainer 4", "1.0"),
    service=fitness_machine_feature.SERVICE,
    values={
        "steps": Sine(shape="sine", mean=132, swing=10, period_s=150, noise=1),
        "power": Sine(shape="sine", mean=120, swing=20, period_s=150, noise=3),
        "resistance": Constant(shape="constant", value=60),
        "heart_rate": Sine(shape="sine", mean=126, swing=10, period_s=300, noise=1),
        "battery": Constant(shape="constant", value=100),
    },
    limits={
        "steps": (0, 0xFFFE),
        "power": (0, 0x7FFF),
        "resistance": (0, 255),
        "heart_rate": (0, 254),
    },
    rate_hz=1.0,
    instrument=_instrument,
    offers=offers(
        cross_trainer_data.UUID,
        _MEASURES,
        Settable.RESISTANCE,
        Offered(
            supported_resistance_level_range.UUID,
            bytes(SupportedResistanceLevelRange(10, 200, 10)),
        ),
    ),
)
