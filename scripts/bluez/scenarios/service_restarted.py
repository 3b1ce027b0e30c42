"""bluetoothd is killed under a live scan and five links: all come back, the gap is recorded."""

from __future__ import annotations

import asyncio
import time

from adapters.ble.bluez.keeper import Keeper
from adapters.ble.bluez.watch import Watch
from adapters.ble.radio import Radio
from adapters.reading import Gap
from scripts.bluez.guest.calls import REMOVE, Calls
from scripts.bluez.guest.guest import Guest
from scripts.bluez.guest.listening import Listening

SECONDS = 180
STRAPS = 5
NOTICED_WITHIN = 5.0

AIR = f"""
title = "Five straps"
[[device]]
id = "strap"
model = "heart-rate-strap"
rate_hz = 4
copies = {STRAPS}
"""


async def play(guest: Guest) -> dict[str, object]:
    """Noticed at once, in words; nothing of ours is started again."""
    watch, keeper = Watch(), Keeper()
    async with (
        guest.air(AIR) as air,
        Calls.of(guest, REMOVE) as removed,
        watch.running(),
        keeper.running(),
    ):
        house = Listening(radio=Radio(watches=watch, keeps=keeper))
        straps = [house.knows(told) for told in (await air.devices()).values()]
        async with house.listening() as source:
            await house.until(lambda: all(house.values("heart_rate", one) for one in straps))
            counts = {one: len(house.values("heart_rate", one)) for one in straps}

            await guest.bluetoothd.kill()
            killed = time.monotonic()
            await house.until(lambda: len(_open_gaps(house)) == STRAPS, NOTICED_WITHIN)
            noticed = time.monotonic() - killed
            states = [source.states()[one] for one in straps]
            words, steps = {one.word for one in states}, {one.next_step for one in states}
            assert words == {"trouble"}, words
            assert all("goes on by itself" in step for step in steps), steps

            await guest.bluetoothd.start()
            started = time.monotonic()
            await house.until(
                lambda: all(len(house.values("heart_rate", one)) > counts[one] for one in straps)
            )
            back = time.monotonic() - started
            await house.until(lambda: len(_closed_gaps(house)) == STRAPS)
            async with asyncio.timeout(30):  # a value may come before all is asked
                while {source.states()[one].word for one in straps} != {"connected"}:  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
        assert removed.count == 0
    return {"noticed_after_s": round(noticed, 2), "all_back_after_s": round(back, 1)}


def _open_gaps(house: Listening) -> set[str]:
    return {one.device for one in house.arrived if isinstance(one, Gap) and one.until is None}


def _closed_gaps(house: Listening) -> set[str]:
    return {one.device for one in house.arrived if isinstance(one, Gap) and one.until is not None}
