"""A glucose sensor under the skin: a session, a measurement every few minutes, a history.

Source: Bluetooth SIG, Continuous Glucose Monitoring Service 1.0.2, 3.1 to 3.9 (errors 0x80 for a
check sum that is missing, 0x81 for one that is wrong).
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from adapters.ble.characteristics import (
    cgm_feature,
    cgm_measurement,
    cgm_session_run_time,
    cgm_session_start_time,
    cgm_specific_ops_control_point,
    cgm_status,
)
from adapters.ble.characteristics import record_access_control_point as racp
from adapters.ble.characteristics.cgm_feature import CgmFeature, Feature
from adapters.ble.characteristics.cgm_measurement import CgmMeasurement, CgmRecord
from adapters.ble.characteristics.cgm_session_run_time import CgmSessionRunTime
from adapters.ble.characteristics.cgm_session_start_time import CgmSessionStartTime
from adapters.ble.characteristics.cgm_status import NOTHING, Annunciation, CgmStatus
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.local_time_information import DaylightSaving
from adapters.ble.formats import e2e_crc
from adapters.ble.formats.numbers import SFLOAT, Special
from adapters.ble.formats.sample import Sample, SampleSite, SampleType
from adapters.errors import DecodeError
from adapters.simulator.cgm_operations import Operations
from adapters.simulator.instrument import AttError, Sent, Setup
from adapters.simulator.packing import Packing
from adapters.simulator.record_store import Access, Kept, RecordStore
from adapters.simulator.sensor import Moment, Offered, Sensor, make
from adapters.simulator.shapes import Constant, Sine

_MEASUREMENT, _OPERATIONS = cgm_measurement.UUID, cgm_specific_ops_control_point.UUID
_NEVER = DateTime(0, 0, 0, 0, 0, 0)
_SAMPLE = Sample(SampleType.INTERSTITIAL_FLUID, SampleSite.SUBCUTANEOUS_TISSUE)
_ACCESS = Access(needs=(_MEASUREMENT,), capacity=5000)
_HOURS = 14 * 24
_TENTH = Decimal("0.1")
_LOW, _HIGH = 70, 180
_LOWEST = 20.0
_READ_NOT_PERMITTED, _WRITE_NOT_PERMITTED = 0x02, 0x03
_MISSING_CHECK_SUM, _WRONG_CHECK_SUM, _OUT_OF_RANGE = 0x80, 0x81, 0xFF
_SESSION_BYTES = 9
_NO_ZONE = -128
_FEATURES = (
    Feature.CALIBRATION
    | Feature.PATIENT_ALERTS
    | Feature.HYPO_ALERTS
    | Feature.HYPER_ALERTS
    | Feature.RATE_ALERTS
    | Feature.SENSOR_MALFUNCTION
    | Feature.TREND
    | Feature.QUALITY
    | Feature.E2E_CRC
)


class GlucoseSensor:
    """One sensor.

    Options: `records` measurements that it has at the start, `minutes_apart` of each other;
    `bundle` so many go out in one notification while it measures, and `packed` of its history;
    `crc` whether it makes check sums; `timed` whether somebody told it when its session began;
    `zone` and `saving` of that time, in quarter hours; zone -128: nobody told it.
    """

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._options = setup.options
        self._secured = bool(setup.options["crc"])
        self._apart = self._option("minutes_apart")
        self.operations = Operations(self._apart, self._restart)
        self.running = True
        self._noticed = NOTHING
        self._level: Decimal | None
        self._bundle: list[CgmRecord]
        self._begin()
        count = self._option("records")
        for n in range(count):
            self._take(-60.0 * self._apart * (count - n), n, setup.dice)

    def _option(self, name: str) -> int:
        said = self._options[name]
        return said if isinstance(said, int) else 0

    def _begin(self, *, again: bool = False) -> None:
        self.store = RecordStore(_ACCESS, self._setup.listening)
        self._packing = Packing(self.store, _MEASUREMENT, self._option("packed"))
        past = 0 if again else self._apart * self._option("records")
        self._began = self._setup.clock() - timedelta(minutes=past)
        self._offset = -self._apart
        self._level, self._bundle = None, []
        start = DateTime.of(self._began) if self._options["timed"] else _NEVER
        said, saving = self._option("zone"), DaylightSaving(self._option("saving"))
        zone = None if said == _NO_ZONE else said
        self._start = CgmSessionStartTime(start, zone, saving, self._secured)

    def _restart(self, running: bool) -> None:
        """A peer starts a session, whose minutes begin anew, or stops the one that runs."""
        self.running = running
        if running:
            self._begin(again=True)

    def _take(
        self, seconds: float, number: int, dice: random.Random, *, failed: bool = False
    ) -> CgmRecord:
        level = max(_LOWEST, self._setup.values["glucose"].at(seconds, number, dice))
        now = SFLOAT.nearest(Decimal(repr(level)).quantize(_TENTH))
        change = (now - (self._level or now)) / self._apart
        self._level = now
        noticed = Annunciation.SENSOR_MALFUNCTION if failed else _warning(now)
        self._noticed = noticed if self.running else noticed | Annunciation.SESSION_STOPPED
        self._offset += self._apart
        if seconds >= 0:
            self._offset = max(self._offset, self._minutes())
        record = CgmRecord(
            Special.NAN if failed else now,
            self._offset & 0xFFFF,
            self._noticed,
            trend=None if failed else SFLOAT.nearest(change.quantize(_TENTH)),
            quality=Decimal(0) if failed else Decimal(95),
            secured=self._secured,
        )
        emission = number if seconds >= 0 else None
        sent = Sent(_MEASUREMENT, bytes(CgmMeasurement((record,))), number=emission)
        self.store.keep(Kept(record.offset, (sent,)))
        return record

    def _minutes(self) -> int:
        return int((self._setup.clock() - self._began) / timedelta(minutes=1))

    def measure(self, moment: Moment) -> Iterable[Sent]:
        """A measurement is kept, and sent with those before it once the bundle is full."""
        if not self.running:
            return ()
        taken = self._take(moment.seconds, moment.number, moment.dice, failed=moment.failed)
        self._bundle.append(taken)
        if len(self._bundle) < self._option("bundle") or not self.operations.interval:
            return ()
        together, self._bundle = CgmMeasurement(tuple(self._bundle)), []
        return (Sent(_MEASUREMENT, bytes(together), number=moment.number),)

    def read(self, uuid: str) -> bytes:
        """What changes of it."""
        if uuid == cgm_feature.UUID:
            features = _FEATURES if self._secured else _FEATURES & ~Feature.E2E_CRC
            return bytes(CgmFeature(features, _SAMPLE))
        if uuid == cgm_status.UUID:
            offset = max(0, self._minutes(), self._offset)
            return bytes(CgmStatus(offset & 0xFFFF, self._noticed, self._secured))
        if uuid == cgm_session_start_time.UUID:
            return bytes(self._start)
        if uuid == cgm_session_run_time.UUID:
            return bytes(CgmSessionRunTime(_HOURS, self._secured))
        raise AttError(_READ_NOT_PERMITTED)

    def write(self, uuid: str, data: bytes) -> Iterable[Sent]:
        """A peer asks for records, runs an operation, or says what time it is now."""
        if uuid == racp.UUID:
            return self._packing.pack(self.store.write(data))
        if uuid == cgm_session_start_time.UUID:
            self._be_told(data)
            return ()
        if uuid != _OPERATIONS:
            raise AttError(_WRITE_NOT_PERMITTED)
        answer = self.operations.answer(self._plain(data))
        sealed = e2e_crc.sealed(answer) if self._secured else answer
        return (Sent(_OPERATIONS, sealed, confirmed=True),)

    def _plain(self, data: bytes) -> bytes:
        if not self._secured:
            return data
        if len(data) <= e2e_crc.WIDTH:
            raise AttError(_MISSING_CHECK_SUM)
        plain = data[: -e2e_crc.WIDTH]
        if e2e_crc.sealed(plain) != data:
            raise AttError(_WRONG_CHECK_SUM)
        return plain

    def _be_told(self, data: bytes) -> None:
        """The time that is written is that of now; the session began its minutes before."""
        if self._secured and len(data) == _SESSION_BYTES:
            raise AttError(_MISSING_CHECK_SUM)
        try:
            told = CgmSessionStartTime.from_bytes(data)
        except DecodeError:
            raise AttError(_OUT_OF_RANGE) from None
        now: datetime | None = told.at.told
        if now is None:
            raise AttError(_OUT_OF_RANGE)
        began = now - (self._setup.clock() - self._began)
        self._start = CgmSessionStartTime(DateTime.of(began), told.zone, told.saving, self._secured)

    def subscribed(self, uuid: str) -> Iterable[Sent]:
        """It tells what it measures from now on."""
        return ()

    def delivered(self, sent: Sent) -> Iterable[Sent]:
        """The next of what was asked for."""
        return self._packing.delivered(sent)

    def disconnected(self) -> None:
        """What was asked for is over."""
        self.store.disconnected()


def _warning(level: Decimal) -> Annunciation:
    if level < _LOW:
        return Annunciation.BELOW_PATIENT_LOW
    return Annunciation.ABOVE_PATIENT_HIGH if level > _HIGH else NOTHING


SENSOR = Sensor(
    key="glucose-sensor",
    name="Glucose sensor",
    prefix="GS",
    make=make("Glucose sensor 2", "3.0"),
    service=cgm_measurement.SERVICE,
    values={
        "glucose": Sine(shape="sine", mean=125, swing=45, period_s=21600, noise=2),
        "battery": Constant(shape="constant", value=93),
    },
    limits={
        "glucose": (_LOWEST, 2000),
        "records": (0, 0xFFFF),
        "minutes_apart": (1, 254),
        "bundle": (1, 15),
        "packed": (1, 15),
        "zone": frozenset({_NO_ZONE, *range(-48, 57)}),
        "saving": frozenset(DaylightSaving),
    },
    rate_hz=1 / 300,
    instrument=GlucoseSensor,
    offers={
        cgm_measurement.SERVICE: (
            Offered(_MEASUREMENT, sends="notify"),
            Offered(cgm_feature.UUID, b"", lively=True),
            Offered(cgm_status.UUID, b"", lively=True),
            Offered(cgm_session_start_time.UUID, b"", writes=True, lively=True),
            Offered(cgm_session_run_time.UUID, b"", lively=True),
            Offered(racp.UUID, sends="indicate", writes=True),
            Offered(_OPERATIONS, sends="indicate", writes=True),
        ),
    },
    options={
        "records": 24,
        "minutes_apart": 5,
        "bundle": 1,
        "packed": 3,
        "crc": True,
        "timed": True,
        "zone": _NO_ZONE,
        "saving": 0,
    },
)
