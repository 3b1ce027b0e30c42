"""An indoor bike, which can be told to feel like a hill.

Source: Bluetooth SIG, Fitness Machine Service 1.0, 4.9.
"""

from __future__ import annotations

from collections.abc import Iterable

from adapters.ble.characteristics import (
    fitness_machine_feature,
    indoor_bike_data,
    supported_power_range,
)
from adapters.ble.characteristics.fitness_machine_feature import Measures, Settable
from adapters.ble.characteristics.indoor_bike_data import IndoorBikeData
from adapters.ble.characteristics.supported_power_range import SupportedPowerRange
from adapters.simulator.gym import Machine, offers, on
from adapters.simulator.instrument import Sent, Setup
from adapters.simulator.sensor import Moment, Offered, Sensor, make
from adapters.simulator.shapes import Constant, Sine
from adapters.simulator.streamer import Streamer

_KMH_OF_A_TURN = 0.34


def _instrument(setup: Setup) -> Streamer:
    ride = {"metres": 0.0}

    def says(machine: Machine, moment: Moment) -> Iterable[Sent]:
        passed = machine.step(moment)
        cadence = max(0.0, moment.value("cadence"))
        speed = cadence * _KMH_OF_A_TURN
        ride["metres"] += speed / 3.6 * passed
        measured = IndoorBikeData(
            speed=min(round(speed * 100), 0xFFFF),
            cadence=min(round(cadence * 2), 0xFFFF),
            distance=int(ride["metres"]) & 0xFFFFFF,
            resistance=20,
            power=min(max(0, round(moment.value("power"))), 0x7FFF),
            heart_rate=min(max(0, round(moment.value("heart_rate"))), 254),
            elapsed=int(machine.running_s) & 0xFFFF,
        )
        yield Sent(indoor_bike_data.UUID, bytes(measured), number=moment.number)

    return on(says)(setup)


_MEASURES = Measures.CADENCE | Measures.DISTANCE | Measures.RESISTANCE | Measures.POWER
_MEASURES |= Measures.HEART_RATE | Measures.ELAPSED

SENSOR = Sensor(
    key="indoor-bike",
    name="Indoor bike",
    prefix="IB",
    make=make("Indoor bike 2", "3.3"),
    service=fitness_machine_feature.SERVICE,
    values={
        "cadence": Sine(shape="sine", mean=84, swing=5, period_s=90, noise=1),
        "power": Sine(shape="sine", mean=165, swing=25, period_s=120, noise=5),
        "heart_rate": Constant(shape="constant", value=0),
        "battery": Constant(shape="constant", value=100),
    },
    limits={"cadence": (0, 0x7FFF), "power": (0, 0x7FFF), "heart_rate": (0, 254)},
    rate_hz=1.0,
    instrument=_instrument,
    offers=offers(
        indoor_bike_data.UUID,
        _MEASURES,
        Settable.POWER | Settable.BIKE_SIMULATION | Settable.RESISTANCE,
        Offered(supported_power_range.UUID, bytes(SupportedPowerRange(0, 800, 1))),
    ),
)
