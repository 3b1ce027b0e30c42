"""The watch over a real D-Bus: which adapter there is, and that Bluetooth itself went."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from bleak.backends.bluezdbus import manager
from dbus_fast import Message, Variant

from adapters.ble.bluez import watch as module
from adapters.ble.bluez.watch import Watch
from adapters.ble.watching import Chosen
from adapters.errors import AdapterError
from tests.fakes_bluez import ADAPTER_FACE, DEVICE_FACE, SmallBlueZ, private_bus, small_bluez

MINE, OTHER = "00:00:5E:00:53:01", "00:00:5E:00:53:02"
CUFF = "C0:DE:CA:FE:17:01"


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with private_bus(tmp_path_factory.mktemp("bus")) as address:
        yield address


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_AGAIN_AFTER", 0.01)
    monkeypatch.setattr(module, "_OFF_FOR", 0.0)


@pytest.fixture
async def bluez(bus: str) -> AsyncIterator[SmallBlueZ]:
    async with small_bluez(bus) as small:
        yield small


async def until(watch: Watch, come: Callable[[], object]) -> None:
    """Return once something is so; each look follows a word of the watch."""
    async with asyncio.timeout(5):
        while not come():
            await watch.changed(1.0)


def is_gone(watch: Watch) -> str:
    """What is said where there is no adapter to listen through; empty where there is one."""
    try:
        watch.chosen()
    except AdapterError as error:
        return str(error) if error.next_step else ""
    return ""


async def test_without_a_wish_it_is_the_first_that_is_switched_on(
    bus: str, bluez: SmallBlueZ
) -> None:
    bluez.adapter(10, OTHER)
    bluez.adapter(2, MINE)
    bluez.adapter(1, "00:00:5E:00:53:03", powered=False)
    async with Watch(bus=bus).running() as watch:
        assert watch.chosen().name == "hci2"


@pytest.mark.parametrize("wanted", [MINE, MINE.lower(), "hci3"])
async def test_a_chosen_one_is_known_by_address_and_by_name(
    bus: str, bluez: SmallBlueZ, wanted: str
) -> None:
    bluez.adapter(0, OTHER)
    bluez.adapter(3, MINE)
    async with Watch(wanted, bus=bus).running() as watch:
        assert watch.chosen().name == "hci3"


async def test_one_that_comes_back_under_another_number_is_the_same(
    bus: str, bluez: SmallBlueZ
) -> None:
    path = bluez.adapter(0, MINE)
    async with Watch(MINE, bus=bus).running() as watch:
        before = watch.chosen()
        del bluez.objects[path]
        await bluez.vanish(path, of=ADAPTER_FACE)
        await until(watch, lambda: is_gone(watch))
        assert is_gone(watch) == "The Bluetooth adapter that config.toml names is not there."
        await bluez.appear(bluez.adapter(0, OTHER))
        await bluez.appear(bluez.adapter(1, MINE))
        await until(watch, lambda: not is_gone(watch))
        assert watch.chosen().name == "hci1"
        assert watch.chosen() != before


async def test_one_that_went_and_came_between_two_looks_is_noticed(
    bus: str, bluez: SmallBlueZ
) -> None:
    path = bluez.adapter(0, MINE)
    async with Watch(bus=bus).running() as watch:
        before = watch.chosen()
        await bluez.vanish(path, of=ADAPTER_FACE)
        await bluez.appear(path)
        await until(watch, lambda: not is_gone(watch) and watch.chosen() != before)
        assert watch.chosen().name == "hci0"


async def test_one_that_is_switched_off_and_on_was_begun_anew(bus: str, bluez: SmallBlueZ) -> None:
    path = bluez.adapter(0, MINE)
    async with Watch(bus=bus).running() as watch:
        before = watch.chosen()
        for on in (False, True):
            bluez.objects[path][ADAPTER_FACE]["Powered"] = Variant("b", on)
            await bluez.changed(path, "Powered", Variant("b", on), of=ADAPTER_FACE)
            await until(watch, lambda on=on: bool(is_gone(watch)) is not on)  # type: ignore[misc]
        assert watch.chosen().name == "hci0"
        assert watch.chosen() != before


async def test_another_adapter_that_goes_disturbs_nobody(bus: str, bluez: SmallBlueZ) -> None:
    bluez.adapter(0, MINE)
    other = bluez.adapter(1, OTHER)
    async with Watch(bus=bus).running() as watch:
        before = watch.chosen()
        del bluez.objects[other]
        await bluez.vanish(other, of=ADAPTER_FACE)
        await watch.changed(0.2)
        assert watch.chosen() == before
        await bluez.appear(bluez.adapter(1, OTHER))
        await watch.changed(0.2)
        assert watch.chosen() == before, "the one that works is kept"


async def test_a_service_that_ends_and_begins_is_noticed(bus: str) -> None:
    seen: list[Chosen] = []
    async with Watch(bus=bus).running() as watch:
        assert is_gone(watch) == "The system's Bluetooth service does not run."
        for _ in range(2):
            async with small_bluez(bus) as bluez:
                bluez.adapter(0, MINE)
                await until(watch, lambda: not is_gone(watch))
                seen.append(watch.chosen())
            await until(watch, lambda: is_gone(watch))
    assert [one.name for one in seen] == ["hci0", "hci0"]
    assert seen[0] != seen[1]


async def test_without_a_bus_it_says_so_and_goes_on(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("late")
    async with Watch(bus=f"unix:path={folder / 'bus'}").running() as watch:
        assert is_gone(watch) == "The system's Bluetooth service cannot be reached."
        with private_bus(folder) as address:
            async with small_bluez(address) as bluez:
                bluez.adapter(0, MINE)
                await until(watch, lambda: not is_gone(watch))
        await until(watch, lambda: is_gone(watch))


@pytest.mark.parametrize(
    ("roles", "powered", "says"),
    [(["peripheral"], True, "too old"), (["central"], False, "switched off")],
)
async def test_what_is_wrong_with_an_adapter_is_told_apart(
    bus: str, bluez: SmallBlueZ, roles: list[str], powered: bool, says: str
) -> None:
    path = bluez.adapter(0, MINE, powered=powered)
    bluez.objects[path][ADAPTER_FACE]["Roles"] = Variant("as", roles)
    async with Watch(bus=bus).running() as watch:
        assert says in is_gone(watch)


async def test_no_adapter_at_all_is_told_too(bus: str, bluez: SmallBlueZ) -> None:
    async with Watch(bus=bus).running() as watch:
        assert is_gone(watch) == "There is no Bluetooth adapter."


async def test_links_that_come_and_go_are_counted(bus: str, bluez: SmallBlueZ) -> None:
    bluez.adapter(0, MINE)
    path = bluez.device(CUFF, bonded=True, connected=False)
    async with Watch(bus=bus).running() as watch:
        watch.chosen()
        assert await watch.is_bonded(CUFF)
        assert not await watch.is_bonded("C0:DE:CA:FE:17:02")
        async with watch.links(CUFF, 2) as seen:
            for up in (True, False, True):
                await bluez.changed(path, "Connected", Variant("b", up), of=DEVICE_FACE)
            async with asyncio.timeout(5):
                await seen.enough.wait()
        await bluez.changed(path, "Connected", Variant("b", True), of=DEVICE_FACE)
        assert await watch.is_bonded(CUFF), "an answer that comes behind that signal"
        assert seen.count == 2


async def test_an_adapter_is_switched_off_and_on_and_nothing_else(
    bus: str, bluez: SmallBlueZ
) -> None:
    path = bluez.adapter(0, MINE)
    asked: list[object] = []

    async def set_it(message: Message) -> Message:
        asked.append((message.path, message.body[1], message.body[2].value))
        return Message.new_method_return(message)

    bluez.answers["Set"] = set_it
    async with Watch(bus=bus).running() as watch:
        watch.chosen()
        await watch.power_cycle()
    assert asked == [(path, "Powered", False), (path, "Powered", True)]


async def test_bleak_forgets_what_is_no_longer_so(
    bus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own connection is ended, by which it starts anew: what that takes of bleak is there."""
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus)
    async with Watch(bus=bus).running() as watch:
        await watch.forget()
        async with small_bluez(bus) as bluez:
            device = bluez.device(CUFF)
            bluez.objects[device][DEVICE_FACE]["Adapter"] = Variant("o", bluez.adapter(0, MINE))
            bluez.objects["/org/bluez/hci0"][ADAPTER_FACE]["Roles"] = Variant("as", ["central"])
            known = await manager.get_global_bluez_manager()
            told: list[bool] = []
            known.add_device_watcher(device, told.append, lambda *_: None)
            assert known.is_connected(device)
            await watch.forget()
            await until(watch, lambda: told == [False])
            bluez.objects[device][DEVICE_FACE]["Connected"] = Variant("b", False)
            assert not (await manager.get_global_bluez_manager()).is_connected(device)
        await watch.forget()


async def test_a_link_that_nobody_uses_is_let_go_of(bus: str, bluez: SmallBlueZ) -> None:
    bluez.adapter(0, MINE)
    path = bluez.device(CUFF, bonded=True, connected=True)
    async with Watch(bus=bus).running() as watch:
        watch.chosen()
        await watch.let_go(CUFF)
        assert ("Disconnect", path) in bluez.called
        bluez.called.clear()
        bluez.device(CUFF, bonded=True, connected=False)
        await watch.let_go(CUFF)
        assert ("Disconnect", path) not in bluez.called
