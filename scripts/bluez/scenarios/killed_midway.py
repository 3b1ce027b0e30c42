"""`run` is killed in the middle of transfers: what devices believe delivered is there, once each.

A meter is asked for its records; a cuff sends by itself, and BlueZ confirms to it whatever comes.
"""

from __future__ import annotations

import asyncio
import signal

from scripts.bluez.guest.guest import Air, Guest
from scripts.bluez.guest.home import Home

SECONDS = 600
RECORDS, ENDS = 80, 3
KEPT = 50
"""So many the cuff has whenever it is interrupted; with sixty its memory is full."""

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
values.systolic = {{shape = "count", start = 60, upto = 260}}
[[device]]
id = "bonded"
model = "blood-pressure-cuff"
pairing = "just-works"
window_s = 900
leaves_after_s = 900
at_s = []
options.people = []
values.systolic = {{shape = "count", start = 60, upto = 260}}
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
        figures: dict[str, object] = {"meter": f"{len(glucose)} of {RECORDS}"}
        for cuff in ("cuff", "bonded"):
            await air.measure(cuff)
            await home.add(devices[cuff])
            for end in (signal.SIGTERM, signal.SIGKILL):
                figures[f"{cuff} {end.name}"] = await _of_the_cuff(home, air, cuff, end)
    return figures


async def _of_the_cuff(home: Home, air: Air, cuff: str, end: signal.Signals) -> str:
    """Let it send, and end `run` meanwhile, three times; how much came here at last."""
    before = await home.readings("blood_pressure")
    made = midway = 0
    for number in range(ENDS):
        more = KEPT - await _left(air, cuff)
        await air.measure(cuff, more)
        made += more
        run = await home.run()
        enough = len(await air.sent(cuff)) + 2 + 3 * number
        async with asyncio.timeout(60):
            while len(await air.sent(cuff)) < enough:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        run.program.kill(end)
        await run.program.ended()
        midway += await _left(air, cuff) > 0
    run = await home.run()
    async with asyncio.timeout(60):
        while await _left(air, cuff):  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    await run.stop()
    stored = await home.readings("blood_pressure")
    assert len(set(stored)) == len(stored), f"one is there twice: {sorted(stored)}"
    came = len(stored) - len(before)
    assert midway, "it was never in the middle"
    assert came == made, f"{came} of {made} of {cuff} after {end.name}"
    return f"{came} of {made}, {midway} times midway"


async def _left(air: Air, cuff: str) -> int:
    """How many records the cuff still has to deliver."""
    return (await air.waiting()).get(cuff, 0)
