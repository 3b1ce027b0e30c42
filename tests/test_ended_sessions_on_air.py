"""Sessions that an activity monitor kept while nobody was connected: each is counted once."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace

import pytest

from adapters.ble.catalog import built_in
from adapters.ble.characteristics import physical_activity_control_point as control_point
from adapters.ble.characteristics import physical_activity_session_descriptor as descriptor
from adapters.ble.characteristics.physical_activity_control_point import (
    Op,
    PhysicalActivityMonitorControlPoint,
    What,
)
from adapters.ble.characteristics.physical_activity_session_descriptor import (
    PhysicalActivitySessionDescriptor,
)
from adapters.ble.characteristics.step_counter_summary import StepCounterActivitySummaryData
from adapters.ble.ended_sessions import NO_ANSWER, REFUSED, TOO_FEW
from adapters.ble.formats.activity import Head
from adapters.ble.formats.activity_time import BaseTime
from adapters.ble.paired import Paired
from adapters.ble.state import Trouble
from adapters.reading import DeviceKey
from adapters.simulator.activity_day import STEPS
from adapters.simulator.instrument import AttError, Sent, Setup
from adapters.simulator.models.activity_monitor import ActivityMonitor
from adapters.simulator.radio import virtual_radio
from adapters.simulator.scenario import read
from adapters.simulator.simulation import simulated
from tests.ble_house import ANNA, Clock, House, settled
from tests.fakes_ble import MemoryJournal

pytestmark = pytest.mark.radio

MONITOR = DeviceKey("activity-monitor")
CONTROL = control_point.UUID
SESSION, PARTS, DATA = Op.ENQUIRE_SESSIONS, Op.ENQUIRE_SUB_SESSIONS, Op.GET_ENDED_SESSION_DATA
OPTIONS = "asked_only = true, summary_every = 0"


class Held:
    """The monitor that is simulated, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[PhysicalActivityMonitorControlPoint] = []
        self.made: list[ActivityMonitor] = []

    @property
    def ops(self) -> list[Op]:
        return [one.op for one in self.asked]


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    """Nothing but questions about what is kept is ever asked."""
    kept = Held()
    init, write = ActivityMonitor.__init__, ActivityMonitor.write

    def made(monitor: ActivityMonitor, setup: Setup) -> None:
        init(monitor, setup)
        kept.made.append(monitor)

    def written(monitor: ActivityMonitor, uuid: str, data: bytes) -> Iterable[Sent]:
        kept.asked.append(PhysicalActivityMonitorControlPoint.from_bytes(data))
        return write(monitor, uuid, data)

    monkeypatch.setattr(ActivityMonitor, "__init__", made)
    monkeypatch.setattr(ActivityMonitor, "write", written)
    yield kept
    assert set(kept.ops) <= {SESSION, PARTS, DATA}
    assert all(not monitor.deletions for monitor in kept.made)


@contextlib.asynccontextmanager
async def a_monitor(options: str = OPTIONS) -> AsyncIterator[House]:
    scenario = read(
        'title = "One"\nbegins = 2023-11-14T22:13:20\n[[device]]\n'
        f'id = "{MONITOR}"\nmodel = "{MONITOR}"\noptions = {{ {options} }}\n'
    )
    async with simulated(scenario) as simulation, virtual_radio(simulation.link) as radio:
        house = House(simulation.link, radio, MemoryJournal(), clock=Clock())
        address = scenario.identity(scenario.devices()[0]).address
        house.known[address] = Paired(MONITOR, ANNA, built_in()[MONITOR])
        yield house


def marks(house: House) -> list[int]:
    return [mark.number for mark in house.journal.marks]


def steps(house: House) -> list[object]:
    return house.values("step_count", MONITOR)


