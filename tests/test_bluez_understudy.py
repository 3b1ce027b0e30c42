"""What is sent while the program is killed: another process hears it, over a real D-Bus."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from dbus_fast import Message, Variant

from adapters.ble import context
from adapters.ble.bluez.keeper import Keeper
from adapters.ble.bluez.standby import Heard
from adapters.ble.bluez.understudy import Understudy
from adapters.ble.device_clock import DeviceClock, Setting
from adapters.local_events import LocalName, Packet
from adapters.reading import DeviceKey
from adapters.source import LINK_BEGINS
from gateway.store.courtesy import only_one
from gateway.store.local import LocalStore, create_local, open_local
from gateway.understudy import journal
from tests.fakes_bluez import SmallBlueZ, path_of, private_bus, small_bluez
from tests.test_bluez_keeper import of_bleak

CUFF = "C0:DE:CA:FE:17:01"
KEY = DeviceKey("cuff")
RESULT = "00002a35-0000-1000-8000-00805f9b34fb"
SECRET = bytes(range(32))


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with private_bus(tmp_path_factory.mktemp("bus")) as address:
        yield address


@pytest.fixture
def local(tmp_path: Path) -> Iterator[LocalStore]:
    made = create_local(tmp_path / "local.db", SECRET)
    made.set_name(LocalName(KEY, "address", CUFF, 1))
    yield made
    made.db.close()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110  # what is waited for is in another process
            await asyncio.sleep(0.01)


def cuff(bluez: SmallBlueZ, *, bonded: bool = True, last: tuple[bytes, ...] = ()) -> str:
    """A cuff that is connected until it is told to let go; it sends these values before."""
    device = bluez.device(CUFF, bonded=bonded)
    path = bluez.characteristic(device, RESULT, ["indicate"])

    async def let_go(message: Message) -> Message:
        for value in last:
            await bluez.send(path, value)
        bluez.objects[device]["org.bluez.Device1"]["Connected"] = Variant("b", False)
        return Message.new_method_return(message)

    bluez.answers["Disconnect"] = let_go
    return path


@contextlib.asynccontextmanager
async def program(bus: str, folder: Path) -> AsyncIterator[Process]:
    words = (bus, str(folder / "local.db"), SECRET.hex(), CUFF, RESULT)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.keeping_program", *words, stdin=PIPE, stdout=PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def finished(folder: Path) -> None:
    """Return once no understudy of this home is at work."""

    def idle() -> bool:
        with only_one(folder / "understudy") as alone:
            return alone

    await until(idle)


async def test_what_came_when_it_was_killed_is_in_the_journal(
    bus: str, local: LocalStore, tmp_path: Path
) -> None:
    async with small_bluez(bus) as bluez, program(bus, tmp_path) as process:
        path = cuff(bluez, last=(b"after", b"on the way"))
        await until(lambda: bluez.notifying.get(path))
        assert len(bluez.notifying[path]) == 1, "one subscriber, so each value is told once"
        await bluez.send(path, b"before")
        assert process.stdout is not None
        assert await process.stdout.readline() == b"b'before'\n"
        process.kill()
        await process.wait()
        await finished(tmp_path)
        assert ("Disconnect", path_of(CUFF)) in bluez.called, "what was not sent stays there"
    kept = [packet.data for packet in records(local)]
    assert kept == [b"before", b"after", b"on the way"]


async def test_what_ends_in_order_leaves_nothing(
    bus: str, local: LocalStore, tmp_path: Path
) -> None:
    async with small_bluez(bus) as bluez, program(bus, tmp_path) as process:
        path = cuff(bluez)
        await until(lambda: bluez.notifying.get(path))
        await bluez.send(path, b"before")
        assert process.stdin is not None
        process.stdin.close()
        assert await process.wait() == 0
        await finished(tmp_path)
        assert ("Disconnect", path_of(CUFF)) not in bluez.called
    assert not local.not_taken_in()


async def test_without_it_the_keeper_asks_by_itself(
    bus: str, local: LocalStore, tmp_path: Path
) -> None:
    told = {"file": str(tmp_path / "local.db"), "key": SECRET.hex(), "bus": bus}
    understudy = Understudy((sys.executable, "-m", "gateway.understudy"), told)
    keeper, came = Keeper(bus=bus, understudy=understudy), list[bytes]()
    async with small_bluez(bus) as bluez, keeper.running():
        path = cuff(bluez)
        keeper.hold(CUFF, lambda uuid, _: uuid == RESULT, lambda _, data: came.append(data))
        await until(lambda: bluez.notifying.get(path))
        (first,) = bluez.notifying[path]
        assert understudy._process is not None
        understudy._process.kill()
        bluez.notifying.clear()  # BlueZ sees that it is gone
        await until(lambda: bluez.notifying.get(path))
        assert bluez.notifying[path] != {first}
        await bluez.send(path, b"one")
        await until(lambda: came)
    assert came == [b"one"]


@pytest.mark.parametrize("command", [("/does/not/exist",), (sys.executable, "-c", "pass")])
async def test_where_it_cannot_be_started_the_keeper_asks(bus: str, command: list[str]) -> None:
    keeper, came = Keeper(bus=bus, understudy=Understudy(command, {})), list[bytes]()
    async with small_bluez(bus) as bluez, keeper.running():
        path = cuff(bluez)
        keeper.hold(CUFF, lambda uuid, _: uuid == RESULT, lambda _, data: came.append(data))
        await until(lambda: bluez.notifying.get(path))
        await bluez.send(path, b"one")
        await until(lambda: came)


async def test_what_has_no_bond_is_held_for_one_link(
    bus: str, local: LocalStore, tmp_path: Path
) -> None:
    told = {"file": str(tmp_path / "local.db"), "key": SECRET.hex(), "bus": bus}
    understudy = Understudy((sys.executable, "-m", "gateway.understudy"), told)
    keeper, came = Keeper(bus=bus, understudy=understudy), list[bytes]()
    async with small_bluez(bus) as bluez, keeper.running():
        path = cuff(bluez, bonded=False)
        held = keeper.hold(CUFF, lambda uuid, _: uuid == RESULT, lambda _, data: None)
        await until(lambda: understudy.is_there)
        await until(lambda: ("GetManagedObjects", "/") in bluez.called)
        assert await held.take(of_bleak(path), came.append)
        await bluez.send(path, b"one")
        await until(lambda: came)
        held.give_back()
        held.link_over()
        await until(lambda: not bluez.notifying[path])
        await bluez.send(path, b"two")
    assert came == [b"one"]


def records(local: LocalStore) -> list[Packet]:
    """What is to be replayed, but for what was said of links."""
    return [one for _, one in local.not_taken_in() if one.characteristic == RESULT]


def heard(*values: bytes) -> list[Heard]:
    return [Heard(CUFF.lower(), RESULT, 1000 + at, data) for at, data in enumerate(values)]


def test_only_what_is_missing_is_journalled(local: LocalStore) -> None:
    """Equal values are told apart by how often they came."""
    local.keep([Packet(KEY, RESULT, 980 + at, data, True) for at, data in enumerate((b"a", b"b"))])
    local.keep([Packet(KEY, RESULT, -9_000, b"b", True)])
    assert journal(local, heard(b"a", b"b", b"b", b"c")) == 2
    assert [packet.data for packet in records(local)][-2:] == [b"b", b"c"]
    assert journal(local, heard(b"a", b"b", b"b", b"c")) == 0


@pytest.mark.parametrize("apart", [-2_000, -200, 200, 2_000])
def test_what_was_heard_at_another_moment_is_none_twice(local: LocalStore, apart: int) -> None:
    """A process that has slept for days takes its time."""
    local.keep([Packet(KEY, RESULT, 1000 + apart, b"a", True)])
    assert journal(local, heard(b"a", b"a")) == 1


def test_each_second_the_same_and_the_last_one_is_missing(local: LocalStore) -> None:
    came = [Heard(CUFF, RESULT, 1000 * at, b"a") for at in range(20)]
    local.keep([Packet(KEY, RESULT, 1000 * at + 3, b"a", True) for at in range(-3, 18)])
    assert journal(local, came) == 2
    assert [packet.received for packet in records(local)][-2:] == [18_000, 19_000]


def test_a_clock_that_is_set_back_meanwhile_makes_none_twice(local: LocalStore) -> None:
    came = [Heard(CUFF, RESULT, 9_000_000, b"a"), Heard(CUFF, RESULT, 1_000, b"b")]
    local.keep([Packet(KEY, RESULT, one.at + 1, one.data, True) for one in came])
    assert journal(local, came) == 0


def test_equal_values_of_one_millisecond_stay_two(local: LocalStore) -> None:
    """A reading is told from another by its time, where the device has no number for it."""
    local.keep([Packet(KEY, RESULT, 1_000, b"a", True)])
    assert journal(local, [Heard(CUFF, RESULT, 1_000, b"a")] * 3) == 2
    assert {packet.received for packet in records(local)} == {1_000, 1_001, 1_002}


def test_what_run_heard_nothing_of_is_not_understood_by_an_earlier_link(local: LocalStore) -> None:
    """How the clock stood then is not known; when we set it last, is."""
    setting = Setting(500, timedelta(minutes=3))
    said = context.said(KEY, 100, "clock", b"read on an earlier link")
    local.keep([context.begins(KEY, 90, DeviceClock()), said, context.clock_set(KEY, setting)])
    at = 500 + 61_000
    journal(local, [Heard(CUFF, RESULT, at, b"a"), Heard(CUFF, RESULT, at + 5, b"b")])
    begun, *rest = [one for _, one in local.not_taken_in()][-3:]
    assert (begun.characteristic, begun.received) == (LINK_BEGINS, at - 1)
    assert context.setting_in(begun) == setting
    assert [one.data for one in rest] == [b"a", b"b"]


def test_what_run_said_of_its_link_holds(local: LocalStore) -> None:
    local.keep([context.begins(KEY, 700, DeviceClock()), Packet(KEY, RESULT, 710, b"a", True)])
    journal(local, heard(b"a", b"b"))
    words = [one.characteristic for _, one in local.not_taken_in()]
    assert words == [LINK_BEGINS, RESULT, RESULT]


def test_what_is_no_device_of_this_home_is_left(local: LocalStore) -> None:
    assert journal(local, [Heard("C0:DE:CA:FE:17:99", RESULT, 1, b"x")]) == 0


def test_it_stays_small(tmp_path: Path) -> None:
    """It waits for days: none of the big packages is imported before it is needed."""
    import subprocess

    script = (
        "import sys, gateway.understudy;"
        "print(sorted({'bleak', 'pydantic', 'sqlcipher3', 'sqlite_utils', 'aiohttp', 'numpy'}"
        " & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert told.stdout == b"[]\n"


def test_the_journal_that_it_opens_is_the_homes(local: LocalStore, tmp_path: Path) -> None:
    journal(local, heard(b"a"))
    other = open_local(tmp_path / "local.db", SECRET)
    assert [packet.device for packet in records(other)] == [KEY]
    other.db.close()
