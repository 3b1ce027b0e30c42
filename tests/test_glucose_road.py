"""From a simulated meter, sensor and oximeter over real bleak into an encrypted store."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adapters.ble.catalog import built_in
from adapters.ble.characteristics import glucose_measurement
from adapters.ble.paired import Paired
from adapters.local_events import Packet
from adapters.reading import DeviceKey, Quality, ReadingBatch, quality_of
from adapters.simulator.peripheral import Peripheral
from adapters.simulator.radio import virtual_radio
from adapters.simulator.scenario import read
from adapters.simulator.simulation import Simulation, simulated
from gateway.store.intake import TakenIn
from tests.ble_house import House
from tests.fakes_ble import MemoryJournal
from tests.fakes_store import Store
from tests.instruments import moment

pytestmark = pytest.mark.radio

METER = DeviceKey("meter")
SCENARIO = """
title = "One device"
begins = 2023-11-14T22:13:20
[[device]]
id = "device"
address = "C0:00:00:00:00:07"
model = "{model}"
every_s = 3600
"""
"""The house's clock stands at this time."""


class Taken(MemoryJournal):
    """A journal of which everything was taken in when the program ended."""

    async def not_taken_in(self) -> Sequence[Packet]:
        return []


@dataclass
class Road:
    """One simulated device, a house that listens to it, and a store."""

    house: House
    store: Store
    simulation: Simulation

    @property
    def device(self) -> Peripheral:
        return self.simulation.peripherals[0]

    async def visited(self) -> TakenIn:
        """One run of the program, until the device was heard out; what the store took of it."""
        self.house.arrived.clear()
        async with self.house.listening():
            # The battery is looked at once all stored records were asked for.
            await self.house.until(lambda: self.house.values("battery_level", METER))
            await asyncio.sleep(0.05)
        batches = [
            one
            for one in self.house.arrived
            if isinstance(one, ReadingBatch) and one.kind != "battery_level"
        ]
        return self.store.readings.take_in(batches, at=1, source="ble", simulated=True)

    def came(self) -> list[int]:
        """The numbers of the tests that came in this run, in their order."""
        packets = [one for one in self.house.events(Packet) if isinstance(one, Packet)]
        return [
            glucose_measurement.number(one.data)
            for one in packets
            if one.characteristic == glucose_measurement.UUID
        ]

    def measure(self, *numbers: int) -> None:
        for number in numbers:
            self.device.instrument.measure(moment(self.device.device.sensor, number))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


@contextlib.asynccontextmanager
async def road(store: Store, model: str, *more: str) -> AsyncIterator[Road]:
    scenario = read("\n".join((SCENARIO.format(model=model), *more)))
    async with simulated(scenario) as simulation, virtual_radio(simulation.link) as radio:
        house = House(simulation.link, radio, Taken(), zone=ZoneInfo("Europe/London"))
        paired = Paired(METER, store.person, built_in()[model])
        house.known[simulation.peripherals[0].identity.address] = paired
        yield Road(house, store, simulation)
        assert not simulation.emitted.deletions
    store.db.close()


async def test_250_tests_come_in_order_and_then_only_what_is_new(store: Store) -> None:
    more = ("options.records = 250", "options.minutes_apart = 240", "options.context_every = 0")
    async with road(store, "glucose-meter", *more) as way:
        first = await way.visited()
        assert way.came() == list(range(1, 251))
        assert (first.new, first.known) == (250, 0)
        (series,) = store.readings.series()
        starts = [row.start for row in store.readings.window(series.id, 0, 10**15, 1000)]
        assert starts == sorted(starts)
        assert len(set(starts)) == 250
        way.measure(1, 2, 3)
        second = await way.visited()
        assert way.came() == [251, 252, 253]
        assert (second.new, second.known) == (3, 0)
        third = await way.visited()
        assert way.came() == []
        assert (third.new, third.known) == (0, 0)


@pytest.mark.parametrize("retells", ["true", "false"])
async def test_a_clock_that_was_changed_in_between_makes_no_test_a_second_one(
    store: Store, retells: str
) -> None:
    more = ("options.records = 250", f"options.retells = {retells}", "clock_error_s = 7200")
    async with road(store, "glucose-meter", *more) as way:
        first = await way.visited()
        assert first.known == 0
        assert way.device.time.times_set == 1, "the house set it right once all had come"
        way.device.time.step(timedelta(hours=-5))  # and somebody wrong again, by hand
        way.house.journal.marks.clear()  # a home that was restored: all of it is asked for again
        again = await way.visited()
        assert way.came() == list(range(1, 251))
        assert (again.new, again.known) == (0, first.new)
        assert store.count("reading") == first.new


async def test_contexts_are_told_with_their_tests(store: Store) -> None:
    more = ("options.records = 40", "options.context_every = 4", "options.control_every = 10")
    async with road(store, "glucose-meter", *more) as way:
        await way.visited()
        by_kind = {
            one.kind: sum(len(batch) for batch in way.house.batches(one.kind, METER))
            for one in store.readings.series()
        }
        assert by_kind == {"blood_glucose": 40, "glucose_meal": 8, "carbohydrate_intake": 8}
        flags = [f for batch in way.house.batches("blood_glucose", METER) for f in batch.flags]
        control = [f for f in flags if Quality.NOT_A_MEASUREMENT in quality_of(f)]
        assert len(control) == 4
        values = way.house.values("blood_glucose", METER)
        assert values.count("absent:not-performed") == 4


async def test_the_history_of_a_sensor_comes_and_then_only_what_is_new(store: Store) -> None:
    async with road(store, "glucose-sensor", "options.records = 100") as way:
        first = await way.visited()
        level = way.house.batches("interstitial_glucose", METER)
        assert sum(len(batch) for batch in level) == 100
        assert all(r.startswith("00002aa7") for batch in level for r in batch.records)
        assert not [f for batch in level for f in batch.flags if quality_of(f)]
        way.measure(1)
        again = await way.visited()
        assert (first.new, again.new, again.known) == (200, 2, 0)


async def test_a_sensor_may_send_several_measurements_at_once(store: Store) -> None:
    async with road(store, "glucose-sensor", "options.records = 3", "options.bundle = 4") as way:
        await way.visited()
        way.measure(1, 2, 3, 4)
        await way.visited()
        level = way.house.batches("interstitial_glucose", METER)
        assert sum(len(batch) for batch in level) == 4


async def test_all_spot_checks_of_an_oximeter_come_each_time_and_count_once(store: Store) -> None:
    async with road(store, "pulse-oximeter", "options.records = 12") as way:
        first, again = await way.visited(), await way.visited()
        assert (first.new, first.known) == (36, 0)
        assert (again.new, again.known) == (0, 36)
