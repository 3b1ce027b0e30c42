"""Thermometers, cuffs and scales over the virtual radio, as a gateway in a house hears them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from adapters.ble.catalog import built_in
from adapters.ble.characteristics import enhanced_blood_pressure
from adapters.ble.paired import Paired
from adapters.local_events import Unclaimed
from adapters.reading import DeviceKey, PersonKey, ReadingBatch
from adapters.simulator.radio import virtual_radio
from adapters.simulator.scenario import read
from adapters.simulator.simulation import Simulation, simulated
from tests.ble_house import ANNA, Clock, House
from tests.fakes_ble import MemoryJournal

pytestmark = pytest.mark.radio

BEN = PersonKey("ben")

SCENARIO = """
title = "A bathroom cupboard"
seed = 7
begins = 2023-11-14T22:13:20
[[device]]
id = "thermometer"
model = "thermometer"
at_s = [0.05]
window_s = inf
[[device]]
id = "blood-pressure-cuff"
model = "blood-pressure-cuff"
at_s = [0.05, 0.06]
window_s = inf
[[device]]
id = "enhanced"
model = "enhanced-cuff"
at_s = [0.05, 0.06, 1.1]
window_s = inf
[[device]]
id = "weight-scale"
model = "weight-scale"
at_s = [0.05]
window_s = inf
[[device]]
id = "body-composition-scale"
model = "body-composition-scale"
at_s = [0.05, 0.06]
window_s = inf
"""

PROFILES = {"enhanced": "blood-pressure-cuff"}


@contextlib.asynccontextmanager
async def cupboard(*devices: str) -> AsyncIterator[tuple[House, Simulation]]:
    """These devices, which have measured already, and a house that knows them."""
    scenario = read(SCENARIO)
    wanted = [one for one in scenario.device if one.id in devices]
    scenario = scenario.model_copy(update={"device": wanted})
    async with simulated(scenario) as simulation, virtual_radio(simulation.link) as radio:
        house = House(simulation.link, radio, MemoryJournal(), clock=Clock())
        for device in scenario.devices():
            profile = built_in()[PROFILES.get(device.id, device.id)]
            address = scenario.identity(device).address
            house.known[address] = Paired(DeviceKey(device.id), ANNA, profile)
        yield house, simulation


def paired(house: House, device: str) -> tuple[str, Paired]:
    return next((a, one) for a, one in house.known.items() if one.device == device)


def people(house: House, kind: str, device: str) -> set[PersonKey]:
    every = [one for one in house.arrived if isinstance(one, ReadingBatch)]
    return {one.person for one in every if (one.kind, one.device) == (kind, device)}


async def test_a_thermometer_tells_what_it_kept_and_where() -> None:
    async with cupboard("thermometer") as (house, simulation), house.listening():
        device = DeviceKey("thermometer")
        await house.until(lambda: house.values("body_temperature", device))
        assert house.values("body_temperature", device)
        (batch,) = house.batches("body_temperature", device)
        assert batch.records[0].endswith("2023-11-14T22:13:20")
        assert not simulation.running.done()


async def test_both_people_of_a_cuff_get_their_own() -> None:
    async with cupboard("blood-pressure-cuff") as (house, _):
        device = DeviceKey("blood-pressure-cuff")
        address, known = paired(house, device)
        house.known[address] = replace(known, slots={1: ANNA, 2: BEN})
        async with house.listening():
            await house.until(lambda: len(house.values("blood_pressure", device)) == 2)
        assert people(house, "blood_pressure", device) == {ANNA, BEN}
        assert people(house, "heart_rate", device) == {ANNA, BEN}


async def test_stored_records_come_once_their_slot_is_opened() -> None:
    async with cupboard("enhanced") as (house, _):
        device = DeviceKey("enhanced")
        address, known = paired(house, device)
        house.known[address] = replace(known, slots={1: ANNA}, codes={1: 1234})
        async with house.listening():
            await house.until(lambda: len(house.values("blood_pressure", device)) == 2)
        records = [r for batch in house.batches("blood_pressure", device) for r in batch.records]
        assert len(set(records)) == 2
        assert {r.split(":")[0] for r in records} == {enhanced_blood_pressure.UUID}


async def test_what_a_scale_weighs_is_here() -> None:
    async with cupboard("weight-scale") as (house, _), house.listening():
        await house.until(lambda: house.values("body_weight", DeviceKey("weight-scale")))


async def test_a_scale_opens_a_slot_and_an_unassigned_one_waits() -> None:
    async with cupboard("body-composition-scale") as (house, _):
        device = DeviceKey("body-composition-scale")
        address, known = paired(house, device)
        house.known[address] = replace(known, slots={1: ANNA}, codes={1: 1234, 2: 5678})

        def waiting() -> list[Unclaimed]:
            return [one for one in house.events(Unclaimed) if isinstance(one, Unclaimed)]

        async with house.listening():
            await house.until(lambda: house.values("body_impedance", device))
            await house.until(lambda: any(w.reading.kind == "body_impedance" for w in waiting()))
        assert people(house, "body_weight", device) == {ANNA}
        assert {one.user for one in waiting()} == {2}
        assert {one.reading.kind for one in waiting()} >= {"body_weight", "body_fat_percentage"}
