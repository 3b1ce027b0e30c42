"""What the keeper and its understudy say to each other; a test says what the process answers."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.ble.bluez import understudy as asking
from adapters.ble.bluez.bus import BusError
from adapters.ble.bluez.keeper import Keeper
from adapters.ble.bluez.understudy import Understudy
from tests.fakes_bluez import private_bus, small_bluez

CUFF = "C0:DE:CA:FE:17:01"
RESULT = "00002a35-0000-1000-8000-00805f9b34fb"

SCRIPT = """
import json, sys
with open(sys.argv[1], "w", buffering=1) as said:
    print('"ready"', flush=True)
    for line in sys.stdin:
        said.write(line)
        if "hold" in (told := json.loads(line)):
            print(sys.argv[2] or json.dumps({"held": told["hold"], "error": ""}), flush=True)
        if "end" in told:
            break
"""


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with private_bus(tmp_path_factory.mktemp("bus")) as address:
        yield address


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110  # what is waited for is in another process
            await asyncio.sleep(0.01)


def made(file: Path, answer: str = "") -> Understudy:
    return Understudy((sys.executable, "-c", SCRIPT, str(file), answer), {})


def said(file: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


@pytest.mark.parametrize("forget", [True, False])
async def test_it_forgets_only_what_may_not_be_kept(bus: str, tmp_path: Path, forget: bool) -> None:
    keeper = Keeper(bus=bus, understudy=made(tmp_path / "said"))
    async with small_bluez(bus) as bluez, keeper.running():
        device = bluez.device(CUFF, bonded=True)
        path = bluez.characteristic(device, RESULT, ["indicate"])
        held = keeper.hold(CUFF, lambda uuid, _: uuid == RESULT, lambda _, data: None)
        await until(lambda: held.looked.is_set() and path in held.paths)
        held.let_go(forget=forget)
        last = {"forget": CUFF} if forget else {"let_go": path}
        await until(lambda: last in said(tmp_path / "said"))
    assert ({"forget": CUFF} in said(tmp_path / "said")) == forget


async def test_one_that_is_cut_off_in_a_word_is_gone(tmp_path: Path) -> None:
    gone = asyncio.Event()
    understudy = made(tmp_path / "said", '{"held": "/on')
    async with understudy.running(gone.set):
        with pytest.raises(BusError):
            await understudy.start("/one", CUFF, RESULT)
        assert gone.is_set()
        assert not understudy.is_there


async def test_what_it_did_not_do_in_time_it_does_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would hold it beside whoever holds it then: each value would be told twice."""
    monkeypatch.setattr(asking, "_ANSWER_WITHIN", 0.2)
    understudy = made(tmp_path / "said", '{"held": "/another", "error": ""}')
    async with understudy.running(lambda: None):
        with pytest.raises(BusError):
            await understudy.start("/one", CUFF, RESULT)
    assert {"let_go": "/one"} in said(tmp_path / "said")
