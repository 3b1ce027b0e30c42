"""A device is greeted before it is connected to: there it is paired with."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from adapters.ble.asking import NotPaired
from adapters.ble.characteristics import heart_rate
from adapters.ble.paired import Paired
from adapters.ble.source import BleSource
from adapters.reading import DeviceKey
from tests.ble_house import (
    ANNA,
    QUICK,
    STRAP,
    STRAP_ADDRESS,
    STRAP_PROFILE,
    House,
    open_house,
    settled,
)
from tests.fakes_ble import HeldSensor, Offer

pytestmark = pytest.mark.radio


@dataclass
class Host:
    """Greets as the test says."""

    fails: NotPaired | None = None
    greeted: list[tuple[DeviceKey, bool]] = field(default_factory=list)
    happened: Callable[[], list[tuple[str, str]]] = list
    before: list[int] = field(default_factory=list)
    comes: bool = True

    async def greet(self, device: DeviceKey, wants: bool) -> None:
        self.greeted.append((device, wants))
        self.before.append(len(self.happened()))
        if self.fails is not None:
            raise self.fails

    def may_come(self, device: DeviceKey) -> bool:
        return self.comes


@contextlib.asynccontextmanager
async def listening(house: House, host: Host) -> AsyncIterator[BleSource]:
    source = BleSource(
        house.known,
        house.journal,
        lambda _device: True,
        now=house.clock,
        radio=house.radio,
        settings=QUICK,
        greet=host.greet,
        may_come=host.may_come,
    )
    task = asyncio.create_task(house.listen_to(source))
    try:
        yield source
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        yield opened


async def test_nothing_was_asked_of_the_device_before(house: House) -> None:
    async with house.strap().on() as strap:
        host = Host(happened=lambda: strap.happened)
        async with listening(house, host):
            await strap.subscribed(heart_rate.UUID)
            await house.beat(strap, 72)
    assert host.greeted == [(STRAP, False)]
    assert host.before == [0]


async def test_a_device_that_is_not_paired_is_let_go_and_the_person_told(house: House) -> None:
    host = Host(fails=NotPaired("late", "Nobody answered.", "Add it again."))
    async with house.strap().on() as strap, listening(house, host) as source:
        await settled(lambda: source.states()[STRAP].word == "trouble")
        assert source.states()[STRAP].next_step == "Add it again."
        assert strap.links_made == 0


async def test_a_device_that_tells_only_bonded_ones_is_greeted_as_one_that_wants_it(
    house: House,
) -> None:
    house.known[STRAP_ADDRESS] = Paired(STRAP, ANNA, STRAP_PROFILE)
    offers: dict[str, dict[str, Offer]] = {heart_rate.SERVICE: {heart_rate.UUID: "notify"}}
    strap = HeldSensor(
        house.link, STRAP_ADDRESS, "Strap", heart_rate.SERVICE, offers, protected=True
    )
    host = Host()
    async with strap.on(), listening(house, host) as source:
        await settled(lambda: source.states()[STRAP].word == "trouble")
        await settled(lambda: not strap.connections)
        await strap.advertise()
        await settled(lambda: len(host.greeted) > 1)
    assert host.greeted[:2] == [(STRAP, False), (STRAP, True)]


async def test_while_another_is_added_a_device_waits(house: House) -> None:
    host = Host(comes=False)
    async with house.strap().on() as strap, listening(house, host):
        await house.until(house.links)
        assert strap.links_made == 0
        host.comes = True
        await settled(lambda: strap.links_made)
