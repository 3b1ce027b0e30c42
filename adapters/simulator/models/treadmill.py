"""A treadmill.

Source: Bluetooth SIG, Fitness Machine Service 1.0, 4.4.
"""

from __future__ import annotations

from collections.abc import Iterable

from adapters.ble.characteristics import (
    fitness_machine_feature,
    supported_heart_rate_range,
    supported_inclination_range,
    supported_speed_range,
    treadmill_data,
)
from adapters.ble.characteristics.fitness_machine_feature import Measures, Settable
from adapters.ble.characteristics.supported_heart_rate_range import SupportedHeartRateRange
from adapters.ble.characteristics.supported_inclination_range import SupportedInclinationRange
from adapters.ble.characteristics.supported_speed_range import SupportedSpeedRange
from adapters.ble.characteristics.treadmill_data import TreadmillData
from adapters.ble.formats.machine import NOT_AVAILABLE
from adapters.simulator.gym import Machine, offers, on
from adapters.simulator.instrument import Sent, Setup
from adapters.simulator.sensor import Moment, Offered, Sensor, make
from adapters.simulator.shapes import Constant, Sine, Steps
from adapters.simulator.streamer import Streamer

_KCAL_A_KM = 62


def _instrument(setup: Setup) -> Streamer:
    run = {"metres": 0.0, "climbed": 0.0}

    def says(machine: Machine, moment: Moment) -> Iterable[Sent]:
        passed = machine.step(moment)
        speed = max(0.0, moment.value("speed")) if passed or not moment.number else 0.0
        incline = moment.value("inclination")
        metres = speed / 3.6 * passed
        run["metres"] += metres
        run["climbed"] += metres * max(0.0, incline) / 100
        first = TreadmillData(
            energy=int(run["metres"] / 1000 * _KCAL_A_KM) & 0xFFFF,
            energy_an_hour=NOT_AVAILABLE,
            energy_a_minute=NOT_AVAILABLE,
            heart_rate=min(max(0, round(moment.value("heart_rate"))), 254),
            elapsed=int(machine.running_s) & 0xFFFF,
        )
        last = TreadmillData(
            speed=min(round(speed * 100), 0xFFFF),
            distance=int(run["metres"]) & 0xFFFFFF,
            inclination=round(incline * 10),
            ramp_angle=NOT_AVAILABLE,
            climbed=int(run["climbed"] * 10) & 0xFFFF,
            descent=0,
        )
        yield Sent(treadmill_data.UUID, bytes(first))
        yield Sent(treadmill_data.UUID, bytes(last), number=moment.number)

    return on(says)(setup)


_MEASURES = Measures.DISTANCE | Measures.INCLINATION | Measures.ELEVATION | Measures.ENERGY
_MEASURES |= Measures.HEART_RATE | Measures.ELAPSED

SENSOR = Sensor(
    key="treadmill",
    name="Treadmill",
    prefix="TM",
    make=make("Treadmill 1", "5.1"),
    service=fitness_machine_feature.SERVICE,
    values={
        "speed": Steps(shape="steps", values=[8.0, 9.5, 11.0, 9.5], each_s=180),
        "inclination": Steps(shape="steps", values=[1.0, 2.0, 0.0], each_s=240),
        "heart_rate": Sine(shape="sine", mean=132, swing=12, period_s=400, noise=1),
        "battery": Constant(shape="constant", value=100),
    },
    limits={"speed": (0, 655), "inclination": (-3276, 3276), "heart_rate": (0, 254)},
    rate_hz=1.0,
    instrument=_instrument,
    offers=offers(
        treadmill_data.UUID,
        _MEASURES,
        Settable.SPEED | Settable.INCLINATION | Settable.HEART_RATE,
        Offered(supported_speed_range.UUID, bytes(SupportedSpeedRange(80, 2000, 10))),
        Offered(supported_inclination_range.UUID, bytes(SupportedInclinationRange(-30, 150, 5))),
        Offered(supported_heart_rate_range.UUID, bytes(SupportedHeartRateRange(80, 180, 1))),
    ),
)
