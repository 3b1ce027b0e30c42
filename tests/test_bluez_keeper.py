"""The keeper over a real D-Bus: it holds what bonded devices send, through links and restarts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from bleak.backends.characteristic import BleakGATTCharacteristic
from dbus_fast import Message, Variant

from adapters.ble.bluez import keeper as module
from adapters.ble.bluez.keeper import Keeper
from tests.fakes_bluez import SmallBlueZ, private_bus, small_bluez

CUFF = "C0:DE:CA:FE:17:01"
RESULT = "00002a35-0000-1000-8000-00805f9b34fb"
OTHER = "00002a37-0000-1000-8000-00805f9b34fb"


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with private_bus(tmp_path_factory.mktemp("bus")) as address:
        yield address


@dataclass
class Came:
    """What came early, and during a session."""

    early: list[tuple[str, bytes]] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)

    def take_early(self, uuid: str, data: bytes) -> None:
        self.early.append((uuid, data))


def wants(uuid: str, properties: frozenset[str]) -> bool:
    return uuid == RESULT and "indicate" in properties


def of_bleak(path: str) -> BleakGATTCharacteristic:
    """As bleak's back end for BlueZ makes it: the path is the first of its object."""

    class One:
        obj: tuple[str, dict[str, Any]] = (path, {})

    return cast(BleakGATTCharacteristic, One())


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110  # what is waited for is in another task
            await asyncio.sleep(0.005)


@pytest.fixture
async def keeper(bus: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Keeper]:
    monkeypatch.setattr(module, "_AGAIN_AFTER", 0.01)
    keeper = Keeper(bus=bus)
    async with keeper.running():
        yield keeper


def bonded_cuff(bluez: SmallBlueZ, *, bonded: bool = True) -> str:
    device = bluez.device(CUFF, bonded=bonded, connected=False)
    bluez.characteristic(device, OTHER, ["notify"], at=20)
    return bluez.characteristic(device, RESULT, ["indicate"])


async def test_a_record_comes_before_any_link_of_ours(bus: str, keeper: Keeper) -> None:
    async with small_bluez(bus) as bluez:
        path, came = bonded_cuff(bluez), Came()
        keeper.hold(CUFF, wants, came.take_early)
        await until(lambda: bluez.notifying)
        assert list(bluez.notifying) == [path], "only what is wanted"
        await bluez.send(path, b"one")
        await bluez.send(path, b"one")
        await until(lambda: len(came.early) == 2)
    assert came.early == [(RESULT, b"one")] * 2, "two equal records are two"


async def test_what_was_refused_is_asked_for_again_once_a_link_is_up(
    bus: str, keeper: Keeper
) -> None:
    """A BlueZ that was interrupted in the middle of a link refuses until the next one is up."""
    async with small_bluez(bus) as bluez:
        path, came = bonded_cuff(bluez), Came()

        async def refuse(message: Message) -> Message:
            return Message.new_error(message, "org.bluez.Error.Failed", "")

        bluez.answers["StartNotify"] = refuse
        held = keeper.hold(CUFF, wants, came.take_early)
        await held.settled()
        assert not held.paths
        del bluez.answers["StartNotify"]
        held.link_up()
        await until(lambda: bluez.notifying.get(path))


async def test_it_says_when_what_there_is_is_held(bus: str, keeper: Keeper) -> None:
    async with small_bluez(bus) as bluez:
        path, came = bonded_cuff(bluez), Came()

        async def slowly(message: Message) -> Message:
            await asyncio.sleep(0.05)
            bluez.notifying[path] = {message.sender or ""}
            return Message.new_method_return(message)

        bluez.answers["StartNotify"] = slowly
        held = keeper.hold(CUFF, wants, came.take_early)
        assert not held.looked.is_set()
        await held.settled()
        assert bluez.notifying


async def test_without_a_bus_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_AGAIN_AFTER", 0.01)
    keeper = Keeper(bus="unix:path=/does/not/exist")
    async with keeper.running(), asyncio.timeout(10):
        await keeper.hold(CUFF, wants, Came().take_early).settled()


async def test_during_a_session_it_is_given_to_the_session_alone(bus: str, keeper: Keeper) -> None:
    async with small_bluez(bus) as bluez:
        path, came = bonded_cuff(bluez), Came()
        held = keeper.hold(CUFF, wants, came.take_early)
        await until(lambda: bluez.notifying)
        assert await held.take(of_bleak(path), came.heard.append)
        await bluez.send(path, b"during")
        await until(lambda: came.heard)
        held.give_back()
        await bluez.send(path, b"after")
        await until(lambda: came.early)
    assert (came.heard, came.early) == ([b"during"], [(RESULT, b"after")])
    assert bluez.called.count(("StartNotify", path)) == 1, "one subscriber, so each value is one"


