"""A bonded cuff sends its record 20 ms after the encryption: kept by the keeper, lost without."""

from __future__ import annotations

import asyncio
import contextlib

from bleak import BleakClient, BleakScanner

from adapters.ble.asking import Question
from adapters.ble.bluez.keeper import Keeper
from adapters.ble.bluez.pairing import Pairing
from adapters.ble.radio import Radio
from scripts.bluez.guest.guest import Air, Guest
from scripts.bluez.guest.listening import Listening

SECONDS = 200
TIMES = 10

AIR = """
title = "A cuff that is in a hurry"
[[device]]
id = "{id}"
model = "blood-pressure-cuff"
pairing = "just-works"
early_ms = 20
leaves_after_s = 2
at_s = []
options.people = []
"""


class Nobody:
    """Whom nobody needs to ask: the cuff pairs by itself."""

    async def ask(self, question: Question) -> str | None:
        """Never called."""
        raise AssertionError(question)


async def play(guest: Guest) -> dict[str, object]:
    """Ten of ten records with the keeper; without it, none that came before bleak listened."""
    keeper = Keeper()
    async with keeper.running():
        kept = await _records(guest, "kept", Radio(keeps=keeper))
    lost = await _records(guest, "lost", Radio())
    assert kept == TIMES, f"{kept} of {TIMES} with the keeper"
    assert lost < TIMES, "without the keeper nothing was lost: this test sees nothing"
    return {"kept": f"{kept} of {TIMES}", "without_the_keeper": f"{lost} of {TIMES}"}


async def _records(guest: Guest, name: str, radio: Radio) -> int:
    """How many of ten records came here that the cuff believes delivered."""
    async with guest.air(AIR.format(id=name)) as air:
        told = (await air.devices())[name]
        await air.measure(name)
        await _pair(told["address"])
        house = Listening(radio=radio)
        house.knows(told)
        async with house.listening():
            await house.until(lambda: house.values("blood_pressure", name))
            before = len(house.values("blood_pressure", name))
            for _ in range(TIMES):
                await asyncio.sleep(3)  # the cuff leaves, and sleeps
                await air.measure(name)
                await _delivered(air, name)
            with contextlib.suppress(TimeoutError):
                await house.until(
                    lambda: len(house.values("blood_pressure", name)) >= before + TIMES, 5
                )
        return len(house.values("blood_pressure", name)) - before


async def _pair(address: str) -> None:
    device = await BleakScanner.find_device_by_address(address, timeout=20)
    assert device is not None, "the cuff was not heard"
    async with Pairing().meeting(address, "the cuff", Nobody()) as meeting, BleakClient(device):
        assert await meeting.pair() == address


async def _delivered(air: Air, name: str) -> None:
    async with asyncio.timeout(30):
        while (await air.waiting()).get(name):  # noqa: ASYNC110  # the air is asked by polling
            await asyncio.sleep(0.2)
