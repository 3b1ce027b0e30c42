"""A cuff forgets its pairing: recognised, the person is asked, and it is healed by their word."""

from __future__ import annotations

import time

from scripts.bluez.guest.calls import REMOVE, Calls
from scripts.bluez.guest.guest import Guest
from scripts.bluez.guest.home import Home

SECONDS = 300
RECOGNISED_WITHIN = 60.0

AIR = """
title = "A cuff that pairs by itself"
[[device]]
id = "cuff"
model = "blood-pressure-cuff"
pairing = "just-works"
window_s = 900
leaves_after_s = 900
at_s = []
options.people = []
"""


async def play(guest: Guest) -> dict[str, object]:
    """Until the person has spoken, the pairing stays as it is."""
    home = await Home.made(guest)
    async with guest.air(AIR) as air, Calls.of(guest, REMOVE) as removed:
        told = (await air.devices())["cuff"]
        await air.measure("cuff")
        key = await home.add(told)
        run = await home.run()
        await air.measure("cuff")
        await run.stored("blood_pressure", 1)

        await air.fault("cuff", "forget-bond")
        forgot = time.monotonic()
        await run.until(
            lambda event: (event["event"], event.get("state")) == ("device", "trouble"),
            RECOGNISED_WITHIN,
        )
        recognised = time.monotonic() - forgot
        (listed,) = await home.command("devices", "list")
        assert listed["state"] == "trouble", listed
        assert f"health-gateway devices pair {key}" in listed["next_step"], listed
        assert removed.count == 0, "a pairing was let go before anybody had asked for it"
        assert await guest.bluetoothd.is_bonded(told["address"])

        await air.measure("cuff")
        asked = time.monotonic()
        await home.command("devices", "pair", key)
        healed = time.monotonic() - asked
        await run.stored("blood_pressure", 1)
        assert removed.count == 1
        assert await guest.bluetoothd.is_bonded(told["address"])
        (listed,) = await home.command("devices", "list")
        assert (listed["state"], listed["next_step"]) == ("connected", ""), listed
        await run.stop()
    return {"recognised_after_s": round(recognised, 1), "healed_after_s": round(healed, 1)}
