"""An hour of a household, heard by the gateway's own source over the virtual radio, in seconds."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC

import pytest
from bleak.backends.scanner import AdvertisementData

from adapters.ble.catalog import built_in
from adapters.ble.paired import Paired, RadioSettings
from adapters.ble.profile import DeviceProfile
from adapters.reading import DeviceKey, ReadingBatch
from adapters.simulator.fast_loop import run_fast
from adapters.simulator.peripheral import Peripheral
from adapters.simulator.radio import virtual_radio
from adapters.simulator.scenario import Scenario, load
from adapters.simulator.simulation import Simulation, simulated
from tests.ble_house import ANNA, Clock, House
from tests.fakes_ble import MemoryJournal

pytestmark = pytest.mark.radio

HOUR = 3600


def profile_of(peripheral: Peripheral) -> DeviceProfile:
    """The profile that knows it by its advertisement."""
    heard = AdvertisementData(
        local_name=peripheral.identity.name,
        manufacturer_data={},
        service_data={},
        service_uuids=[peripheral.device.sensor.service],
        tx_power=None,
        rssi=-60,
        platform_data=(),
    )
    profile = built_in().match(heard)
    assert profile is not None, f"nobody reads a {peripheral.device.model}"
    return profile


def paired(peripheral: Peripheral) -> Paired:
    users = peripheral.device.users or []
    return Paired(
        DeviceKey(peripheral.device.id),
        ANNA,
        profile_of(peripheral),
        slots={1: ANNA},
        codes={user.slot: user.code for user in users},
    )


class LoopClock(Clock):
    """The right time: that of the scenario's beginning, and what has passed since."""

    def __init__(self, simulation: Simulation) -> None:
        super().__init__()
        assert simulation.scenario.begins is not None
        begins = simulation.scenario.begins.replace(tzinfo=UTC)
        self._begins_ms = round(begins.timestamp() * 1000)
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()

    def __call__(self) -> int:
        return self._begins_ms + round((self._loop.time() - self._began) * 1000)


async def heard_for(
    seconds: float, scenario: Scenario, settings: RadioSettings | None = None
) -> tuple[Simulation, House]:
    async with (
        simulated(scenario) as simulation,
        virtual_radio(simulation.link) as radio,
    ):
        house = House(simulation.link, radio, MemoryJournal(), settings=settings or RadioSettings())
        house.clock = LoopClock(simulation)
        house.known = {p.identity.address: paired(p) for p in simulation.peripherals}
        async with house.listening():
            await asyncio.sleep(seconds)
    return simulation, house


def readings(house: House) -> Counter[tuple[str, str]]:
    """How many of each device and kind; a record that came twice is one, as in the store."""
    seen = set()
    for one in house.arrived:
        if isinstance(one, ReadingBatch):
            records = one.records or [""] * len(one)
            for row in zip(records, one.starts, one.values, one.nths, strict=True):
                record, start, value, nth = row
                seen.add((one.device, one.kind, record or start, value, nth))
    return Counter((device, kind) for device, kind, *_ in seen)


def test_an_hour_of_a_household_arrives_whole() -> None:
    simulation, house = run_fast(heard_for(HOUR, load("household")))
    kinds = readings(house)
    assert 3550 <= kinds["strap", "heart_rate"] <= 3600
    assert kinds["cuff", "blood_pressure"] == 3
    assert kinds["scale", "body_weight"] == 1
    assert kinds["breath", "breath_carbon_monoxide"] == 1
    told = {device for device, _ in kinds}
    assert told == {p.device.id for p in simulation.peripherals}
    assert not simulation.waiting()
    assert not simulation.emitted.deletions


def test_a_day_of_those_who_only_wake_to_measure_arrives_whole() -> None:
    whole = load("household")
    sleepers = [device for device in whole.device if device.heard_for_s < HOUR]
    scenario = whole.model_copy(update={"device": sleepers})
    settings = RadioSettings(permission_every=30)
    simulation, house = run_fast(heard_for(24 * HOUR, scenario, settings))
    kinds = readings(house)
    assert kinds["cuff", "blood_pressure"] == 5
    assert kinds["cuff-upstairs", "blood_pressure"] == 2
    assert kinds["thermometer", "body_temperature"] == 2
    assert kinds["meter", "blood_glucose"] == 23
    assert kinds["breath", "breath_carbon_monoxide"] == 2
    assert not simulation.waiting()
    assert not simulation.emitted.deletions
