"""The adapter is pulled out and comes back under another number: known by its address."""

from __future__ import annotations

import asyncio
import time

from adapters.ble.bluez.watch import Watch
from adapters.ble.radio import Radio
from scripts.bluez.guest.calls import REMOVE, Calls
from scripts.bluez.guest.guest import Guest
from scripts.bluez.guest.listening import Listening

SECONDS = 180

AIR = """
title = "A strap"
[[device]]
id = "strap"
model = "heart-rate-strap"
rate_hz = 4
"""
MINE, OTHER = 0, 1


async def play(guest: Guest) -> dict[str, object]:
    """While it is gone it says so, and no other adapter is used in its place."""
    async with guest.air(AIR) as air, Calls.of(guest, REMOVE) as removed:
        address = (await _adapters(guest))["/org/bluez/hci0"]
        watch = Watch(address)
        async with watch.running():
            house = Listening(radio=Radio(watches=watch))
            strap = house.knows((await air.devices())["strap"])
            async with house.listening() as source:
                await house.until(lambda: len(house.values("heart_rate", strap)) >= 4)
                assert watch.chosen().name == "hci0"

                await air.unplug(0)
                async with asyncio.timeout(10):  # it is switched off before it is gone
                    while "Plug it in" not in source.states()[strap].next_step:  # noqa: ASYNC110
                        await asyncio.sleep(0.05)
                assert source.states()[strap].word == "trouble"
                other = await air.plug(OTHER)
                await asyncio.sleep(3)
                assert source.states()[strap].word == "trouble", "another adapter was used"
                before = len(house.values("heart_rate", strap))

                index = await air.plug(MINE)
                plugged = time.monotonic()
                assert (other, index) == (0, 1)
                assert (await _adapters(guest))["/org/bluez/hci1"] == address
                await house.until(lambda: len(house.values("heart_rate", strap)) > before + 4)
                back = time.monotonic() - plugged
                assert watch.chosen().name == "hci1"
                assert source.states()[strap].word == "connected"
        assert removed.count == 0
    return {"back_after_s": round(back, 1)}


async def _adapters(guest: Guest) -> dict[str, str]:
    every = await guest.bluetoothd.objects()
    return {
        path: str(has["org.bluez.Adapter1"]["Address"])
        for path, has in every.items()
        if "org.bluez.Adapter1" in has
    }
