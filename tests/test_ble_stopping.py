"""Stopping takes a few seconds at most, whatever the radio does and however many links are up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from bumble.device import Connection
from bumble.hci import Address

from adapters.ble.characteristics import heart_rate
from adapters.ble.source import BleSource
from adapters.reading import DeviceKey
from adapters.simulator import central
from adapters.simulator.client import SimulatedClient
from adapters.simulator.link import RadioLink
from adapters.simulator.radio import virtual_radio
from tests.ble_house import BREATH, QUICK, RECORD, House, open_house
from tests.fakes_ble import HeldSensor, MemoryJournal

pytestmark = pytest.mark.radio

MANY = 12
CLOSE, WITHIN = 0.3, 1.0
ONE_AFTER_THE_OTHER = MANY * CLOSE


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        opened.settings = replace(QUICK, close_timeout=CLOSE, stop_within=WITHIN)
        yield opened


async def linked(house: House, stack: AsyncExitStack) -> list[HeldSensor]:
    """Many straps."""
    devices = {f"F0:00:00:00:01:{n:02X}": DeviceKey(f"strap-{n}") for n in range(MANY)}
    return [await stack.enter_async_context(house.strap(*one).on()) for one in devices.items()]


async def stopped(house: House, source: BleSource, until: asyncio.Event) -> float:
    """How long it takes to stop once the event came."""
    listening = asyncio.create_task(house.listen_to(source))
    await until.wait()
    began = time.perf_counter()
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    return time.perf_counter() - began


def source_of(house: House) -> BleSource:
    return BleSource(
        house.known, house.journal, lambda _device: True, now=house.clock, radio=house.radio,
        settings=house.settings,
    )  # fmt: skip


async def wait_for(straps: list[HeldSensor], ready: asyncio.Event) -> None:
    for strap in straps:
        await strap.subscribed(heart_rate.UUID)
    ready.set()


async def test_a_radio_that_lets_nothing_go_holds_nobody_up(house: House) -> None:
    class Deaf(house.radio.client):  # type: ignore[name-defined,misc]
        async def disconnect(self) -> None:
            await asyncio.Event().wait()

    house.radio = replace(house.radio, client=Deaf)
    async with AsyncExitStack() as stack:
        straps, ready = await linked(house, stack), asyncio.Event()
        waiting = asyncio.create_task(wait_for(straps, ready))
        assert await stopped(house, source_of(house), ready) < WITHIN < ONE_AFTER_THE_OTHER
        await waiting


async def test_a_radio_that_does_not_even_heed_is_left(house: House) -> None:
    left = asyncio.Event()

    class Stubborn(house.radio.client):  # type: ignore[name-defined,misc]
        async def disconnect(self) -> None:
            while not left.is_set():
                try:
                    await left.wait()
                except asyncio.CancelledError:
                    continue

    house.radio = replace(house.radio, client=Stubborn)
    async with AsyncExitStack() as stack:
        straps, ready = await linked(house, stack), asyncio.Event()
        waiting = asyncio.create_task(wait_for(straps, ready))
        assert await stopped(house, source_of(house), ready) < 2 * WITHIN
        left.set()
        await waiting


async def test_what_came_before_the_end_is_journalled_though_the_radio_is_gone(
    house: House,
) -> None:
    class Deaf(house.radio.client):  # type: ignore[name-defined,misc]
        async def disconnect(self) -> None:
            await asyncio.Event().wait()

    house.radio = replace(house.radio, client=Deaf)
    house.journal.open.clear()
    async with house.breath().on() as breath:
        source = source_of(house)
        listening = asyncio.create_task(house.listen_to(source))
        await breath.subscribed(RECORD)
        await breath.indicate(RECORD, bytes.fromhex("01007d00"))
        listening.cancel()
        house.journal.open.set()
        await asyncio.gather(listening, return_exceptions=True)
    assert [(p.device, p.data.hex()) for p in house.journal.records] == [(BREATH, "01007d00")]


async def test_a_chip_that_ended_with_its_simulator_is_left_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def never(_connection: Connection, _reason: int = 0) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(central, "_CHIP_ANSWERS_S", CLOSE)
    link = RadioLink()
    house = House(link, None, MemoryJournal())  # type: ignore[arg-type]
    async with AsyncExitStack() as stack:
        async with virtual_radio(link) as radio:
            house.radio = radio
            straps = await linked(house, stack)
            assert issubclass(radio.client, SimulatedClient)
            for strap in straps:
                await radio.client.central.connect(Address(strap.address))
            monkeypatch.setattr(Connection, "disconnect", never)
            began = time.perf_counter()
        assert time.perf_counter() - began < ONE_AFTER_THE_OTHER / 2
        monkeypatch.undo()
