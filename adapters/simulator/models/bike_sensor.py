"""A speed and cadence sensor of a bicycle, whose counters soon begin again from 0.

Source: Bluetooth SIG, Cycling Speed and Cadence Service 1.0.
"""

from __future__ import annotations

from collections.abc import Iterable

from adapters.ble.characteristics import csc_feature, csc_measurement
from adapters.ble.characteristics.csc_feature import Can, CscFeature
from adapters.ble.characteristics.csc_measurement import CscMeasurement
from adapters.simulator.instrument import Sent, Setup
from adapters.simulator.revolving import Revolving
from adapters.simulator.sensor import Moment, Offered, Sensor, make
from adapters.simulator.shapes import Constant, Sine
from adapters.simulator.streamer import Streamer


def _number(setup: Setup, name: str) -> int:
    said = setup.options[name]
    return said if isinstance(said, int) else 0


def _instrument(setup: Setup) -> Streamer:
    ticks = _number(setup, "ticks")
    wheel = Revolving(32, 1024, _number(setup, "wheel_turns"), ticks)
    crank = Revolving(16, 1024, _number(setup, "crank_turns"), ticks)

    def says(moment: Moment) -> Iterable[Sent]:
        measured = CscMeasurement(
            wheel.at(moment.seconds, moment.value("wheel")),
            crank.at(moment.seconds, moment.value("cadence")),
        )
        yield Sent(csc_measurement.UUID, bytes(measured), number=moment.number)

    return Streamer(says)


SENSOR = Sensor(
    key="bike-sensor",
    name="Bike sensor",
    prefix="BS",
    make=make("Bike sensor 2", "4.0"),
    service=csc_measurement.SERVICE,
    values={
        "wheel": Sine(shape="sine", mean=210, swing=20, period_s=90, noise=2),
        "cadence": Sine(shape="sine", mean=84, swing=6, period_s=60, noise=1),
        "battery": Constant(shape="constant", value=58),
    },
    limits={
        "wheel": (0, 61_440),
        "cadence": (0, 61_440),
        "wheel_turns": (0, 0xFFFFFFFF),
        "crank_turns": (0, 0xFFFF),
        "ticks": (0, 0xFFFF),
    },
    rate_hz=1.0,
    instrument=_instrument,
    offers={
        csc_measurement.SERVICE: (
            Offered(csc_measurement.UUID, sends="notify"),
            Offered(csc_feature.UUID, bytes(CscFeature(Can.WHEEL | Can.CRANK))),
        )
    },
    options={"wheel_turns": 4_120, "crank_turns": 65_520, "ticks": 60_000},
)
