"""`devices pair`: a wish that the part that collects serves, and what is refused before."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from adapters.errors import AdapterError
from adapters.reading import DeviceFacts
from gateway.commands import devices_pair
from gateway.status import running_file
from gateway.store.courtesy import announced
from gateway.store.wishes import State, Wishes
from tests.command_line import simulation_home
from tests.fakes_web import CUFF, NOW, Furnished, make_home


@pytest.fixture
def home(tmp_path: Path) -> Furnished:
    made = make_home(tmp_path)
    facts = DeviceFacts(made.person, CUFF, "Blood pressure cuff")
    made.house.devices.add(facts, adapter="ble", profile="x", simulated=True, now=NOW)
    return made


async def _served(home: Furnished, end: State, said: str = "") -> None:
    """What the part that collects does with the wish."""
    wishes = Wishes(home.house.local.db)
    async with asyncio.timeout(5):
        while (wish := wishes.newest(home.person)) is None:  # noqa: ASYNC110  # it is in a table
            await asyncio.sleep(0.005)
    assert (wish.sort, wish.device) == ("pair", CUFF)
    wishes.turn_to(wish.id, "waiting")
    wishes.turn_to(wish.id, end, device=CUFF, said=said, next_step="Try again." if said else "")


async def test_it_is_wished_and_its_end_is_waited_for(home: Furnished) -> None:
    known = home.house.devices.get(CUFF)
    assert known is not None
    with announced(running_file(home.house, "collect")):
        await asyncio.gather(devices_pair._pair(home.house, known), _served(home, "done"))
    home.house.close()


async def test_what_went_wrong_is_told(home: Furnished) -> None:
    known = home.house.devices.get(CUFF)
    assert known is not None
    with (
        announced(running_file(home.house, "collect")),
        pytest.raises(AdapterError, match="It was not heard") as told,
    ):
        await asyncio.gather(
            devices_pair._pair(home.house, known), _served(home, "failed", "It was not heard.")
        )
    assert told.value.next_step == "Try again."
    home.house.close()


def test_what_cannot_be_paired_here_is_told(tmp_path: Path) -> None:
    command = simulation_home(tmp_path, "ble")
    ended = command("devices", "pair", "nobody")
    assert ended.code == 2
    assert "There is no device nobody." in ended.err
