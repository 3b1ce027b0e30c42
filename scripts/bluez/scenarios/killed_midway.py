"""`run` is killed in the middle of transfers: records that are asked for are all there, once each.

A cuff sends by itself: BlueZ confirms to it whatever comes while nobody listens, as long as the
link is up and was subscribed to once. What that costs is told as a figure, not promised away.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal

from scripts.bluez.guest.guest import Air, Guest
from scripts.bluez.guest.home import Home

SECONDS = 400
RECORDS, ENDS = 80, 3

AIR = f"""
title = "A cuff and a meter that were not read for months"
connection_interval_ms = 50
[[device]]
id = "cuff"
model = "blood-pressure-cuff"
window_s = 900
leaves_after_s = 900
at_s = []
options.people = []
values.systolic = {{shape = "count", start = 100, upto = 300}}
[[device]]
id = "meter"
model = "glucose-meter"
at_s = []
window_s = 900
leaves_after_s = 900
options.records = {RECORDS - 1}
options.minutes_apart = 60
options.context_every = 0
values.glucose = {{shape = "count", start = 100, upto = 400}}
"""


async def play(guest: Guest) -> dict[str, object]:
    """Each three times, at another point of the transfer."""
    home = await Home.made(guest)
    async with guest.air(AIR) as air:
        devices = await air.devices()
        await air.measure("meter")
        await home.add(devices["meter"])
        for number in range(ENDS):
            run = await home.run()
            await run.stored("blood_glucose", 1)
            await asyncio.sleep(0.2 * number)
            run.program.kill()
            await run.program.ended()
        run = await home.run()
        async with asyncio.timeout(60):
            while len(await home.values("blood_glucose")) < RECORDS:  # noqa: ASYNC110
                await asyncio.sleep(1)
        await run.stop()
        glucose = await home.values("blood_glucose")
        assert len(glucose) == RECORDS, glucose
        await air.measure("cuff")
        await home.add(devices["cuff"])
        kept = await _of_the_cuff(home, air, signal.SIGTERM)
        killed = await _of_the_cuff(home, air, signal.SIGKILL)
    return {"of": RECORDS, "meter_killed": len(glucose), "cuff_ended": kept, "cuff_killed": killed}


async def _of_the_cuff(home: Home, air: Air, end: signal.Signals) -> int:
    """How many of its records came here that the cuff believes delivered."""
    before = await home.values("blood_pressure")
    await air.measure("cuff", RECORDS)
    for number in range(ENDS):
        run = await home.run()
        sent = len(await air.sent("cuff"))
        async with asyncio.timeout(60):
            while len(await air.sent("cuff")) < sent + 2 + 3 * number:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        run.program.kill(end)
        await run.program.ended()
    run = await home.run()
    with contextlib.suppress(TimeoutError):  # the figure says what did not come
        async with asyncio.timeout(20):
            while (await air.waiting()).get("cuff"):  # noqa: ASYNC110
                await asyncio.sleep(0.2)
    await run.stop()
    stored = await home.values("blood_pressure")
    assert len(set(stored)) == len(stored), "one is there twice"
    return len(stored) - len(before)
