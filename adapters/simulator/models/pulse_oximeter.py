"""A pulse oximeter for the finger: a stream while it is worn, and spot checks that it keeps.

Source: Bluetooth SIG, Pulse Oximeter Service 1.0.1, 3.1 (spot check), 3.2 (continuous), 3.3
(features) and 3.5 (Record Access Control Point: all records, and no others).
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from adapters.ble.characteristics import (
    current_time,
    plx_continuous_measurement,
    plx_features,
    plx_spot_check_measurement,
)
from adapters.ble.characteristics import record_access_control_point as racp
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.plx_continuous_measurement import (
    Averaged,
    PlxContinuousMeasurement,
)
from adapters.ble.characteristics.plx_features import Feature, PlxFeatures
from adapters.ble.characteristics.plx_spot_check_measurement import PlxSpotCheckMeasurement
from adapters.ble.characteristics.record_access_control_point import Op, Operator
from adapters.ble.formats.numbers import MedicalNumber, Special
from adapters.ble.formats.oximetry import MeasurementStatus, SensorStatus
from adapters.simulator.device_time import DeviceTime
from adapters.simulator.instrument import AttError, Sent, Setup
from adapters.simulator.record_store import Access, Kept, RecordStore
from adapters.simulator.sensor import Moment, Offered, Sensor, make
from adapters.simulator.shapes import Constant, Course, Sine

_SPOT = plx_spot_check_measurement.UUID
_STREAM = plx_continuous_measurement.UUID
_TENTH = Decimal("0.1")
_WEAK = 0.3
"""Below such a strength of the pulse, in %, the signal is poor."""

_WRITE_NOT_PERMITTED = 0x03
_STATUSES = MeasurementStatus.ONGOING | MeasurementStatus.FULLY_QUALIFIED
_STATUSES |= MeasurementStatus.FROM_STORAGE | MeasurementStatus.QUESTIONABLE
_SENSORS = SensorStatus.SIGNAL_POOR | SensorStatus.LOW_PERFUSION | SensorStatus.NOT_ON_THE_USER
_ACCESS = Access(
    needs=(_SPOT,),
    ops=frozenset({Op.REPORT, Op.ABORT, Op.COUNT}),
    operators=frozenset({Operator.ALL}),
    filters={},
)


class PulseOximeter:
    """One oximeter.

    Options: `records` spot checks that it has at the start, an hour apart; `spot_every` so many
    measurements one is a spot check, 0 for none; `averages` to send fast and slow averages too.
    """

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._options = setup.options
        self._time = DeviceTime.of(setup.clock)
        self.store = RecordStore(_ACCESS, setup.listening)
        count = self._option("records")
        for n in range(count):
            back = timedelta(hours=count - n)
            values = _Finger(setup, setup.dice, -back.total_seconds(), n)
            self._keep(values, self._time() - back, None)

    def _option(self, name: str) -> int:
        said = self._options[name]
        return said if isinstance(said, int) else 0

    def _keep(self, finger: _Finger, shown: datetime, emission: int | None) -> Sent:
        def check(status: MeasurementStatus) -> Sent:
            measured = PlxSpotCheckMeasurement(
                finger.saturation,
                finger.pulse,
                DateTime.of(shown),
                finger.status | status,
                finger.sensor,
                finger.amplitude,
            )
            return Sent(_SPOT, bytes(measured), confirmed=True, number=emission)

        self.store.keep(Kept(len(self.store), (check(MeasurementStatus.FROM_STORAGE),)))
        return check(MeasurementStatus(0))

    def measure(self, moment: Moment) -> Iterable[Sent]:
        """A spot check is kept and told, or the stream goes on."""
        finger = _Finger(
            self._setup, moment.dice, moment.seconds, moment.number, missing=moment.failed
        )
        every = self._option("spot_every")
        if every and moment.number % every == 0:
            return (self._keep(finger, self._time(), moment.number),)
        normal = Averaged(finger.saturation, finger.pulse)
        averages = normal if self._options["averages"] else None
        measured = PlxContinuousMeasurement(
            normal, averages, averages, finger.status, finger.sensor, finger.amplitude
        )
        return (Sent(_STREAM, bytes(measured), number=moment.number),)

    def read(self, uuid: str) -> bytes:
        """Its clock."""
        return self._time.read(uuid)

    def write(self, uuid: str, data: bytes) -> Iterable[Sent]:
        """A peer asks for spot checks, or sets the clock."""
        if uuid == racp.UUID:
            return self.store.write(data)
        if uuid != current_time.UUID:
            raise AttError(_WRITE_NOT_PERMITTED)
        self._time.write(uuid, data)
        return ()

    def subscribed(self, uuid: str) -> Iterable[Sent]:
        """What it has is told when it is asked for."""
        return ()

    def delivered(self, sent: Sent) -> Iterable[Sent]:
        """The next of what was asked for."""
        return self.store.delivered(sent)

    def disconnected(self) -> None:
        """What was asked for is over."""
        self.store.disconnected()


class _Finger:
    """What there is to measure now; nothing where no finger is in it."""

    def __init__(
        self,
        setup: Setup,
        dice: random.Random,
        seconds: float,
        number: int,
        *,
        missing: bool = False,
    ) -> None:
        def at(name: str) -> Decimal:
            shape: Course = setup.values[name]
            return Decimal(repr(max(0.0, shape.at(seconds, number, dice))))

        strength = at("perfusion")
        self.saturation: MedicalNumber = min(Decimal(100), round(at("saturation"), 0))
        self.pulse: MedicalNumber = round(at("pulse"), 0)
        self.amplitude: MedicalNumber = min(Decimal(20), strength.quantize(_TENTH))
        self.status = MeasurementStatus.FULLY_QUALIFIED
        self.sensor = SensorStatus(0)
        if float(strength) < _WEAK:
            self.status = MeasurementStatus.QUESTIONABLE
            self.sensor = SensorStatus.SIGNAL_POOR | SensorStatus.LOW_PERFUSION
        if missing:
            self.saturation = self.pulse = self.amplitude = Special.NAN
            self.status = MeasurementStatus.ONGOING
            self.sensor = SensorStatus.NOT_ON_THE_USER


_FEATURES = Feature.STORAGE | Feature.TIME | Feature.FAST | Feature.SLOW | Feature.AMPLITUDE

SENSOR = Sensor(
    key="pulse-oximeter",
    name="Pulse oximeter",
    prefix="PO",
    make=make("Pulse oximeter 3", "1.4"),
    service=plx_spot_check_measurement.SERVICE,
    values={
        "saturation": Sine(shape="sine", mean=97, swing=1, period_s=90, noise=0.4),
        "pulse": Sine(shape="sine", mean=68, swing=5, period_s=60, noise=1),
        "perfusion": Constant(shape="constant", value=4.2, noise=0.5),
        "battery": Constant(shape="constant", value=66),
    },
    limits={
        "saturation": (0, 100),
        "pulse": (0, 2000),
        "perfusion": (0, 20),
        "records": (0, 0xFFFF),
        "spot_every": (0, 1_000_000),
    },
    rate_hz=1.0,
    instrument=PulseOximeter,
    offers={
        plx_spot_check_measurement.SERVICE: (
            Offered(_SPOT, sends="indicate"),
            Offered(_STREAM, sends="notify"),
            Offered(plx_features.UUID, bytes(PlxFeatures(_FEATURES, _STATUSES, _SENSORS))),
            Offered(racp.UUID, sends="indicate", writes=True),
        ),
        current_time.SERVICE: (Offered(current_time.UUID, b"", writes=True, lively=True),),
    },
    options={"records": 6, "spot_every": 0, "averages": False},
)