async def test_what_is_not_bonded_is_left_to_bleak_until_the_link_is_over(
    bus: str, keeper: Keeper
) -> None:
    async with small_bluez(bus) as bluez:
        path, came = bonded_cuff(bluez, bonded=False), Came()
        held = keeper.hold(CUFF, wants, came.take_early)
        await until(lambda: ("GetManagedObjects", "/") in bluez.called)
        assert not await held.take(of_bleak(path), came.heard.append)
        bluez.bonded(path.rsplit("/", 2)[0])
        await bluez.appear(path)
        looked = bluez.called.count(("GetManagedObjects", "/"))
        await until(lambda: bluez.called.count(("GetManagedObjects", "/")) >= looked)
        assert not bluez.notifying, "bleak has it; two subscribers would be told twice"
        held.link_over()
        await until(lambda: bluez.notifying)


async def test_it_is_held_at_once_where_the_device_was_paired_on_this_link(
    bus: str, keeper: Keeper
) -> None:
    async with small_bluez(bus) as bluez:
        path, came = bonded_cuff(bluez, bonded=False), Came()
        held = keeper.hold(CUFF, wants, came.take_early)
        await until(lambda: ("GetManagedObjects", "/") in bluez.called)
        bluez.bonded(path.rsplit("/", 2)[0])
        assert await held.take(of_bleak(path), came.heard.append)
        await bluez.send(path, b"first")
        await until(lambda: came.heard == [b"first"])


async def test_it_holds_again_after_bluez_was_restarted(bus: str, keeper: Keeper) -> None:
    came = Came()
    held = keeper.hold(CUFF, wants, came.take_early)
    async with small_bluez(bus) as bluez:
        path = bonded_cuff(bluez)
        await bluez.appear(path)
        await until(lambda: bluez.notifying)
    await until(lambda: not held.paths)
    async with small_bluez(bus) as bluez:
        assert not bluez.notifying
        path = bonded_cuff(bluez)  # BlueZ has characteristics again only once the link is up
        await bluez.appear(path)
        await until(lambda: bluez.notifying)
        await bluez.send(path, b"again")
        await until(lambda: came.early)
    assert came.early == [(RESULT, b"again")]


async def test_what_was_removed_is_held_when_it_is_there_again(bus: str, keeper: Keeper) -> None:
    async with small_bluez(bus) as bluez:
        path, came = bonded_cuff(bluez), Came()
        held = keeper.hold(CUFF, wants, came.take_early)
        await until(lambda: bluez.notifying)
        gone = bluez.objects.pop(path)
        bluez.notifying.clear()
        await bluez.vanish(path)
        await until(lambda: not held.paths)
        bluez.objects[path] = gone
        await bluez.appear(path)
        await until(lambda: bluez.notifying)


async def test_what_is_let_go_is_told_no_more(bus: str, keeper: Keeper) -> None:
    async with small_bluez(bus) as bluez:
        path, came = bonded_cuff(bluez), Came()
        held = keeper.hold(CUFF, wants, came.take_early)
        await until(lambda: bluez.notifying)
        held.let_go()
        bluez.notifying[path].add("another program")
        await bluez.send(path, b"not for us")
        await until(lambda: bluez.notifying[path] == {"another program"})
    assert not came.early


async def test_where_notifying_is_refused_bleak_subscribes(bus: str, keeper: Keeper) -> None:
    async with small_bluez(bus) as bluez:
        path, came = bonded_cuff(bluez), Came()

        async def refuse(message: Message) -> Message:
            return Message.new_error(message, "org.bluez.Error.NotPermitted", "acquired")

        bluez.answers["StartNotify"] = refuse
        held = keeper.hold(CUFF, wants, came.take_early)
        await until(lambda: ("StartNotify", path) in bluez.called)
        assert not await held.take(of_bleak(path), came.heard.append)


async def test_another_adapter_is_left_alone(bus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper, came = Keeper("hci1", bus=bus), Came()
    async with small_bluez(bus) as bluez, keeper.running():
        bonded_cuff(bluez)
        keeper.hold(CUFF, wants, came.take_early)
        await until(lambda: ("GetManagedObjects", "/") in bluez.called)
        assert not bluez.notifying


async def test_a_value_that_was_read_by_others_of_another_thing_is_none(
    bus: str, keeper: Keeper
) -> None:
    async with small_bluez(bus) as bluez:
        path, came = bonded_cuff(bluez), Came()
        keeper.hold(CUFF, wants, came.take_early)
        await until(lambda: bluez.notifying)
        await bluez.changed(path, "Notifying", Variant("b", True))
        await bluez.send(path, b"one")
        await until(lambda: came.early)
    assert came.early == [(RESULT, b"one")]
