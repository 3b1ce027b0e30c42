"""An activity tracker: a session that runs, and those of the day before, each told until confirmed.

Source: Bluetooth SIG, Physical Activity Monitor Service 1.0; what is and is not known of it stands
in `adapters.ble.formats.activity`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from adapters.ble.characteristics import (
    cardiorespiratory_instantaneous,
    general_activity_instantaneous,
    physical_activity_control_point,
    physical_activity_current_session,
    physical_activity_features,
    physical_activity_session_descriptor,
    sleep_activity_instantaneous,
)
from adapters.ble.characteristics.cardiorespiratory_instantaneous import (
    CardioRespiratoryActivityInstantaneousData,
)
from adapters.ble.characteristics.general_activity_instantaneous import (
    GeneralActivityInstantaneousData,
)
from adapters.ble.characteristics.physical_activity_control_point import (
    Op,
    PhysicalActivityMonitorControlPoint,
)
from adapters.ble.characteristics.physical_activity_current_session import (
    PhysicalActivityCurrentSession,
)
from adapters.ble.characteristics.physical_activity_features import (
    Feature,
    PhysicalActivityMonitorFeatures,
)
from adapters.ble.characteristics.physical_activity_session_descriptor import (
    Activity,
)
from adapters.ble.characteristics.sleep_activity_instantaneous import (
    SleepActivityInstantaneousData,
    Stage,
)
from adapters.ble.formats.activity import Head
from adapters.ble.formats.activity_time import BaseTime
from adapters.ble.formats.segments import split
from adapters.errors import DecodeError
from adapters.simulator.activity_day import DAY, GENERAL, HEART, SLEEP, STEPS, DaySession
from adapters.simulator.instrument import AttError, Sent, Setup
from adapters.simulator.sensor import Moment, Offered, Sensor, make
from adapters.simulator.shapes import Constant, Sine

_PACKET = 20
_NOT_PERMITTED, _OUT_OF_RANGE, _OP_NOT_SUPPORTED = 0x02, 0xFF, 0x80
_NO_SUCH_SESSION = 0x81
_ASKED = (Op.ENQUIRE_SESSIONS, Op.ENQUIRE_SUB_SESSIONS, Op.GET_ENDED_SESSION_DATA)

_CONTROL = physical_activity_control_point.UUID
_CURRENT = physical_activity_current_session.UUID
_DESCRIPTOR = physical_activity_session_descriptor.UUID


class ActivityMonitor:
    """One tracker.

    Attributes:
        deletions: every request to delete that was made, as it came.

    Options: `sessions` that have ended when it starts; `summary_every` so many measurements it
    tells how the session that runs stands; `session_every` so many measurements it ends, and the
    next begins.
    """

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self.deletions: list[bytes] = []
        self._sequence = 0
        self._counters: Counter[str] = Counter()
        count = self._option("sessions")
        days = [DAY[n % len(DAY)] for n in range(count)]
        start = self._now() - sum((lasted for _, lasted in days), timedelta(0))
        self._ended: list[DaySession] = []
        for n, (activity, lasted) in enumerate(days, start=1):
            one = DaySession(n, start, activity, 58 + 40 * (activity is not Activity.LIE))
            start = one.end = start + lasted
            self._ended.append(one)
        self._running = DaySession(count + 1, start, Activity.WALK, 98)

    def _option(self, name: str) -> int:
        said = self._setup.options[name]
        return said if isinstance(said, int) else 0

    def _now(self) -> datetime:
        return self._setup.clock().astimezone(UTC).replace(microsecond=0)

    def _packets(self, uuid: str, value: bytes, number: int | None = None) -> Iterator[Sent]:
        summary = uuid in (GENERAL, HEART, STEPS, SLEEP)
        parts = split(value, _PACKET, self._counters[uuid])
        self._counters[uuid] += len(parts)
        for part in parts:
            yield Sent(uuid, part, confirmed=summary, number=number if part is parts[-1] else None)

    def measure(self, moment: Moment) -> Iterable[Sent]:
        """The session goes on; now and then it is summed up, or ends."""
        self._sequence += 1
        every, summary = self._option("session_every"), self._option("summary_every")
        if every and moment.number and moment.number % every == 0:
            yield from self._turn()
        elif summary and moment.number and moment.number % summary == 0:
            for uuid, value in self._running.summaries(self._now(), self._sequence):
                yield from self._packets(uuid, value)
        yield from self._live(moment)

    def _live(self, moment: Moment) -> Iterator[Sent]:
        seconds = int((self._now() - self._running.start).total_seconds())
        head = Head(self._running.number, 0, max(0, seconds), self._sequence)
        pulse = 0 if moment.failed else min(255, max(0, round(moment.value("heart_rate"))))
        heart = CardioRespiratoryActivityInstantaneousData(
            head, not moment.failed, heart_rate=pulse, respiration_rate=15
        )
        uuid = cardiorespiratory_instantaneous.UUID
        yield from self._packets(uuid, bytes(heart), moment.number)
        effort = GeneralActivityInstantaneousData(
            head, not moment.failed, equivalent=35, activity=self._running.activity
        )
        yield from self._packets(general_activity_instantaneous.UUID, bytes(effort))
        if self._running.activity is Activity.LIE:
            stage = Stage.SLEEP | (Stage.REM if moment.number % 3 == 0 else Stage.LIGHT)
            sleep = SleepActivityInstantaneousData(head, not moment.failed, stage=stage)
            yield from self._packets(sleep_activity_instantaneous.UUID, bytes(sleep))

    def _turn(self) -> Iterator[Sent]:
        before, self._running = self._running, self._next()
        before.end = self._running.start
        self._ended.append(before)
        yield Sent(_CURRENT, self.read(_CURRENT), confirmed=True)
        yield Sent(_DESCRIPTOR, before.descriptor(), confirmed=True)
        for uuid, value in before.summaries(self._now(), self._sequence):
            before.told.add(uuid)
            yield from self._packets(uuid, value)

    def _next(self) -> DaySession:
        number = self._running.number + 1
        return DaySession(number, self._now(), DAY[number % len(DAY)][0], 98)

    def read(self, uuid: str) -> bytes:
        """The session that runs."""
        if uuid != _CURRENT:
            raise AttError(_NOT_PERMITTED)
        start = BaseTime.of(self._running.start)
        return bytes(PhysicalActivityCurrentSession(True, self._running.number, start, 0, start))

    def write(self, uuid: str, data: bytes) -> Iterable[Sent]:
        """A peer asks for sessions that have ended; nothing is ever deleted."""
        try:
            asked = PhysicalActivityMonitorControlPoint.from_bytes(data)
        except DecodeError:
            raise AttError(_OUT_OF_RANGE) from None
        if asked.op is Op.DELETE:
            self.deletions.append(data)
        if uuid != _CONTROL or asked.op not in _ASKED:
            raise AttError(_OP_NOT_SUPPORTED)
        return list(self._answer(asked))

    def _answer(self, asked: PhysicalActivityMonitorControlPoint) -> Iterator[Sent]:
        if asked.op is Op.ENQUIRE_SESSIONS:
            for one in self._ended:
                yield Sent(_DESCRIPTOR, one.descriptor(), confirmed=True)
            yield self._say(Op.SESSIONS_TOLD, len(self._ended).to_bytes(2, "little"))
            return
        if asked.op is Op.ENQUIRE_SUB_SESSIONS:
            yield self._say(Op.SUB_SESSIONS_TOLD, bytes(2))
            return
        session, what = int.from_bytes(asked.parameter[:2], "little"), asked.parameter[4]
        wanted = {1: GENERAL, 3: HEART, 4: STEPS, 6: SLEEP}.get(what)
        found = [
            value
            for one in self._ended
            if one.number == session
            for uuid, value in one.summaries(self._now(), self._sequence)
            if uuid == wanted
        ]
        if wanted is None or not found:
            yield self._say(Op.ENDED_SESSION_DATA_FAILED, bytes([_NO_SUCH_SESSION]))
            return
        for value in found:
            yield from self._packets(wanted, value)
        yield self._say(Op.ENDED_SESSION_DATA_SENT, len(found).to_bytes(3, "little"))

    def _say(self, op: Op, parameter: bytes) -> Sent:
        return Sent(_CONTROL, bytes(PhysicalActivityMonitorControlPoint(op, parameter)), True)

    def subscribed(self, uuid: str) -> Iterable[Sent]:
        """What was kept for it goes out: when sessions were, and how they ended."""
        if self._option("asked_only"):
            return
        for one in self._ended:
            if uuid == _DESCRIPTOR:
                yield Sent(_DESCRIPTOR, one.descriptor(), confirmed=True)
            elif uuid not in one.told:
                for of, value in one.summaries(self._now(), self._sequence):
                    if of == uuid:
                        one.told.add(uuid)
                        yield from self._packets(uuid, value)

    def delivered(self, sent: Sent) -> Iterable[Sent]:
        """Nothing waits for it."""
        return ()

    def disconnected(self) -> None:
        """What was on its way may be lost: the next link is told of all sessions again."""
        for one in self._ended:
            one.told.clear()


_FEATURES = Feature.DEVICE_WORN | Feature.NORMAL_WALKING_ENERGY | Feature.INTENSITY_ENERGY
_FEATURES |= Feature.METABOLIC_EQUIVALENT | Feature.DISTANCE | Feature.FLOORS
_FEATURES |= Feature.ACTIVITY_TYPE | Feature.HEART_RATE | Feature.RESPIRATION_RATE
_FEATURES |= Feature.NORMAL_WALKING_STEPS | Feature.INTENSITY_STEPS | Feature.TOTAL_SLEEP_TIME
_FEATURES |= Feature.SLEEP_STAGE | Feature.SLEEPING_HEART_RATE

SENSOR = Sensor(
    key="activity-monitor",
    name="Activity monitor",
    prefix="AM",
    make=make("Activity monitor 1", "1.2"),
    service=physical_activity_features.SERVICE,
    values={
        "heart_rate": Sine(shape="sine", mean=98, swing=14, period_s=300, noise=2),
        "battery": Constant(shape="constant", value=58),
    },
    limits={
        "heart_rate": (0, 255),
        "sessions": (0, 1000),
        "summary_every": (0, 1_000_000),
        "session_every": (0, 1_000_000),
    },
    rate_hz=1.0,
    instrument=ActivityMonitor,
    offers={
        physical_activity_features.SERVICE: (
            Offered(
                physical_activity_features.UUID, bytes(PhysicalActivityMonitorFeatures(_FEATURES))
            ),
            Offered(general_activity_instantaneous.UUID, sends="notify"),
            Offered(cardiorespiratory_instantaneous.UUID, sends="notify"),
            Offered(sleep_activity_instantaneous.UUID, sends="notify"),
            *(Offered(uuid, sends="indicate") for uuid in (GENERAL, HEART, STEPS, SLEEP)),
            Offered(_CURRENT, b"", "indicate", lively=True),
            Offered(_DESCRIPTOR, sends="indicate"),
            Offered(_CONTROL, sends="indicate", writes=True),
        ),
    },
    options={"sessions": 4, "summary_every": 30, "session_every": 0, "asked_only": False},
)
