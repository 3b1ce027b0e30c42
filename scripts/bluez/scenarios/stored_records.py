"""250 stored records are fetched in order; a second session fetches only what is new."""

from __future__ import annotations

import time

from adapters.ble.characteristics.record_access_control_point import Op, Operator
from scripts.bluez.guest.guest import Guest
from scripts.bluez.guest.home import Home
from scripts.bluez.guest.snoop import NOTIFICATION, WRITE, said

SHORT = True
SECONDS = 300

RECORDS, NEW = 250, 3
SHORTEST = 10
"""Bytes of a test. Glucose Service 1.0.1, 3.1."""

AIR = f"""
title = "A glucose meter that sleeps"
connection_interval_ms = 30
[[device]]
id = "meter"
model = "glucose-meter"
at_s = []
window_s = 60
leaves_after_s = 10
options.records = {RECORDS - 1}
options.minutes_apart = 60
options.context_every = 0
values.glucose = {{shape = "count", start = 100, upto = 400}}
"""


async def play(guest: Guest) -> dict[str, object]:
    """Two sessions of a real home with a meter that is used before each."""
    home = await Home.made(guest)
    async with guest.air(AIR) as air:
        await air.measure("meter")
        await home.add((await air.devices())["meter"])
        run = await home.run()
        began = time.monotonic()
        await run.stored("blood_glucose", RECORDS)
        first = time.monotonic() - began
        asked = _requests(guest)
        await air.until_linked("meter", 0)
        await air.measure("meter", NEW)
        await run.stored("blood_glucose", NEW)
        await run.stop()
    asked_again = _requests(guest)[len(asked) :]
    stored = await home.values("blood_glucose")
    told = [*range(RECORDS - 1), *range(1 + NEW)]
    assert stored == [str(100 + number) for number in told], stored
    numbers = [int.from_bytes(one[1:3], "little") for one in _tests(guest)]
    assert numbers == list(range(1, RECORDS + NEW + 1)), numbers
    assert asked == [bytes([Op.REPORT, Operator.ALL])], asked
    (more,) = asked_again
    assert more[:3] == bytes([Op.REPORT, Operator.AT_LEAST, 1]), asked_again
    assert int.from_bytes(more[3:], "little") == RECORDS + 1, asked_again
    return {"stored": len(stored), "first_session_s": round(first, 1)}


def _requests(guest: Guest) -> list[bytes]:
    """What was written to the control point to ask for records; the rest are subscriptions."""
    every = (one.value for one in said(guest.folder / "adapter-0.btsnoop") if one.op == WRITE)
    return [value for value in every if value[0] == Op.REPORT and value[1] != Operator.NULL]


def _tests(guest: Guest) -> list[bytes]:
    """Every test that the meter sent; they are longer than all else here that is notified."""
    every = said(guest.folder / "adapter-0.btsnoop")
    return [one.value for one in every if one.op == NOTIFICATION and len(one.value) >= SHORTEST]
