"""A day of a household and its neighbour, in a guest whose time flies: nothing grows or strays."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import signal

from adapters.simulator.scenario import read
from gateway.app import open_house
from scripts.bluez.guest.bus import Matches
from scripts.bluez.guest.guest import Air, Guest
from scripts.bluez.guest.home import Home, Run
from scripts.soaks._census import Census
from scripts.soaks._household import OURS, Seen, air, figures, findings
from scripts.soaks._household_traces import heard, look_into

FLIES = True
SECONDS = 5400

HOURS = 24.0
COUNTS = 48
LOOK_EVERY = 30.0
"""Seconds. `run` asks once a second what is allowed; twice a minute keeps a day on an emulated
processor near a quarter of an hour."""

LOOK_AROUND_S = 12


async def play(guest: Guest) -> dict[str, object]:
    """The real `run` in a process of its own, for as many hours of the guest's time."""
    seen = Seen(HOURS)
    text = air(HOURS)
    home = await Home.made(guest)
    matches = Matches()
    await matches.open()
    async with guest.air(text) as around:
        await _add_ours(home, around)
        counted = guest.folder / "counted.jsonl"
        run = await home.run("scripts.bluez.guest.watched", str(counted), str(LOOK_EVERY))
        reading = asyncio.create_task(_read_on(run))
        await _count(seen, guest, run, matches)
        matches.close()
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await run.stop()
        lines = await around.sent()
        seen.waiting = await around.waiting()
        strange = [one for one in await around.devices() if one not in OURS]
        seen.visited = [one for one in strange if await around.visits(one)]
    scenario = read(text)
    log = guest.folder / "scripts.bluez.guest.watched.log"
    house = open_house(home.path)
    try:
        look_into(seen, house, scenario, lines, [log])
    finally:
        house.close()
    seen.heard = heard((guest.folder / "adapter-0.btsnoop").read_bytes(), scenario)
    found = findings(seen)
    guest.say(json.dumps([dataclasses.asdict(one) for one in seen.counts]))
    guest.say(json.dumps(figures(seen)))
    assert not found, found
    return figures(seen)


async def _add_ours(home: Home, around: Air) -> None:
    """Use each device, so that it is heard, and again when it is added: by then it may sleep."""
    devices = await around.devices()
    for name in OURS:
        await around.measure(name)
    found = await home.command("devices", "scan", "--seconds", str(LOOK_AROUND_S))
    addresses = {str(one["address"]).upper() for one in found}
    for name in OURS:
        address = devices[name]["address"]
        assert address.upper() in addresses, f"{name} was not heard"
        await around.measure(name)
        await home.command("devices", "add", address)


async def _read_on(run: Run) -> None:
    """Keep no line of what it tells."""
    while True:
        await run.program.line()


async def _count(seen: Seen, guest: Guest, run: Run, matches: Matches) -> None:
    """Have it counted from time to time, for all the hours."""
    counted = guest.folder / "counted.jsonl"
    for number in range(1, COUNTS + 1):
        await asyncio.sleep(seen.hours * 3600 / COUNTS)
        run.program.kill(signal.SIGUSR1)
        while not counted.exists() or counted.read_bytes().count(b"\n") < number:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        guest.tell(f"{number} of {COUNTS} counts")
        line = json.loads(counted.read_text(encoding="utf-8").splitlines()[-1])
        seen.counts.append(Census(**line | {"matches": await matches.of(run.program.pid)}))
