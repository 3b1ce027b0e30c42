"""A blood glucose meter: it keeps numbered tests and gives them out when it is asked.

Its own time never jumps when a peer sets its clock: what the display shows is that time and an
offset, which each test keeps.

Source: Bluetooth SIG, Glucose Service 1.0.1, 3.1 (Glucose Measurement; base time and time offset),
3.2 (context), 3.3 (feature) and 3.5 (Record Access Control Point, filter types 1 and 2); Glucose
Profile 1.0.1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from adapters.ble.characteristics import current_time, glucose_feature, glucose_measurement_context
from adapters.ble.characteristics import glucose_measurement as measurement
from adapters.ble.characteristics import record_access_control_point as racp
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.glucose_feature import Feature, GlucoseFeature
from adapters.ble.characteristics.glucose_measurement import GlucoseMeasurement, Status
from adapters.ble.characteristics.glucose_measurement_context import (
    Carbohydrate,
    Food,
    GlucoseMeasurementContext,
    Meal,
)
from adapters.ble.formats.numbers import Special
from adapters.ble.formats.sample import Sample, SampleSite, SampleType
from adapters.simulator.device_time import DeviceTime
from adapters.simulator.instrument import AttError, Sent, Setup
from adapters.simulator.record_store import Access, Kept, RecordStore
from adapters.simulator.sensor import Moment, Offered, Sensor, make
from adapters.simulator.shapes import Constant, Steps

_BLOOD = Sample(SampleType.CAPILLARY_WHOLE_BLOOD, SampleSite.FINGER)
_CONTROL = Sample(SampleType.CONTROL_SOLUTION, SampleSite.CONTROL_SOLUTION)
_CONTEXT = glucose_measurement_context.UUID
_MEALS = tuple(Meal)
_MG_PER_DL_OF_ONE_MMOL_PER_L = 18.0156
_LOWEST, _HIGHEST = 20, 600
_WRITE_NOT_PERMITTED = 0x03
_ACCESS = Access(needs=(measurement.UUID,), time_filter=2, capacity=1000)


@dataclass(frozen=True, slots=True)
class _Test:
    """One test, and the number of its emission."""

    measured: GlucoseMeasurement
    context: GlucoseMeasurementContext | None
    emission: int | None

    def kept(self) -> Kept:
        sent = [Sent(measurement.UUID, bytes(self.measured), number=self.emission)]
        if self.context is not None:
            sent.append(Sent(_CONTEXT, bytes(self.context)))
        return Kept(self.measured.number, tuple(sent), self.measured.told)


class GlucoseMeter:
    """One meter.

    Options: `records` tests that it has at the start, `minutes_apart` of each other;
    `context_every` and `control_every` so many tests one with a context, one of control solution,
    0 for none; `molar` to measure in mmol/L; `retells` to give out old tests with the offset of
    now, as some meters do after their clock was set; `next_number` of the first test.
    """

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._options = setup.options
        self._time = DeviceTime.of(setup.clock)
        self._offset = timedelta(0)
        self._tests: list[_Test] = []
        self._next = self._option("next_number")
        self.store = RecordStore(_ACCESS, setup.listening)
        count = self._option("records")
        apart = timedelta(minutes=self._option("minutes_apart"))
        for n in range(count):
            back = apart * (count - n)
            level = setup.values["glucose"].at(-back.total_seconds(), n, setup.dice)
            self._take(self._time() - back, level, None, failed=False)

    def _option(self, name: str) -> int:
        said = self._options[name]
        return said if isinstance(said, int) else 0

    def _take(self, shown: datetime, level: float, emission: int | None, *, failed: bool) -> None:
        number = self._next
        self._next = (number + 1) & 0xFFFF
        control = self._falls("control_every", number)
        context = None
        if self._falls("context_every", number) and not failed and not control:
            food = Carbohydrate(Food.SNACK, Decimal(number % 80).scaleb(-3))
            context = GlucoseMeasurementContext(number, food, _MEALS[number % len(_MEALS)])
        measured = GlucoseMeasurement(
            number,
            DateTime.of(shown - self._offset),
            offset=self._minutes() or None,
            concentration=Special.NAN if failed else self._concentration(level),
            sample=_CONTROL if control else _BLOOD,
            molar=bool(self._options["molar"]),
            status=Status.SAMPLE_TOO_SMALL if failed else None,
            context=context is not None,
        )
        self._tests.append(_Test(measured, context, emission))
        self.store.keep(self._tests[-1].kept())

    def _falls(self, option: str, number: int) -> bool:
        every = self._option(option)
        return every > 0 and number % every == 0

    def _minutes(self) -> int:
        return round(self._offset / timedelta(minutes=1))

    def _concentration(self, level: float) -> Decimal:
        mg_per_dl = min(max(_LOWEST, level), _HIGHEST)
        if self._options["molar"]:
            return Decimal(round(mg_per_dl / _MG_PER_DL_OF_ONE_MMOL_PER_L * 10)).scaleb(-4)
        return Decimal(round(mg_per_dl)).scaleb(-5)

    def measure(self, moment: Moment) -> Iterable[Sent]:
        """A test is taken and kept; nobody gets it unasked."""
        self._take(self._time(), moment.value("glucose"), moment.number, failed=moment.failed)
        return ()

    def read(self, uuid: str) -> bytes:
        """Its clock."""
        return self._time.read(uuid)

    def write(self, uuid: str, data: bytes) -> Iterable[Sent]:
        """A peer asks for tests, or sets the clock."""
        if uuid == racp.UUID:
            return self.store.write(data)
        if uuid != current_time.UUID:
            raise AttError(_WRITE_NOT_PERMITTED)
        before = self._time()
        self._time.write(uuid, data)
        self._offset += self._time() - before
        if self._options["retells"]:
            self._retell()
        return ()

    def _retell(self) -> None:
        self.store = RecordStore(_ACCESS, self._setup.listening)
        for test in self._tests:
            measured = replace(test.measured, offset=self._minutes())
            self.store.keep(replace(test, measured=measured).kept())

    def subscribed(self, uuid: str) -> Iterable[Sent]:
        """It tells nothing unasked."""
        return ()

    def delivered(self, sent: Sent) -> Iterable[Sent]:
        """The next of what was asked for."""
        return self.store.delivered(sent)

    def disconnected(self) -> None:
        """What was asked for is over."""
        self.store.disconnected()


_FEATURES = Feature.LOW_BATTERY | Feature.SAMPLE_SIZE | Feature.RESULT_HIGH_LOW

SENSOR = Sensor(
    key="glucose-meter",
    name="Glucose meter",
    prefix="GM",
    make=make("Glucose meter 4", "2.1"),
    service=measurement.SERVICE,
    values={
        "glucose": Steps(shape="steps", values=[96, 131, 118, 154], each_s=21600, noise=9),
        "battery": Constant(shape="constant", value=80),
    },
    limits={
        "glucose": (_LOWEST, _HIGHEST),
        "records": (0, 0xFFFF),
        "minutes_apart": (0, 1440),
        "context_every": (0, 1_000_000),
        "control_every": (0, 1_000_000),
        "next_number": (0, 0xFFFF),
    },
    rate_hz=1 / 21600,
    instrument=GlucoseMeter,
    offers={
        measurement.SERVICE: (
            Offered(measurement.UUID, sends="notify"),
            Offered(_CONTEXT, sends="notify"),
            Offered(glucose_feature.UUID, bytes(GlucoseFeature(_FEATURES))),
            Offered(racp.UUID, sends="indicate", writes=True),
        ),
        current_time.SERVICE: (Offered(current_time.UUID, b"", writes=True, lively=True),),
    },
    options={
        "records": 20,
        "minutes_apart": 360,
        "context_every": 3,
        "control_every": 0,
        "molar": False,
        "retells": False,
        "next_number": 1,
    },
)
