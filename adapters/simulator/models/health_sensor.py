"""A generic health sensor: live observations once it is asked for them, and those that it keeps.

It measures oxygen saturation and pulse in a bundle, and now and then blood pressure and peak flow.

Source: Bluetooth SIG, Generic Health Sensor Service 1.0 and Elapsed Time Service 1.0; see
`adapters.ble.formats.acom`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from adapters.ble.characteristics import (
    elapsed_time,
    ghs_control_point,
    health_sensor_features,
    live_health_observations,
    observation_schedule_changed,
    stored_health_observations,
)
from adapters.ble.characteristics import record_access_control_point as racp
from adapters.ble.characteristics.elapsed_time import CurrentElapsedTime, ElapsedTime
from adapters.ble.characteristics.ghs_control_point import GhsControlPoint
from adapters.ble.characteristics.ghs_control_point import Op as GhsOp
from adapters.ble.characteristics.health_sensor_features import (
    HealthSensorFeatures,
    Specialization,
)
from adapters.ble.characteristics.observation_schedule_changed import ObservationSchedule
from adapters.ble.characteristics.record_access_control_point import Op, Operator
from adapters.ble.characteristics.stored_health_observations import StoredObservation
from adapters.ble.formats.acom import Bundle, Component, Compound, Observation, Status
from adapters.ble.formats.acom_values import Numeric
from adapters.ble.formats.numbers import MedicalNumber, Special
from adapters.ble.formats.segments import split
from adapters.errors import DecodeError
from adapters.simulator.device_time import DeviceTime, counted
from adapters.simulator.instrument import AttError, Sent, Setup
from adapters.simulator.record_store import Access, Kept, RecordStore
from adapters.simulator.sensor import Moment, Offered, Sensor, make
from adapters.simulator.shapes import Constant, Sine

_PACKET = 20
_NOT_PERMITTED, _INVALID_LENGTH, _NOT_SUPPORTED, _OUT_OF_RANGE = 0x02, 0x0D, 0x81, 0xFF

_LIVE = live_health_observations.UUID
_STORED = stored_health_observations.UUID
_CONTROL = ghs_control_point.UUID
_CLOCK = elapsed_time.UUID
_SCHEDULE = observation_schedule_changed.UUID

_SATURATION, _PULSE, _PRESSURE, _PEAK_FLOW = 150456, 149530, 150020, 152584
_PERCENT, _BEATS, _MMHG, _LITRES_A_MINUTE = 544, 2720, 3872, 3072
_TYPES = (_SATURATION, _PULSE, _PRESSURE, _PEAK_FLOW)
_SPOT = 150588
"""MDC_MODALITY_SPOT: a stable average."""

_ACCESS = Access(
    needs=(_STORED,),
    ops=frozenset({Op.COMBINED_REPORT, Op.ABORT, Op.COUNT}),
    operators=frozenset({Operator.ALL, Operator.AT_LEAST}),
    filters={1: 4},
    count_width=4,
)


class HealthSensor:
    """One sensor.

    Options: `records` that it has at the start, an hour apart; `patient` whose they are, -1 for a
    sensor that knows no users; `kept_every` so many measurements one is kept, 0 for none;
    `pressure_every` so many measurements one is of blood pressure and peak flow, 0 for none;
    `counter` for one that has no clock but counts seconds.
    """

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._time = DeviceTime.of(setup.clock)
        self._began = self._time() - timedelta(days=2)
        self._sends = False
        self._counters: Counter[str] = Counter()
        self._number = 0
        self.store = RecordStore(_ACCESS, setup.listening)
        count = self._option("records")
        for n in range(count):
            shown = self._time() - timedelta(hours=count - n)
            moment = Moment(0.0, n, False, setup.dice, setup.values)
            self._keep(self._pair(moment, shown) if n % 2 else self._pressure(moment, shown))

    def _option(self, name: str) -> int:
        said = self._setup.options[name]
        return said if isinstance(said, int) else 0

    def _stamp(self, shown: datetime) -> ElapsedTime:
        if self._option("counter"):
            return ElapsedTime((shown - self._began) // timedelta(seconds=1), True, False)
        return ElapsedTime.of(counted(shown))

    def _patient(self) -> int | None:
        said = self._option("patient")
        return said if said >= 0 else None

    def _pair(self, moment: Moment, shown: datetime) -> Observation:
        def measured(name: str, unit: int) -> Numeric:
            number: MedicalNumber = Decimal(round(moment.value(name)))
            return Numeric(Special.NAN if moment.failed else number, unit)

        saturation = Observation(measured("saturation", _PERCENT), _SATURATION)
        pulse = Observation(measured("pulse", _BEATS), _PULSE)
        return Observation(
            Bundle((saturation, pulse)),
            time=self._stamp(shown),
            status=Status.NOT_AVAILABLE if moment.failed else None,
            patient=self._patient(),
            more=(_SPOT,),
        )

    def _pressure(self, moment: Moment, shown: datetime) -> Observation:
        systolic = Decimal(round(moment.value("systolic")))
        values = (systolic, systolic - 42, systolic - 28)
        components = tuple(
            Component(code, Numeric(value, _MMHG))
            for code, value in zip((150021, 150022, 150023), values, strict=True)
        )
        return Observation(
            Compound(components),
            _PRESSURE,
            self._stamp(shown),
            duration=Decimal(35),
            id=moment.number,
            patient=self._patient(),
        )

    def _peak_flow(self, moment: Moment, shown: datetime) -> Observation:
        flow = Numeric(Decimal(round(moment.value("peak_flow"))), _LITRES_A_MINUTE)
        return Observation(flow, _PEAK_FLOW, self._stamp(shown), patient=self._patient())

    def _keep(self, observation: Observation) -> None:
        self._number += 1
        value = bytes(StoredObservation(self._number, observation))
        self.store.keep(Kept(self._number, tuple(self._packets(_STORED, value, confirmed=True))))

    def _packets(
        self, uuid: str, value: bytes, number: int | None = None, *, confirmed: bool = False
    ) -> Iterator[Sent]:
        parts = split(value, _PACKET, self._counters[uuid])
        self._counters[uuid] += len(parts)
        for part in parts:
            yield Sent(uuid, part, confirmed, number if part is parts[-1] else None)

    def measure(self, moment: Moment) -> Iterable[Sent]:
        """A measurement goes out if live observations were asked for, or is kept."""
        shown, every = self._time(), self._option("pressure_every")
        made = [self._pair(moment, shown)]
        if every and moment.number % every == every - 1 and not moment.failed:
            made = [self._pressure(moment, shown), self._peak_flow(moment, shown)]
        kept = self._option("kept_every")
        if kept and moment.number % kept == 0:
            self._keep(made[0])
        if not self._sends:
            return ()
        return [
            sent
            for at, one in enumerate(made)
            for sent in self._packets(_LIVE, bytes(one), None if at else moment.number)
        ]

    def read(self, uuid: str) -> bytes:
        """Its clock, or its counter."""
        if uuid != _CLOCK:
            raise AttError(_NOT_PERMITTED)
        return bytes(CurrentElapsedTime(self._stamp(self._time())))

    def write(self, uuid: str, data: bytes) -> Iterable[Sent]:
        """A peer asks for live observations or for kept ones, or sets the clock."""
        if uuid == racp.UUID:
            return self.store.write(data)
        if uuid == _CLOCK:
            return self._set(data)
        try:
            asked = GhsControlPoint.from_bytes(data).op
        except DecodeError:
            raise AttError(_NOT_SUPPORTED) from None
        if uuid != _CONTROL or asked not in (GhsOp.START, GhsOp.STOP):
            raise AttError(_NOT_SUPPORTED)
        self._sends = asked is GhsOp.START
        return (Sent(_CONTROL, bytes(GhsControlPoint(GhsOp.SUCCESS)), confirmed=True),)

    def _set(self, data: bytes) -> Iterable[Sent]:
        try:
            told = ElapsedTime.from_bytes(data).told
        except DecodeError:
            raise AttError(_INVALID_LENGTH) from None
        if told is None or told.tzinfo is not None or self._option("counter"):
            raise AttError(_OUT_OF_RANGE)
        self._time.set(told)
        return ()

    def subscribed(self, uuid: str) -> Iterable[Sent]:
        """It says how its counter stands, and how often it measures."""
        if uuid == _CLOCK:
            return (Sent(_CLOCK, self.read(_CLOCK), confirmed=True),)
        if uuid == _SCHEDULE:
            schedule = ObservationSchedule(_SATURATION, Decimal(1), Decimal(1))
            return (Sent(_SCHEDULE, bytes(schedule), confirmed=True),)
        return ()

    def delivered(self, sent: Sent) -> Iterable[Sent]:
        """The next of what was asked for."""
        return self.store.delivered(sent)

    def disconnected(self) -> None:
        """What was asked for is over."""
        self._sends = False
        self.store.disconnected()


_FEATURES = HealthSensorFeatures(_TYPES, (Specialization(4100, 1), Specialization(4103, 1)))

SENSOR = Sensor(
    key="health-sensor",
    name="Health sensor",
    prefix="HS",
    make=make("Health sensor 1", "1.0"),
    service=live_health_observations.SERVICE,
    values={
        "saturation": Sine(shape="sine", mean=97, swing=1, period_s=90, noise=0.4),
        "pulse": Sine(shape="sine", mean=66, swing=5, period_s=60, noise=1),
        "systolic": Constant(shape="constant", value=124, noise=5),
        "peak_flow": Constant(shape="constant", value=480, noise=20),
        "battery": Constant(shape="constant", value=71),
    },
    limits={
        "saturation": (0, 100),
        "pulse": (0, 2000),
        "systolic": (0, 2000),
        "peak_flow": (0, 2000),
        "records": (0, 0xFFFF),
        "patient": (-1, 255),
        "kept_every": (0, 1_000_000),
        "pressure_every": (0, 1_000_000),
    },
    rate_hz=1.0,
    instrument=HealthSensor,
    offers={
        live_health_observations.SERVICE: (
            Offered(health_sensor_features.UUID, bytes(_FEATURES)),
            Offered(_LIVE, sends="notify"),
            Offered(_STORED, sends="indicate"),
            Offered(racp.UUID, sends="indicate", writes=True),
            Offered(_CONTROL, sends="indicate", writes=True),
            Offered(_SCHEDULE, sends="indicate"),
        ),
        elapsed_time.SERVICE: (Offered(_CLOCK, b"", "indicate", writes=True, lively=True),),
    },
    options={
        "records": 6,
        "patient": -1,
        "kept_every": 0,
        "pressure_every": 20,
        "counter": False,
    },
)
