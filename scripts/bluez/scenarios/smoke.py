"""A strap is found, connected to and read over real BlueZ."""

from __future__ import annotations

import time

from scripts.bluez.guest.guest import Guest
from scripts.bluez.guest.listening import Listening

SHORT = True

AIR = """
title = "A strap"
[[device]]
id = "strap"
model = "heart-rate-strap"
rate_hz = 4
values.heart_rate = {shape = "count", start = 60, upto = 200}
"""
WANTED = 20


async def play(guest: Guest) -> dict[str, object]:
    """Twenty values in a row are those that the strap sent."""
    async with guest.air(AIR) as air:
        house = Listening()
        house.knows((await air.devices())["strap"])
        began = time.monotonic()
        async with house.listening():
            await house.until(lambda: house.values("heart_rate", "strap"))
            first = time.monotonic() - began
            await house.until(lambda: len(house.values("heart_rate", "strap")) >= WANTED)
        got = [int(str(value)) for value in house.values("heart_rate", "strap")]
        assert got == list(range(got[0], got[0] + len(got))), got
        return {"first_reading_s": round(first, 2), "readings": len(got)}
