"""An ear thermometer: shows the temperature while it settles, and keeps what nobody has taken.

Source: Bluetooth SIG, Health Thermometer Service 1.0.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from adapters.ble.characteristics import measurement_interval, temperature, temperature_type
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.measurement_interval import MeasurementInterval
from adapters.ble.characteristics.temperature import (
    IntermediateTemperature,
    TemperatureMeasurement,
)
from adapters.ble.characteristics.temperature_type import Site, TemperatureType
from adapters.ble.formats.numbers import MedicalNumber, Special
from adapters.simulator.clock_service import FULL_CLOCK, ClockService
from adapters.simulator.instrument import Sent, Setup
from adapters.simulator.sensor import Moment, Offered, Sensor, make
from adapters.simulator.shapes import Constant, Steps
from adapters.simulator.store_and_forward import StoreAndForward

_STEP = Decimal("0.1")
_BELOW = (Decimal("1.4"), Decimal("0.6"), Decimal("0.2"))
"""How far below the last value it stands while it settles."""


class Thermometer:
    """One thermometer."""

    def __init__(self, setup: Setup) -> None:
        self._fahrenheit = bool(setup.options.get("fahrenheit"))
        self._clock = ClockService(setup.clock)
        self._memory = StoreAndForward()

    def measure(self, moment: Moment) -> Iterable[Sent]:
        """Settle, then tell; a failed measurement has no temperature."""
        shown = self._shown(moment)
        settling = () if moment.failed else tuple(shown - below for below in _BELOW)
        at = DateTime.of(self._clock.time())
        said: MedicalNumber = Special.NAN if moment.failed else shown
        measured = TemperatureMeasurement(said, self._fahrenheit, at, Site.EAR)
        return (
            *(self._settling(below) for below in settling),
            *self._memory.keep(Sent(temperature.UUID, bytes(measured), True, moment.number)),
        )

    def _shown(self, moment: Moment) -> Decimal:
        celsius = Decimal(repr(moment.value("body_temperature")))
        return (celsius * 9 / 5 + 32 if self._fahrenheit else celsius).quantize(_STEP)

    def _settling(self, degrees: Decimal) -> Sent:
        said = IntermediateTemperature(degrees, self._fahrenheit)
        return Sent(temperature.INTERMEDIATE, bytes(said))

    def read(self, uuid: str) -> bytes:
        """Its clock."""
        return self._clock.read(uuid)

    def write(self, uuid: str, data: bytes) -> Iterable[Sent]:
        """A peer sets its clock."""
        self._clock.write(uuid, data)
        return ()

    def subscribed(self, uuid: str) -> Iterable[Sent]:
        """What nobody has taken yet."""
        return self._memory.waiting_for(uuid)

    def delivered(self, sent: Sent) -> Iterable[Sent]:
        """Forget what was confirmed."""
        self._memory.confirmed(sent)
        return ()

    def disconnected(self) -> None:
        """What nobody has confirmed stays."""


SENSOR = Sensor(
    key="thermometer",
    name="Ear thermometer",
    prefix="ET",
    make=make("Ear thermometer 1", "1.2"),
    service=temperature.SERVICE,
    values={
        "body_temperature": Steps(
            shape="steps", values=[36.6, 36.9, 38.4, 37.2], each_s=3600, noise=0.1
        ),
        "battery": Constant(shape="constant", value=81),
    },
    limits={"body_temperature": (-100, 200)},
    rate_hz=1 / 3600,
    instrument=Thermometer,
    offers={
        temperature.SERVICE: (
            Offered(temperature.UUID, sends="indicate"),
            Offered(temperature.INTERMEDIATE, sends="notify"),
            Offered(temperature_type.UUID, bytes(TemperatureType(Site.EAR))),
            Offered(measurement_interval.UUID, bytes(MeasurementInterval(0))),
        ),
        **FULL_CLOCK,
    },
    options={"fahrenheit": False},
    window_s=30.0,
    leaves_after_s=10.0,
)
