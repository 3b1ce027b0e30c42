"""What a scenario can do to the guest does what it says: faults, kills, adapters."""

from __future__ import annotations

import signal
from functools import partial

from scripts.bluez.guest.guest import Guest, until
from scripts.bluez.guest.home import Home

AIR = """
title = "A strap and a breath monitor"
[[device]]
id = "strap"
model = "heart-rate-strap"
rate_hz = 4
[[device]]
id = "breath"
model = "breath-monitor"
at_s = []
"""
FIRST, OTHER = 0, 1
"""Adapters of ours, by their number."""


async def play(guest: Guest) -> dict[str, object]:
    """Each in turn, on one home."""
    home = await Home.made(guest)
    async with guest.air(AIR) as air:
        await air.measure("breath", 2)
        assert await air.waiting() == {"breath": 2}
        await home.add((await air.devices())["strap"])
        run = await home.run()
        await run.stored("heart_rate", 4)

        run.program.kill()
        assert await run.program.ended() == -signal.SIGKILL
        run = await home.run()
        await run.stored("heart_rate", 4)
        await air.fault("strap", "drop-link", for_s=2)
        await air.until_linked("strap", 0)
        await run.stored("heart_rate", 4)
        await run.stop()

        await guest.bluetoothd.kill()
        await guest.bluetoothd.start()
        await guest.bluetoothd.adapter(0)
        before = await _adapters(guest)
        await air.unplug(0)
        await until(partial(_no_adapter, guest))
        assert await air.plug(OTHER) == 0
        index = await air.plug(FIRST)
        assert index == 1
        after = await _adapters(guest)
        assert after[f"/org/bluez/hci{index}"] == before["/org/bluez/hci0"], after
    return {"adapters": after}


async def _adapters(guest: Guest) -> dict[str, str]:
    """The address of each, by its path on the bus."""
    every = await guest.bluetoothd.objects()
    named = {path: faces.get("org.bluez.Adapter1") for path, faces in every.items()}
    return {path: str(one["Address"]) for path, one in named.items() if one is not None}


async def _no_adapter(guest: Guest) -> bool:
    return not await _adapters(guest)