async def test_what_a_monitor_kept_is_asked_for_once(held: Held) -> None:
    async with a_monitor() as house:
        house.settings = replace(house.settings, records_every=0.05)
        async with house.listening() as source:
            await house.until(lambda: marks(house) == [1, 2, 3, 4])
            assert steps(house) == [108 * 35, 164 * 28]
            assert house.values("workout", MONITOR)
            done = house.values("activity_session", MONITOR)
            assert done == ["lying", "walking", "running", "cycling"]
            times = {
                kind: {
                    (start, start + lasted)
                    for batch in house.batches(kind, MONITOR)
                    for start, lasted in zip(batch.starts, batch.durations, strict=True)
                }
                for kind in ("activity_session", "step_count", "workout")
            }
            assert times["step_count"] | times["workout"] < times["activity_session"]
            first = len(held.asked)
            await settled(lambda: len(held.asked) >= first + 2)
            assert set(held.ops[first:]) == {SESSION}, "nothing is new"
            assert source.troubles() == {}
            (monitor,) = held.made
            ended = monitor._ended
            last = ended[-1].end
            assert last is not None
            ended.append(replace(ended[1], number=6, start=last, end=monitor._now(), told=set()))
            await house.until(lambda: marks(house) == [1, 2, 3, 4, 6])
        assert len(steps(house)) == 3
        asked_of = {one.parameter[0] for one in held.asked[first:] if one.op is DATA}
        assert asked_of == {6}


async def test_what_a_monitor_sends_by_itself_is_not_asked_for(held: Held) -> None:
    async with a_monitor("summary_every = 0") as house, house.listening():
        await house.until(lambda: marks(house) == [1, 2, 3, 4])
        assert len(steps(house)) == 2
        assert PARTS not in held.ops
        walked = [one.parameter[4] for one in held.asked if one.parameter[:1] == b"\x02"]
        assert walked == [What.SLEEP_SUMMARY], "it told no such thing"


async def test_a_session_with_parts_is_counted_by_its_parts(
    held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ActivityMonitor._answer

    def answer(
        monitor: ActivityMonitor, asked: PhysicalActivityMonitorControlPoint
    ) -> Iterator[Sent]:
        (walk,) = (one for one in monitor._ended if one.number == 2)
        assert walk.end is not None
        half = (walk.end - walk.start) / 2
        session, part = asked.parameter[:1], asked.parameter[2:3]
        if asked.op is PARTS and session == b"\x02":
            for n, start in enumerate((walk.start, walk.start + half), start=1):
                begun, end = BaseTime.of(start), BaseTime.of(start + half)
                one = PhysicalActivitySessionDescriptor(2, n, begun, end, walk.activity)
                yield Sent(descriptor.UUID, bytes(one), confirmed=True)
            yield monitor._say(Op.SUB_SESSIONS_TOLD, b"\x02\x00")
        elif asked.op is DATA and session == b"\x02" and part != b"\x00":
            if asked.parameter[4] != What.STEP_COUNTER_SUMMARY:
                yield monitor._say(Op.ENDED_SESSION_DATA_FAILED, b"\x81")
                return
            seconds = int((half * part[0]).total_seconds())
            summed = StepCounterActivitySummaryData(Head(2, part[0], seconds, 1), 1000 + part[0], 0)
            yield from monitor._packets(STEPS, bytes(summed))
            yield monitor._say(Op.ENDED_SESSION_DATA_SENT, b"\x01\x00\x00")
        else:
            yield from whole(monitor, asked)

    monkeypatch.setattr(ActivityMonitor, "_answer", answer)
    async with a_monitor() as house, house.listening() as source:
        await house.until(lambda: marks(house) == [1, 2, 3, 4])
        assert steps(house) == [1001, 1002, 164 * 28]
        assert source.troubles() == {}


@pytest.mark.parametrize("how", [REFUSED, NO_ANSWER, TOO_FEW])
async def test_a_monitor_that_tells_nothing_is_heard_all_the_same(
    held: Held, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    whole = ActivityMonitor._answer

    def answer(
        monitor: ActivityMonitor, asked: PhysicalActivityMonitorControlPoint
    ) -> Iterator[Sent]:
        if how == REFUSED:
            raise AttError(0x80)
        if how == TOO_FEW:
            said = list(whole(monitor, asked))
            yield from (one for one in said if asked.op is not DATA or one.uuid == CONTROL)

    monkeypatch.setattr(ActivityMonitor, "_answer", answer)
    monkeypatch.setattr("adapters.ble.ended_sessions._STRAGGLERS", 0.02)
    async with a_monitor() as house:
        house.settings = replace(house.settings, record_timeout=0.1)
        async with house.listening() as source:
            await settled(lambda: how in {one.reason for one in source.troubles()})
            await house.until(lambda: house.values("heart_rate", MONITOR))
            assert source.states()[MONITOR].word == "connected"
            wanted = {Trouble(MONITOR, CONTROL, how)} if how != TOO_FEW else set(source.troubles())
            assert set(source.troubles()) == wanted
    assert marks(house) == []
