"""A chest strap: heart rate, skin contact, beat intervals, and energy in every tenth value.

Source: Bluetooth SIG, Heart Rate Service 1.0, 3.1 and 3.2; 3.1.1.3 asks for energy once in ten.
"""

from __future__ import annotations

from adapters.ble.characteristics import body_sensor_location as location
from adapters.ble.characteristics.heart_rate import SERVICE, UUID, HeartRateMeasurement
from adapters.simulator.sensor import Measure, Moment, Offered, Sensor, make
from adapters.simulator.shapes import Constant, Sine

_ENERGY_EVERY = 10
_KJ_A_SECOND = 0.09
_MOST_INTERVALS = 9
"""As many as fit into the shortest packet beside rate and energy: (20 - 4) / 2, and one to spare
for none; a strap that falls behind drops the oldest."""


def measuring() -> Measure:
    """A strap that has just been put on."""
    since_beat_s = 0.0
    before_s = 0.0

    def measure(moment: Moment) -> bytes:
        nonlocal since_beat_s, before_s
        rate = max(0, round(moment.value("heart_rate")))
        since_beat_s += moment.seconds - before_s
        before_s = moment.seconds
        intervals = []
        while rate and since_beat_s >= (interval_s := 60 / rate * moment.dice.gauss(1, 0.02)):
            since_beat_s -= interval_s
            intervals.append(round(interval_s * 1024))
        return bytes(
            HeartRateMeasurement(
                rate=min(rate, 0xFFFF),
                contact=moment.value("contact") >= 0.5,
                energy=_energy(moment),
                rr=tuple(intervals[-_MOST_INTERVALS:]),
            )
        )

    return measure


def _energy(moment: Moment) -> int | None:
    if moment.numbered:
        return moment.number & 0xFFFF
    if moment.number % _ENERGY_EVERY:
        return None
    return int(moment.seconds * _KJ_A_SECOND) & 0xFFFF


SENSOR = Sensor(
    key="heart-rate-strap",
    name="Heart strap",
    prefix="HS",
    make=make("Heart strap 1", "2.4.0"),
    service=SERVICE,
    measures=UUID,
    sends="notify",
    stored=False,
    also=(Offered(location.UUID, bytes(location.BodySensorLocation(location.Site.CHEST))),),
    values={
        "heart_rate": Sine(shape="sine", mean=64, swing=5, period_s=60, noise=1.0),
        "contact": Constant(shape="constant", value=1),
        "battery": Constant(shape="constant", value=92),
    },
    rate_hz=1.0,
    measuring=measuring,
)
