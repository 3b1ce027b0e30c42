"""A generic health sensor and an activity monitor over the virtual radio, heard in a house."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from adapters.ble.catalog import built_in
from adapters.ble.characteristics import ghs_control_point
from adapters.ble.paired import Paired
from adapters.ble.source import BleSource
from adapters.ble.starting import NOT_STARTED
from adapters.ble.state import Trouble
from adapters.reading import DeviceKey, Quality
from adapters.simulator.instrument import Sent, Setup
from adapters.simulator.models.health_sensor import SENSOR as SIMULATED
from adapters.simulator.models.health_sensor import HealthSensor
from adapters.simulator.radio import virtual_radio
from adapters.simulator.scenario import read
from adapters.simulator.sensor import Moment
from adapters.simulator.simulation import simulated
from tests.ble_house import ANNA, Clock, House, settled
from tests.fakes_ble import MemoryJournal

pytestmark = pytest.mark.radio

SENSOR, MONITOR = DeviceKey("health-sensor"), DeviceKey("activity-monitor")


@contextlib.asynccontextmanager
async def one(device: DeviceKey, said: str = "") -> AsyncIterator[House]:
    scenario = read(
        f'title = "One"\nbegins = 2023-11-14T22:13:20\n'
        f'[[device]]\nid = "{device}"\nmodel = "{device}"\nrate_hz = 20\n{said}'
    )
    async with simulated(scenario) as simulation, virtual_radio(simulation.link) as radio:
        house = House(simulation.link, radio, MemoryJournal(), clock=Clock())
        address = scenario.identity(scenario.devices()[0]).address
        house.known[address] = Paired(device, ANNA, built_in()[device])
        yield house


async def test_a_sensor_is_asked_to_measure_and_for_what_it_has_kept() -> None:
    async with one(SENSOR, "options = { records = 5, pressure_every = 3 }\n") as house:
        async with house.listening():
            await house.until(lambda: house.journal.marks)
            await house.until(lambda: house.values("peak_expiratory_flow", SENSOR))
        assert [mark.number for mark in house.journal.marks] == [5]
        assert len(house.values("blood_pressure", SENSOR)) >= 3
        assert house.values("oxygen_saturation", SENSOR)


class _Running(Clock):
    """A clock that runs on as that of the simulation does."""

    def __init__(self) -> None:
        self._ahead = Clock.at - time.monotonic_ns() // 1_000_000

    def __call__(self) -> int:
        self.at = self._ahead + time.monotonic_ns() // 1_000_000
        return self.at


async def test_what_comes_live_is_of_now_by_a_clock_that_is_off_and_cannot_be_set() -> None:
    wrong = "clock_error_s = 3600\noptions = { records = 3, pressure_every = 0 }\n"
    async with one(SENSOR, wrong) as house:
        house.clock = _Running()
        async with house.listening():
            await house.until(lambda: len(house.values("oxygen_saturation", SENSOR)) >= 20)
            await house.until(lambda: house.journal.marks)
        batches = house.batches("oxygen_saturation", SENSOR)
        doubts = {live: 0 for live in (True, False)}
        for batch in batches:
            for start, flag in zip(batch.starts, batch.flags, strict=True):
                doubts[batch.live] += bool(flag & Quality.CLOCK_NOT_TRUSTED)
                assert not batch.live or abs(start - house.clock.at) < 60_000
        assert doubts[True] == 0
        assert doubts[False] > 0, "what was kept waits as before"


async def test_a_sensor_that_only_counts_is_understood_by_what_it_showed_at_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(HealthSensor, "measure", lambda *_: ())
    monkeypatch.setattr(HealthSensor, "subscribed", lambda *_: ())
    async with one(SENSOR, "options = { records = 5, counter = true }\n") as house:
        begun = house.clock.at
        async with house.listening():
            await house.until(lambda: house.journal.marks)
        batches = house.batches("blood_pressure", SENSOR)
        starts = [start for batch in batches for start in batch.starts]
        hours = [(begun - start) / 3_600_000 for start in starts]
        assert [round(back, 2) for back in hours] == [5, 3, 1]
        flags = [flag for batch in batches for flag in batch.flags]
        assert not any(flag & Quality.CLOCK_NOT_TRUSTED for flag in flags)
        source = BleSource(house.known, house.journal, lambda _: True, now=house.clock)
        house.arrived = [again async for again in source.replay()]
        again = house.batches("blood_pressure", SENSOR)
        assert [start for batch in again for start in batch.starts] == starts, "after a crash too"


async def test_a_sensor_that_began_anew_is_noticed_though_its_records_come_in_parts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[HealthSensor] = []
    whole = HealthSensor.__init__

    def init(sensor: HealthSensor, setup: Setup) -> None:
        whole(sensor, setup)
        made.append(sensor)

    monkeypatch.setattr(HealthSensor, "__init__", init)
    monkeypatch.setattr(HealthSensor, "measure", lambda *_: ())
    async with one(SENSOR, "options = { records = 2 }\n") as house:
        house.settings = replace(house.settings, records_every=0.05)
        async with house.listening():
            await house.until(lambda: [mark.number for mark in house.journal.marks] == [2])
            (sensor,) = made
            store = sensor.store
            before = list(store)
            shown = sensor._time() - timedelta(days=30)
            store._records.clear()
            sensor._number = 0
            for n in range(4):
                moment = Moment(0.0, n, False, Random(n), SIMULATED.values)
                sensor._keep(sensor._pressure(moment, shown + timedelta(hours=n)))
            assert all(len(kept.sent) > 1 for kept in (*before, *store))
            await house.until(lambda: [mark.number for mark in house.journal.marks] == [2, 4])
        pressures = {
            start for one in house.batches("blood_pressure", SENSOR) for start in one.starts
        }
        assert len(pressures) == 5, "one of those two, and all four of these"


async def test_a_sensor_that_does_not_begin_is_complained_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = HealthSensor.write

    def write(device: HealthSensor, uuid: str, data: bytes) -> Iterable[Sent]:
        if uuid == ghs_control_point.UUID:
            return (Sent(uuid, b"\x82", confirmed=True),)
        return whole(device, uuid, data)

    monkeypatch.setattr(HealthSensor, "write", write)
    async with one(SENSOR, "options = { records = 0 }\n") as house, house.listening() as source:
        trouble = Trouble(SENSOR, ghs_control_point.UUID, NOT_STARTED)
        await house.until(lambda: trouble in source.troubles())


async def test_a_sensor_that_does_not_answer_is_connected_and_heard_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = HealthSensor.write

    def write(device: HealthSensor, uuid: str, data: bytes) -> Iterable[Sent]:
        answer = whole(device, uuid, data)
        return () if uuid == ghs_control_point.UUID else answer

    monkeypatch.setattr(HealthSensor, "write", write)
    monkeypatch.setattr("adapters.ble.starting._PATIENCE", 0.3)
    async with one(SENSOR, "options = { records = 2 }\n") as house, house.listening() as source:
        trouble = Trouble(SENSOR, ghs_control_point.UUID, NOT_STARTED)
        await settled(lambda: source.states()[SENSOR].word == "connected")
        assert trouble not in source.troubles(), "nobody waited for its answer"
        await house.until(lambda: house.values("oxygen_saturation", SENSOR))
        await house.until(lambda: trouble in source.troubles())
        await house.until(lambda: house.journal.marks)


async def test_a_monitor_tells_the_day_before_and_what_goes_on() -> None:
    async with one(MONITOR) as house, house.listening():
        await house.until(lambda: len(house.values("step_count", MONITOR)) == 2)
        await house.until(lambda: len(house.values("heart_rate", MONITOR)) > 8)
        assert len(house.values("step_count", MONITOR)) == 2
        assert house.values("workout", MONITOR)
