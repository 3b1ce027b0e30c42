"""Thermometers, cuffs and scales over the virtual radio, as a gateway in a house hears them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from adapters.ble.catalog import built_in
from adapters.ble.characteristics import blood_pressure, blood_pressure_record
from adapters.ble.characteristics.enhanced_blood_pressure import EnhancedBloodPressureMeasurement
from adapters.ble.characteristics.record_access_control_point import Op, RecordAccessControlPoint
from adapters.ble.consenting import CODE_WANTED, REFUSED
from adapters.ble.formats.cuff_times import since_2000
from adapters.ble.paired import Paired
from adapters.ble.source import BleSource
from adapters.local_events import Unclaimed
from adapters.reading import DeviceKey, PersonKey, ReadingBatch
from adapters.simulator.instrument import Sent
from adapters.simulator.models.enhanced_cuff import EnhancedCuff, pieces
from adapters.simulator.radio import virtual_radio
from adapters.simulator.record_store import Kept, RecordStore
from adapters.simulator.scenario import read
from adapters.simulator.sensor import Moment
from adapters.simulator.simulation import Simulation, simulated
from tests.ble_house import ANNA, Clock, House, settled
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


async def measured_thrice(simulation: Simulation) -> EnhancedCuff:
    """The enhanced cuff, once it has stored two measurements of one user and one of the other."""
    cuff = simulation.peripherals[0].instrument
    assert isinstance(cuff, EnhancedCuff)
    await settled(lambda: len(cuff.records[1]) == 2)
    return cuff


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
        assert {r.split(":")[0] for r in records} == {blood_pressure.UUID}


def fetched(house: House, person: PersonKey) -> list[str]:
    """Each stored record of somebody, as often as it came."""
    every = house.batches("blood_pressure", DeviceKey("enhanced"))
    return [r for batch in every if batch.person == person for r in batch.records]


def of_two(house: House, codes: Mapping[int, int]) -> None:
    address, known = paired(house, DeviceKey("enhanced"))
    house.known[address] = replace(known, slots={1: ANNA, 2: BEN}, codes=codes)


def sessions(house: House) -> dict[str, int]:
    return {mark.session: mark.number for mark in house.journal.marks}


async def test_the_records_of_one_user_after_the_other_come() -> None:
    async with cupboard("enhanced") as (house, simulation):
        of_two(house, {1: 1234, 2: 5678})
        cuff = await measured_thrice(simulation)
        async with house.listening() as source:
            await house.until(lambda: sessions(house) == {"user 1": 1, "user 2": 0})
            assert source.troubles() == {}
        assert len(set(fetched(house, ANNA))) == 2
        assert len(set(fetched(house, BEN))) == 1
        assert [store.deletions for store in cuff.records.values()] == [[], []]


async def test_of_each_user_only_what_is_new_is_fetched_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with cupboard("enhanced") as (house, simulation):
        of_two(house, {1: 1234, 2: 5678})
        house.settings = replace(house.settings, records_every=0.05)
        cuff = await measured_thrice(simulation)
        async with house.listening():
            await house.until(lambda: sessions(house) == {"user 1": 1, "user 2": 0})
            sent: list[Op] = []
            whole = RecordStore.write

            def write(store: RecordStore, data: bytes) -> tuple[Sent, ...]:
                sent.append(RecordAccessControlPoint.from_bytes(data).op)
                return whole(store, data)

            monkeypatch.setattr(RecordStore, "write", write)
            await settled(lambda: len(sent) >= 4)
            assert set(sent) == {Op.COUNT}, "nothing is new"
            number, told = 1, cuff._clock.time()
            measured = EnhancedBloodPressureMeasurement(
                systolic=Decimal(117), seconds=since_2000(told), user=2
            )
            piece = [Sent(blood_pressure_record.UUID, one) for one in pieces(1, bytes(measured))]
            cuff.records[2].keep(Kept(number, tuple(piece), told))
            await house.until(lambda: sessions(house) == {"user 1": 1, "user 2": 1})
        assert len(set(fetched(house, BEN))) == len(fetched(house, BEN)) == 2
        assert sent.count(Op.REPORT) == 1


@pytest.mark.parametrize(
    ("codes", "who", "whose"),
    [({1: 1234, 2: 1}, ANNA, "user 1"), ({1: 1, 2: 5678}, BEN, "user 2")],
    ids=["of the second", "of the first"],
)
async def test_a_wrong_code_of_one_slot_does_not_stop_the_other(
    codes: Mapping[int, int], who: PersonKey, whose: str
) -> None:
    async with cupboard("enhanced") as (house, _):
        of_two(house, codes)
        async with house.listening() as source:
            await house.until(lambda: whose in sessions(house))
            assert source.states()[DeviceKey("enhanced")].word == "trouble"
            other = {"user 1": 2, "user 2": 1}[whose]
            assert [one.reason for one in source.troubles()] == [f"{REFUSED}{other}"]
        assert fetched(house, who)
        assert set(sessions(house)) == {whose}


async def test_where_no_code_is_known_it_is_asked_for_also_when_the_device_is_gone() -> None:
    async with cupboard("enhanced") as (house, _):
        device = DeviceKey("enhanced")
        address, known = paired(house, device)
        house.known = {address: known}
        async with house.listening() as source:
            await house.until(lambda: source.states()[device].next_step == CODE_WANTED)
            assert source.states()[device].word == "connected"
            assert source.troubles() == {}
            ((link, _),) = source._links.values()
            link._over()
            gone = source.states()[device]
            assert (gone.word, gone.next_step) == ("waiting for the device", CODE_WANTED)


async def test_a_record_that_names_no_user_is_of_whose_slot_is_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = EnhancedCuff._measured

    def measured(
        cuff: EnhancedCuff, moment: Moment, user: int | None
    ) -> EnhancedBloodPressureMeasurement:
        return whole(cuff, moment, None)

    monkeypatch.setattr(EnhancedCuff, "_measured", measured)
    monkeypatch.setattr(EnhancedCuff, "_inflating", lambda _cuff: ())
    async with cupboard("enhanced") as (house, simulation):
        of_two(house, {1: 1234, 2: 5678})
        await measured_thrice(simulation)
        async with house.listening():
            await house.until(lambda: sessions(house) == {"user 1": 1, "user 2": 0})
        before = {who: set(fetched(house, who)) for who in (ANNA, BEN)}
        assert [len(of) for of in before.values()] == [2, 1]
        source = BleSource(house.known, house.journal, lambda _: True, now=house.clock)
        house.arrived = [one async for one in source.replay()]
        assert {who: set(fetched(house, who)) for who in (ANNA, BEN)} == before, "after a crash too"


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
