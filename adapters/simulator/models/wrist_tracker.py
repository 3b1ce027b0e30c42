"""A fitness tracker on the wrist that broadcasts its heart rate: no beat intervals, no contact.

Trackers of several makers do so with the standard service once "broadcast heart rate" is on.

Source: Bluetooth SIG, Heart Rate Service 1.0, 3.1 and 3.2.
"""

from __future__ import annotations

from adapters.ble.characteristics import body_sensor_location as location
from adapters.ble.characteristics.heart_rate import SERVICE, UUID, HeartRateMeasurement
from adapters.simulator.sensor import Measure, Moment, Offered, Sensor, make
from adapters.simulator.shapes import Constant, Sine


def measuring() -> Measure:
    """A tracker that is worn."""

    def measure(moment: Moment) -> bytes:
        rate = min(max(0, round(moment.value("heart_rate"))), 0xFFFF)
        energy = moment.number & 0xFFFF if moment.numbered else None
        return bytes(HeartRateMeasurement(rate=rate, energy=energy))

    return measure


SENSOR = Sensor(
    key="wrist-tracker",
    name="Wrist tracker",
    prefix="WT",
    make=make("Wrist tracker 3", "11.0.2"),
    service=SERVICE,
    measures=UUID,
    sends="notify",
    stored=False,
    also=(Offered(location.UUID, bytes(location.BodySensorLocation(location.Site.WRIST))),),
    values={
        "heart_rate": Sine(shape="sine", mean=66, swing=6, period_s=60, noise=1.5),
        "battery": Constant(shape="constant", value=71),
    },
    limits={"heart_rate": (0, 0xFFFF)},
    rate_hz=1.0,
    measuring=measuring,
)
