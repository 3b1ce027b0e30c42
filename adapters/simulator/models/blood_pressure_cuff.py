"""A cuff for two people, with a switch between them: it keeps what nobody has taken.

Source: Bluetooth SIG, Blood Pressure Service 1.1.1.
"""

from __future__ import annotations

from collections.abc import Iterable

from adapters.ble.characteristics import (
    blood_pressure,
    blood_pressure_feature,
    intermediate_cuff_pressure,
)
from adapters.ble.characteristics.blood_pressure import BloodPressureMeasurement
from adapters.ble.characteristics.blood_pressure_feature import BloodPressureFeature, Feature
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.intermediate_cuff_pressure import IntermediateCuffPressure
from adapters.simulator.clock_service import PLAIN_CLOCK, ClockService
from adapters.simulator.cuffs import INFLATING, LIMITS, VALUES, noticed, pressure, pressures, pulse
from adapters.simulator.instrument import Sent, Setup
from adapters.simulator.sensor import Moment, Offered, Sensor, make
from adapters.simulator.store_and_forward import StoreAndForward

_FEATURES = BloodPressureFeature(
    Feature.BODY_MOVEMENT
    | Feature.CUFF_FIT
    | Feature.IRREGULAR_PULSE
    | Feature.PULSE_RANGE
    | Feature.POSITION
)


class Cuff:
    """One cuff."""

    def __init__(self, setup: Setup) -> None:
        people = setup.options.get("people")
        self._people = [int(one) for one in people] if isinstance(people, list) else []
        self._kilopascal = bool(setup.options.get("kilopascal"))
        self._status = setup.options.get("status")
        self._clock = ClockService(setup.clock)
        self._memory = StoreAndForward()

    def measure(self, moment: Moment) -> Iterable[Sent]:
        """Inflate, then tell; a failed measurement has no pressures."""
        user = self._people[moment.number % len(self._people)] if self._people else None
        measured = BloodPressureMeasurement(
            *pressures(moment, kilopascal=self._kilopascal),
            kilopascal=self._kilopascal,
            at=DateTime.of(self._clock.time()),
            pulse=pulse(moment),
            user=user,
            status=noticed(self._status, moment.number),
        )
        sent = Sent(blood_pressure.UUID, bytes(measured), True, moment.number)
        return (*self._inflating(), *self._memory.keep(sent))

    def _inflating(self) -> Iterable[Sent]:
        for now in INFLATING:
            inside = pressure(now, kilopascal=self._kilopascal)
            said = IntermediateCuffPressure(inside, self._kilopascal)
            yield Sent(intermediate_cuff_pressure.UUID, bytes(said))

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
    key="blood-pressure-cuff",
    name="Cuff",
    prefix="BP",
    make=make("Cuff 2", "2.0"),
    service=blood_pressure.SERVICE,
    values=VALUES,
    limits={**LIMITS, "people": (0, 254)},
    rate_hz=1 / 3600,
    instrument=Cuff,
    offers={
        blood_pressure.SERVICE: (
            Offered(blood_pressure.UUID, sends="indicate"),
            Offered(intermediate_cuff_pressure.UUID, sends="notify"),
            Offered(blood_pressure_feature.UUID, bytes(_FEATURES)),
            PLAIN_CLOCK,
        ),
    },
    options={"people": [1, 2], "kilopascal": False, "status": [0]},
    window_s=30.0,
    leaves_after_s=10.0,
)
