"""A value was read before anything was paired, and hangs: adding the device heals that."""

from __future__ import annotations

import asyncio
import contextlib

from bleak import BleakClient, BleakScanner

from adapters.ble.characteristics import blood_pressure_feature
from scripts.bluez.guest.calls import REMOVE, Calls
from scripts.bluez.guest.guest import Guest
from scripts.bluez.guest.home import Home

SECONDS = 240
TIMES = 3

AIR = """
title = "A cuff that pairs by itself, and leaves after each measurement"
[[device]]
id = "cuff"
model = "blood-pressure-cuff"
pairing = "just-works"
window_s = 900
leaves_after_s = 8
at_s = []
options.people = []
"""


async def play(guest: Guest) -> dict[str, object]:
    """As it happens to people who tried another program first."""
    home = await Home.made(guest, operation_timeout=2)
    async with guest.air(AIR) as air, Calls.of(guest, REMOVE) as removed:
        told = (await air.devices())["cuff"]
        await air.measure("cuff")
        assert await _hangs(told["address"]), "reading without a pairing returned: nothing hangs"
        await home.add(told)
        run = await home.run()
        for _ in range(TIMES):
            await air.until_linked("cuff", 0)
            await air.measure("cuff")
            await run.stored("blood_pressure", 1)
        (listed,) = await home.command("devices", "list")
        assert listed["state"] != "trouble", listed
        assert removed.count == 0
        await run.stop()
    return {"readings": len(await home.values("blood_pressure"))}


async def _hangs(address: str) -> bool:
    device = await BleakScanner.find_device_by_address(address, timeout=20)
    assert device is not None, "the cuff was not heard"
    async with BleakClient(device) as client:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(4):
                await client.read_gatt_char(blood_pressure_feature.UUID)
                return False
    return True
