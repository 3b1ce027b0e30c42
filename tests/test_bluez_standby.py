"""What the understudy remembers, and what it does not; over a real D-Bus."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import pytest

from adapters.ble.bluez import keeper as keeping
from adapters.ble.bluez import standby as standing
from adapters.ble.bluez.bus import listen_for
from adapters.ble.bluez.keeper import Keeper
from adapters.ble.bluez.standby import KEEP_MS, Heard, Standby
from tests.fakes_bluez import SmallBlueZ, private_bus, small_bluez

CUFF = "C0:DE:CA:FE:17:01"
RESULT = "00002a35-0000-1000-8000-00805f9b34fb"


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with private_bus(tmp_path_factory.mktemp("bus")) as address:
        yield address


@dataclass
class Other:
    """The process that it stands by for, as far as a test needs it."""

    process: asyncio.subprocess.Process
    lines: asyncio.StreamReader = field(default_factory=asyncio.StreamReader)
    answers: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)
    now: int = 1_000_000

    def says(self, **words: str) -> None:
        self.lines.feed_data(json.dumps(words).encode() + b"\n")

    async def holds(self, path: str) -> None:
        self.says(hold=path, address=CUFF, uuid=RESULT)
        await self.answers.get()

    async def is_killed(self) -> None:
        self.process.kill()
        await self.process.wait()
        self.lines.feed_eof()


@contextlib.asynccontextmanager
async def stood_by(bus: str) -> AsyncIterator[tuple[Other, asyncio.Task[list[Heard]]]]:
    other = Other(await asyncio.create_subprocess_exec("sleep", "60"))
    standby = Standby(other.lines, other.answers.put_nowait, lambda: other.now, bus=bus)
    task = asyncio.create_task(standby.until_needed(other.process.pid))
    try:
        yield other, task
    finally:
        if other.process.returncode is None:
            other.process.kill()
        await other.process.wait()
        task.cancel()
        await asyncio.wait([task])


def cuff(bluez: SmallBlueZ) -> str:
    device = bluez.device(CUFF, bonded=True, connected=False)
    return bluez.characteristic(device, RESULT, ["indicate"])


async def answered(other: Other) -> None:
    """Return once it has heard all that was sent: it answers what was asked after that."""
    other.says(hold="/nothing", address="", uuid="")
    await other.answers.get()


async def test_what_is_long_past_is_not_kept(bus: str) -> None:
    """The journal may have let go of it meanwhile, and it would be there a second time."""
    async with small_bluez(bus) as bluez, stood_by(bus) as (other, task):
        path = cuff(bluez)
        await other.holds(path)
        await bluez.send(path, b"yesterday")
        await answered(other)
        other.now += KEEP_MS + 1
        await other.is_killed()
        assert await task == []


async def test_what_may_not_be_listened_to_is_forgotten(bus: str) -> None:
    async with small_bluez(bus) as bluez, stood_by(bus) as (other, task):
        path = cuff(bluez)
        await other.holds(path)
        await bluez.send(path, b"not allowed")
        await answered(other)
        other.says(let_go=path)
        other.says(forget=CUFF)
        await other.holds(path)
        await bluez.send(path, b"allowed")
        await answered(other)
        await other.is_killed()
        assert [one.data for one in await task] == [b"allowed"]


async def test_a_bus_that_goes_with_the_other_takes_nothing_along(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with private_bus(tmp_path_factory.mktemp("bus")) as bus:
        async with small_bluez(bus) as bluez, stood_by(bus) as (other, task):
            path = cuff(bluez)
            await other.holds(path)
            await bluez.send(path, b"one")
            await answered(other)
            following = next(one for one in asyncio.all_tasks() if "follow" in repr(one))
            following.cancel()  # as when both are seen at once
            other.lines.feed_eof()
            assert [one.data for one in await task] == [b"one"]


async def test_what_comes_and_goes_is_let_in_once(
    bus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bus lets nobody have more than some hundred rules: each return must not take another."""
    rules: list[str] = []

    async def counted(bus: object, rule: str, *, stop: bool = False) -> None:
        if "path=" in rule:
            rules.append(rule)
        await listen_for(bus, rule, stop=stop)  # type: ignore[arg-type]  # it is given on as it came

    monkeypatch.setattr(keeping, "listen_for", counted)
    monkeypatch.setattr(standing, "listen_for", counted)
    keeper = Keeper(bus=bus)
    async with small_bluez(bus) as bluez, keeper.running(), stood_by(bus) as (other, _):
        path = cuff(bluez)
        held = keeper.hold(CUFF, lambda uuid, _: uuid == RESULT, lambda _, data: None)
        for _ in range(3):
            async with asyncio.timeout(10):
                while path not in held.paths or not bluez.notifying.get(path):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            bluez.notifying.clear()
            await bluez.vanish(path)
            await bluez.appear(path)
            await other.holds(path)
    assert len(rules) == 2, "one of the keeper, one of the understudy"
