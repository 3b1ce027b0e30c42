"""A rowing machine that sends each record in two packets.

Source: Bluetooth SIG, Fitness Machine Service 1.0, 4.8 and 4.19.
"""

from __future__ import annotations

from collections.abc import Iterable

from adapters.ble.characteristics import fitness_machine_feature, rower_data
from adapters.ble.characteristics.fitness_machine_feature import Measures, Settable
from adapters.ble.characteristics.rower_data import RowerData
from adapters.ble.formats.machine import NOT_AVAILABLE
from adapters.simulator.gym import Machine, offers, on
from adapters.simulator.instrument import Sent, Setup
from adapters.simulator.sensor import Moment, Sensor, make
from adapters.simulator.shapes import Constant, Sine
from adapters.simulator.streamer import Streamer

_METRES_A_STROKE = 9.5


def _instrument(setup: Setup) -> Streamer:
    row = {"strokes": 0.0, "joules": 0.0}

    def says(machine: Machine, moment: Moment) -> Iterable[Sent]:
        passed = machine.step(moment)
        rate = max(0.0, moment.value("strokes"))
        power = max(0, round(moment.value("power")))
        row["strokes"] += rate / 60 * passed
        row["joules"] += power * 4 * passed
        metres_a_second = rate / 60 * _METRES_A_STROKE
        first = RowerData(
            distance=int(row["strokes"] * _METRES_A_STROKE) & 0xFFFFFF,
            energy=int(row["joules"] / 4184) & 0xFFFF,
            energy_an_hour=NOT_AVAILABLE,
            energy_a_minute=NOT_AVAILABLE,
            heart_rate=min(max(0, round(moment.value("heart_rate"))), 254),
            elapsed=int(machine.running_s) & 0xFFFF,
        )
        last = RowerData(
            stroke_rate=min(round(rate * 2), 0xFF),
            strokes=moment.number & 0xFFFF if moment.numbered else int(row["strokes"]) & 0xFFFF,
            pace=round(min(500 / metres_a_second, 0xFFFF)) if metres_a_second else 0xFFFF,
            power=power,
            resistance=5,
        )
        yield Sent(rower_data.UUID, bytes(first))
        yield Sent(rower_data.UUID, bytes(last), number=moment.number)

    return on(says)(setup)


_MEASURES = Measures.CADENCE | Measures.DISTANCE | Measures.PACE | Measures.POWER
_MEASURES |= Measures.RESISTANCE | Measures.ENERGY | Measures.HEART_RATE | Measures.ELAPSED

SENSOR = Sensor(
    key="rower",
    name="Rower",
    prefix="RW",
    make=make("Rower 3", "0.9"),
    service=fitness_machine_feature.SERVICE,
    values={
        "strokes": Sine(shape="sine", mean=24, swing=2, period_s=120, noise=0.3),
        "power": Sine(shape="sine", mean=140, swing=20, period_s=120, noise=4),
        "heart_rate": Sine(shape="sine", mean=138, swing=9, period_s=300, noise=1),
        "battery": Constant(shape="constant", value=100),
    },
    limits={"strokes": (0, 127), "power": (0, 0x7FFF), "heart_rate": (0, 254)},
    rate_hz=1.0,
    instrument=_instrument,
    offers=offers(rower_data.UUID, _MEASURES, Settable(0)),
)
