"""Wishes are served: a device is recorded, paired with on its first link, or taken back."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from adapters.ble.asking import Asker, NotPaired, Question
from adapters.ble.source import BleSource
from adapters.reading import DeviceKey
from gateway import clock
from gateway.app import House, open_house
from gateway.parts import adding as module
from gateway.parts.adding import Adding
from gateway.sharing.offer import allow_collecting
from gateway.store.nearby import LookedAround, Nearby
from gateway.store.thread import StoreThread
from gateway.store.wishes import Wish, Wishes
from tests.fakes_web import Furnished, make_home

ADDRESS, LASTING = "C0:DE:CA:FE:17:05", "C0:DE:CA:FE:17:06"
STRAP_ADDRESS = "C0:DE:CA:FE:17:07"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Furnished]:
    made = make_home(tmp_path)
    allow_collecting(made.house.ledger, made.person, "ble", made.act)
    for name, seconds in (("EVERY", 0.005), ("LINGER", 0.02), ("OPEN_WITHIN", 0.05)):
        monkeypatch.setattr(module, name, seconds)
    found = [
        Nearby(1, ADDRESS, "BP-7", "blood-pressure-cuff", "near", clock.now(), "Cuff"),
        Nearby(2, STRAP_ADDRESS, "HR", "heart-rate-strap", "near", clock.now(), "Strap"),
    ]
    LookedAround(made.house.local.db).replace(found)
    yield made
    made.house.close()


@dataclass
class Device:
    """How a device lets itself be paired with, and all that a meeting needs."""

    fails: NotPaired | None = None
    question: Question | None = None
    address: str = ADDRESS
    was_asked: bool = False
    paired: bool = False
    pairings: int = 0
    forgotten: int = 0
    answers: list[str | None] = field(default_factory=list)
    met: bool = False
    asker: Asker | None = None

    async def is_paired(self) -> bool:
        return self.paired

    async def forget_pairing(self) -> None:
        self.forgotten += 1
        self.paired = False

    async def pair(self) -> str:
        self.pairings += 1
        if self.question is not None and self.asker is not None:
            self.was_asked = True
            self.answers.append(await self.asker.ask(self.question))
        if self.fails is not None:
            raise self.fails
        self.paired = True
        return self.address

    @contextlib.asynccontextmanager
    async def meeting(self, address: str, called: str, asker: Asker) -> AsyncIterator[Device]:
        self.met, self.asker = True, asker
        try:
            yield self
        finally:
            self.met = False


@dataclass
class Air:
    """A source, as far as pairing again needs one."""

    here: bool = True
    begun_anew: list[DeviceKey] = field(default_factory=list)

    def is_here(self, _device: DeviceKey) -> bool:
        return self.here

    def begin_anew(self, device: DeviceKey) -> None:
        self.begun_anew.append(device)


@dataclass
class Serving:
    """The part that collects, as far as it serves wishes."""

    home: Furnished
    adding: Adding
    looks: list[set[DeviceKey]]
    air: Air

    def wish_pairing(self, device: DeviceKey) -> int:
        wishes = Wishes(self.home.house.local.db)
        return wishes.wish(self.home.person, "pair", clock.now(), device=device)

    def wish(self, address: str = ADDRESS, profile: str = "blood-pressure-cuff") -> int:
        return Wishes(self.home.house.local.db).wish(
            self.home.person, "add", clock.now(), address=address, profile=profile
        )

    def now(self, number: int) -> Wish:
        wish = Wishes(self.home.house.local.db).get(number)
        assert wish is not None
        return wish

    @property
    def devices(self) -> dict[str, DeviceKey]:
        return self.home.house.local.known_addresses()

    async def until(self, come: Callable[[], object]) -> None:
        async with asyncio.timeout(30):
            while not come():  # noqa: ASYNC110  # it stands in a table
                await asyncio.sleep(0.005)

    async def linked(self, number: int) -> DeviceKey:
        """The device is heard, and its link begins."""
        await self.until(lambda: self.now(number).state == "waiting")
        return self.devices[self.now(number).address]


@contextlib.asynccontextmanager
async def serving(home: Furnished, device: Device) -> AsyncIterator[Serving]:
    looks: list[set[DeviceKey]] = []

    thread = StoreThread("test")
    house = await thread.do(_opened, home.house)

    async def look() -> None:
        looks.append({one.key for one in await thread.do(house.devices.list)})

    adding = Adding(house, thread, look)
    running, air = asyncio.create_task(adding.run()), Air()
    try:
        with adding.over(cast(BleSource, air), device):
            yield Serving(home, adding, looks, air)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await thread.do(house.close)
        thread.close()


def _opened(house: House) -> House:
    return open_house(house.path, ring=house.opened.ring)


async def test_a_model_that_wants_it_is_paired_with_before_anything_is_asked(
    home: Furnished,
) -> None:
    device = Device()
    async with serving(home, device) as serves:
        number = serves.wish()
        key = await serves.linked(number)
        assert device.met
        assert key in serves.looks[-1], "the radio sees it at once"
        assert serves.adding.greeting.may_come(key)
        assert not serves.adding.greeting.may_come(DeviceKey("another")), "it waits meanwhile"
        await serves.adding.greeting.greet(key, False)
        assert device.paired
        assert serves.adding.greeting.may_come(DeviceKey("another"))
        await serves.until(lambda: serves.now(number).state == "done")
        assert serves.now(number).device == key
        await serves.adding.greeting.greet(key, False)
    assert (device.pairings, device.met) == (1, False)


async def test_other_models_are_paired_with_only_if_they_want_it(home: Furnished) -> None:
    device = Device()
    async with serving(home, device) as serves:
        number = serves.wish(STRAP_ADDRESS, "heart-rate-strap")
        await serves.adding.greeting.greet(await serves.linked(number), False)
        await serves.until(lambda: serves.now(number).state == "done")
        assert device.pairings == 0
        again = serves.wish(STRAP_ADDRESS, "heart-rate-strap")
        await serves.adding.greeting.greet(await serves.linked(again), True)
        assert device.pairings == 1


async def test_a_model_that_knows_no_pairing_is_used_as_it_is(home: Furnished) -> None:
    device = Device(fails=NotPaired("refused", "It refused.", "Try again."))
    async with serving(home, device) as serves:
        number = serves.wish()
        await serves.adding.greeting.greet(await serves.linked(number), False)
        await serves.until(lambda: serves.now(number).state == "done")


@pytest.mark.parametrize(("reason", "wants"), [("wrong digits", False), ("refused", True)])
async def test_a_pairing_that_failed_takes_the_device_back(
    home: Furnished, reason: str, wants: bool
) -> None:
    device = Device(fails=NotPaired(reason, "It did not work.", "Try again."))
    async with serving(home, device) as serves:
        number = serves.wish()
        key = await serves.linked(number)
        with pytest.raises(NotPaired):
            await serves.adding.greeting.greet(key, wants)
        await serves.until(lambda: serves.now(number).state == "failed")
        assert (serves.now(number).said, serves.now(number).next_step) == (
            "It did not work.", "Try again.",
        )  # fmt: skip
        assert ADDRESS not in serves.devices
        assert key not in serves.looks[-1]


async def test_a_device_of_before_stays_where_pairing_it_anew_failed(home: Furnished) -> None:
    device = Device()
    async with serving(home, device) as serves:
        number = serves.wish()
        await serves.adding.greeting.greet(await serves.linked(number), False)
        await serves.until(lambda: serves.now(number).state == "done")
        device.paired = False
        device.fails = NotPaired("late", "Nobody answered.", "Try again.")
        again = serves.wish()
        with pytest.raises(NotPaired):
            await serves.adding.greeting.greet(await serves.linked(again), False)
        await serves.until(lambda: serves.now(again).state == "failed")
        assert ADDRESS in serves.devices


async def test_who_is_not_heard_is_taken_back(
    home: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HEARD_WITHIN", 0.05)
    async with serving(home, Device()) as serves:
        number = serves.wish()
        await serves.until(lambda: serves.now(number).state == "failed")
        assert "not heard" in serves.now(number).said
        assert ADDRESS not in serves.devices


async def test_who_gives_up_has_added_nothing(home: Furnished) -> None:
    device = Device()
    async with serving(home, device) as serves:
        number = serves.wish()
        await serves.linked(number)
        Wishes(home.house.local.db).give_up(number)
        await serves.until(lambda: ADDRESS not in serves.devices)
        await serves.until(lambda: not device.met)
        assert serves.now(number).state == "given up"


async def test_a_question_stands_in_the_table_until_it_is_answered(home: Furnished) -> None:
    device = Device(question=Question("type", "Cuff"))
    wishes = Wishes(home.house.local.db)
    async with serving(home, device) as serves:
        number = serves.wish()
        greeting = asyncio.create_task(
            serves.adding.greeting.greet(await serves.linked(number), False)
        )
        await serves.until(lambda: serves.now(number).question)
        put = serves.now(number).question
        assert put is not None
        assert (put.sort, put.called) == ("type", "Cuff")
        wishes.answer(number, "123456")
        await greeting
        assert device.answers == ["123456"]
        assert serves.now(number).question is None
        assert serves.now(number).answer == "", "six digits are not kept"


async def test_a_private_address_is_replaced_by_the_lasting_one(home: Furnished) -> None:
    device = Device(address=LASTING)
    async with serving(home, device) as serves:
        number = serves.wish()
        key = await serves.linked(number)
        await serves.adding.greeting.greet(key, False)
        assert serves.devices == {LASTING: key} | {
            address: one for address, one in serves.devices.items() if one != key
        }


async def test_without_a_radio_the_next_step_is_said(home: Furnished) -> None:
    async with serving(home, Device()) as serves:
        serves.adding._source = None
        serves.adding._open.clear()
        number = serves.wish()
        await serves.until(lambda: serves.now(number).state == "failed")
        assert "Switch Bluetooth on" in serves.now(number).next_step


async def test_a_device_that_is_paired_with_while_it_is_looked_up_is_added(home: Furnished) -> None:
    device = Device()
    async with serving(home, device) as serves:
        number = serves.wish()
        looking, greeted = asyncio.Event(), asyncio.Event()

        async def slowly() -> bool:
            if not looking.is_set():
                looking.set()
                await greeted.wait()
            return device.paired

        device.is_paired = slowly  # type: ignore[method-assign]  # it takes its time
        key = await serves.linked(number)
        await looking.wait()
        await serves.adding.greeting.greet(key, False)
        greeted.set()
        await serves.until(lambda: not serves.now(number).is_open)
        assert serves.now(number).state == "done"


async def added(serves: Serving, device: Device) -> DeviceKey:
    """A device that was added and is paired."""
    number = serves.wish()
    key = await serves.linked(number)
    await serves.adding.greeting.greet(key, False)
    await serves.until(lambda: serves.now(number).state == "done")
    assert device.paired
    return key


async def test_a_pairing_that_was_lost_is_made_anew_once_a_person_says_so(home: Furnished) -> None:
    device = Device()
    async with serving(home, device) as serves:
        key = await added(serves, device)
        assert device.forgotten == 0, "adding lets go of nothing"
        serves.air.here = False
        number = serves.wish_pairing(key)
        await serves.until(lambda: serves.now(number).state == "waiting")
        await asyncio.sleep(0.05)
        assert (device.forgotten, device.met) == (0, False), "not before the device is here"
        serves.air.here = True
        await serves.until(lambda: device.forgotten == 1)
        await serves.until(lambda: serves.air.begun_anew == [key])
        await serves.until(lambda: device.met)
        await serves.adding.greeting.greet(key, False)
        assert (device.paired, device.pairings) == (True, 2)
        await serves.until(lambda: serves.now(number).state == "done")
        assert [entry.act for entry in home.house.audit.entries()].count("device paired again") == 1


async def test_a_device_that_is_not_here_keeps_its_old_pairing(
    home: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = Device()
    async with serving(home, device) as serves:
        key = await added(serves, device)
        monkeypatch.setattr(module, "HEARD_WITHIN", 0.02)
        serves.air.here = False
        number = serves.wish_pairing(key)
        await serves.until(lambda: serves.now(number).state == "failed")
        assert "old pairing is as it was" in serves.now(number).said
        assert (device.forgotten, device.paired) == (0, True)


async def test_a_pairing_that_is_refused_the_second_time_is_told(home: Furnished) -> None:
    device = Device()
    async with serving(home, device) as serves:
        key = await added(serves, device)
        device.fails = NotPaired("refused", "The device refused.", "Press its button.")
        number = serves.wish_pairing(key)
        await serves.until(lambda: device.forgotten)
        await serves.until(lambda: serves.air.begun_anew)
        with pytest.raises(NotPaired):
            await _greeted(serves, key)
        await serves.until(lambda: serves.now(number).state == "failed")
        assert serves.now(number).next_step == "Press its button."
        assert key in serves.devices.values(), "it is a device of this house still"


async def _greeted(serves: Serving, key: DeviceKey) -> None:
    """Greet it until that is waited for."""
    while True:
        await serves.adding.greeting.greet(key, False)
        await asyncio.sleep(0.005)


async def test_what_is_no_device_of_this_house_is_not_paired(home: Furnished) -> None:
    async with serving(home, Device()) as serves:
        number = serves.wish_pairing(DeviceKey("nobody"))
        await serves.until(lambda: serves.now(number).state == "failed")
        assert serves.now(number).said == "This device is not one of this house."


async def test_a_device_of_somebody_else_is_not_taken_by_adding_it(home: Furnished) -> None:
    house, device = home.house, Device()
    olav = house.people.add("Olav", "1959-05", clock.now())
    async with serving(home, device) as serves:
        mine = serves.wish()
        await serves.adding.greeting.greet(await serves.linked(mine), False)
        await serves.until(lambda: serves.now(mine).state == "done")
        his = Wishes(house.local.db).wish(
            olav, "add", clock.now(), address=ADDRESS, profile="blood-pressure-cuff"
        )
        await serves.until(lambda: serves.now(his).state == "failed")
        assert serves.now(his).said == "Blood pressure cuff is Ingrid's already."
        assert "--several" in serves.now(his).next_step
    assert [one.facts.person for one in house.devices.list()] == [home.person]
    assert device.pairings == 1
