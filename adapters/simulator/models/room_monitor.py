"""A monitor of carbon monoxide in the air of a room.

Source: Bluetooth SIG, Environmental Sensing Service 1.0.1; GATT Specification Supplement, Carbon
Monoxide Concentration.
"""

from __future__ import annotations

from decimal import Decimal

from adapters.ble.characteristics import (
    es_configuration,
    es_measurement,
    es_trigger_setting,
    valid_range,
)
from adapters.ble.characteristics.carbon_monoxide import SERVICE, UUID, CarbonMonoxideConcentration
from adapters.ble.characteristics.es_configuration import EsConfiguration
from adapters.ble.characteristics.es_measurement import EsMeasurement, Sampling
from adapters.ble.characteristics.es_trigger_setting import Condition, EsTriggerSetting
from adapters.ble.characteristics.valid_range import ValidRange
from adapters.ble.formats.numbers import SFLOAT
from adapters.simulator.sensor import Measure, Moment, Sensor, make
from adapters.simulator.shapes import Constant, Sine

_AIR = 1
"""Environmental Sensing Service 1.0.1, 3.1.2: the application "air"."""


def measuring() -> Measure:
    """A monitor on the wall."""

    def measure(moment: Moment) -> bytes:
        ppm = Decimal(repr(round(max(0.0, moment.value("air")), 3)))
        return bytes(CarbonMonoxideConcentration.of_ppm(ppm))

    return measure


SENSOR = Sensor(
    key="room-monitor",
    name="Room monitor",
    prefix="RM",
    make=make("Room monitor 1", "3.0"),
    service=SERVICE,
    measures=UUID,
    sends="notify",
    stored=False,
    described={
        es_measurement.UUID: bytes(EsMeasurement(Sampling.INSTANTANEOUS, 0, 10, _AIR, 20)),
        es_trigger_setting.UUID: bytes(EsTriggerSetting(Condition.EVERY, 10)),
        es_configuration.UUID: bytes(EsConfiguration(any_is_enough=True)),
        valid_range.UUID: bytes(ValidRange(Decimal(0), SFLOAT.nearest(Decimal("1.145e-3")))),
    },
    values={
        "air": Sine(shape="sine", mean=1.2, swing=0.6, period_s=300, noise=0.05),
        "battery": Constant(shape="constant", value=100),
    },
    limits={"air": (0, 1000)},
    rate_hz=0.1,
    measuring=measuring,
)
