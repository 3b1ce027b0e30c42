"""A glucose meter that a test holds in its hand: stored records, a clock, and every bad habit."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from adapters.ble.catalog import built_in
from adapters.ble.characteristics import current_time, glucose_measurement
from adapters.ble.characteristics import record_access_control_point as racp
from adapters.ble.characteristics.current_time import CurrentTime
from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.glucose_measurement import GlucoseMeasurement
from adapters.ble.characteristics.record_access_control_point import (
    Answer,
    Op,
    Operator,
    RecordAccessControlPoint,
)
from adapters.ble.formats.sample import Sample, SampleSite, SampleType
from adapters.ble.paired import Paired
from adapters.reading import DeviceKey
from tests.ble_house import ANNA, House
from tests.fakes_ble import Held, HeldSensor, Offer, refuse

PROFILE = built_in()["glucose-meter"]
TEST = glucose_measurement.UUID
METER, METER_ADDRESS = DeviceKey("meter"), "F0:00:00:00:00:07"


def glucose(number: int, at: datetime) -> bytes:
    """One stored test: its level is 90 + its number mg/dL."""
    level = Decimal(90 + number % 400).scaleb(-5)
    sample = Sample(SampleType.CAPILLARY_WHOLE_BLOOD, SampleSite.FINGER)
    return bytes(GlucoseMeasurement(number, DateTime.of(at), None, level, sample))


@dataclass
class Meter:
    """A meter with stored tests.

    Attributes:
        tests: the value of each stored test, by its number.
        asked: every request, in order; `refused` of them by ATT.
        sent: the number of every test that went out.
        answers: how a request goes instead, by op, or by op and operator.
        silent: it takes requests and says nothing.
        stops_after: it falls silent after so many records of a report.
        lost_after: it lets go of the link after so many.
        busy: so many requests are refused, since a procedure is in progress.
        ahead: of the right time; it can be set.
        settable: whether its clock may be written.
    """

    house: House
    tests: dict[int, bytes] = field(default_factory=dict)
    asked: list[RecordAccessControlPoint] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)
    answers: dict[Op | tuple[Op, Operator], Answer] = field(default_factory=dict)
    silent: bool = False
    stops_after: int | None = None
    lost_after: int | None = None
    busy: int = 0
    ahead: timedelta = timedelta(0)
    settable: bool = True
    sensor: HeldSensor = field(init=False)
    _requests: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)
    _aborted: bool = False

    def __post_init__(self) -> None:
        self.house.known[METER_ADDRESS] = Paired(METER, ANNA, PROFILE)
        services: dict[str, dict[str, Offer]] = {
            glucose_measurement.SERVICE: {
                TEST: "notify",
                racp.UUID: Held(takes=self._take, way="indicate"),
            },
            current_time.SERVICE: {current_time.UUID: Held(self._shown, self._set)},
        }
        self.sensor = HeldSensor(
            self.house.link, METER_ADDRESS, "Meter", glucose_measurement.SERVICE, services
        )

    def measured(self, first: int, last: int, since: datetime) -> None:
        """Store tests of these numbers, an hour apart from each other."""
        for n in range(first, last + 1):
            self.tests[n] = glucose(n, since + timedelta(hours=n - first))

    @contextlib.asynccontextmanager
    async def on(self) -> AsyncIterator[HeldSensor]:
        async with self.sensor.on() as sensor:
            serving = asyncio.create_task(self._serve())
            try:
                yield sensor
            finally:
                serving.cancel()
                await asyncio.gather(serving, return_exceptions=True)
                asked = {request.op for request in self.asked}
                assert asked <= {Op.REPORT, Op.COUNT, Op.ABORT}, "nothing is ever deleted"

    def _home(self) -> datetime:
        at = datetime.fromtimestamp(self.house.clock.at / 1000, UTC)
        return at.astimezone(self.house.zone).replace(tzinfo=None)

    def _shown(self) -> bytes:
        return bytes(CurrentTime.of(self._home() + self.ahead))

    def _set(self, data: bytes) -> None:
        told = CurrentTime.from_bytes(data).told
        assert told is not None
        if not self.settable:
            raise refuse(0x03)
        self.ahead = told - self._home()

    def _take(self, data: bytes) -> None:
        request = RecordAccessControlPoint.from_bytes(data)
        self.asked.append(request)
        if request.op is Op.ABORT:
            self._aborted = True
        elif self.busy:
            self.busy -= 1
            raise refuse(0xFE)
        self._requests.put_nowait(data)

    async def _serve(self) -> None:
        while True:
            request = RecordAccessControlPoint.from_bytes(await self._requests.get())
            if self.silent:
                continue
            key = (request.op, request.operator)
            if (bad := self.answers.get(key, self.answers.get(request.op))) is not None:
                await self._say(RecordAccessControlPoint.answer(request.op, bad))
            elif request.op is Op.ABORT:
                await self._say(RecordAccessControlPoint.answer(Op.ABORT, Answer.SUCCESS))
            elif request.op is Op.COUNT:
                count = len(self._wanted(request)).to_bytes(2, "little")
                await self._say(RecordAccessControlPoint(Op.COUNT_IS, Operator.NULL, count))
            else:
                await self._report(self._wanted(request))

    def _wanted(self, request: RecordAccessControlPoint) -> list[int]:
        if request.operator is Operator.ALL:
            return sorted(self.tests)
        assert (request.operator, request.operand[0]) == (Operator.AT_LEAST, 1)
        least = int.from_bytes(request.operand[1:3], "little")
        return [number for number in sorted(self.tests) if number >= least]

    async def _report(self, numbers: list[int]) -> None:
        self._aborted = False
        for done, number in enumerate(numbers):
            if done == self.lost_after:
                await self.sensor.drop()
                return
            if done == self.stops_after or self._aborted:
                return
            self.sent.append(number)
            await self.sensor.notify(TEST, self.tests[number])
        went = Answer.SUCCESS if numbers else Answer.NO_RECORDS
        await self._say(RecordAccessControlPoint.answer(Op.REPORT, went))

    async def _say(self, answer: RecordAccessControlPoint) -> None:
        with contextlib.suppress(Exception):
            await self.sensor.indicate(racp.UUID, bytes(answer))

    async def read_again(self) -> None:
        """Let go of the link and be heard again, as after the next test."""
        await self.sensor.drop()
        await self.sensor.alone()
        await self.sensor.advertise()
