"""A household and its neighbour, on the virtual radio: `./scripts/soak household [HOURS]`.

So many hours (24 unless told otherwise) of a strap, a cuff, a scale, an oximeter and a breath
monitor, and twenty devices of a neighbour's. The part of `run` that collects plays in this process
with the simulator, on a loop on which waiting takes no time; its clock is the loop's. In the end
each reading must be there once, nothing of the neighbour's anywhere, and nothing may have grown. A
test runs the same code for half an hour. On real BlueZ, with `run` in a process of its own:
`./scripts/soak bluez household`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from adapters.ble.radio import Radio
from adapters.ble.scan import scan
from adapters.reading import Instant
from adapters.simulator.fast_loop import run_fast
from adapters.simulator.radio import virtual_radio
from adapters.simulator.scenario import Scenario, read
from adapters.simulator.simulation import simulated
from gateway import clock
from gateway.app import House, open_house
from gateway.jobs import Job
from gateway.log import Log
from gateway.pairing import add_device
from gateway.parts.collecting import Collecting
from gateway.parts.keeping import jobs_of
from gateway.radio import catalog_of
from gateway.store.nearby import LookedAround, Nearby
from gateway.store.thread import StoreThread
from gateway.telling import Telling
from scripts.demo_house import Demo
from scripts.soaks._census import census
from scripts.soaks._household import OURS, Seen, air, figures, findings
from scripts.soaks._household_traces import heard, look_into

HOURS = 24.0
COUNTS = 48
"""So often all is counted, evenly over the time."""

LOOK_AROUND_S = 15.0

Plant = Callable[[House, StoreThread], Awaitable[None]]
"""Something wrong, done each time all is counted, to show that it is found."""


async def _well(_house: House, _thread: StoreThread) -> None:
    """Nothing is wrong."""


def run(hours: float, folder: Path, plant: Plant = _well) -> Seen:
    """Play so many hours in this folder and say what was seen."""
    demo = Demo(folder, quiet=True)
    demo.make_home(("ble",))
    seen = Seen(hours)
    scenario = read(air(hours))
    run_fast(_played(seen, scenario, demo.home, folder, plant))
    house = open_house(demo.home)
    try:
        with (folder / "told.jsonl").open(encoding="utf-8") as file:
            look_into(seen, house, scenario, map(json.loads, file), [folder / "log.txt"])
    finally:
        house.close()
    seen.heard = heard((folder / "air.btsnoop").read_bytes(), scenario)
    return seen


async def _played(seen: Seen, scenario: Scenario, home: Path, folder: Path, plant: Plant) -> None:
    loop = asyncio.get_running_loop()
    began, began_ms = loop.time(), clock.now()

    def now() -> Instant:
        return began_ms + round((loop.time() - began) * 1000)

    thread = StoreThread("collect")
    house: House = await thread.do(lambda: open_house(home))
    async with contextlib.AsyncExitStack() as stack:
        lines = stack.enter_context((folder / "told.jsonl").open("w", encoding="utf-8"))
        log = Log(stack.enter_context((folder / "log.txt").open("w", encoding="utf-8")))
        record = stack.enter_context((folder / "air.btsnoop").open("wb"))
        simulation = await stack.enter_async_context(
            simulated(scenario, lambda line: lines.write(line + "\n"))
        )
        radio = await stack.enter_async_context(virtual_radio(simulation.link, record=record))
        await _add_ours(house, thread, radio, scenario, now)

        @contextlib.asynccontextmanager
        async def radio_of(_house: House) -> AsyncIterator[Radio]:
            yield radio

        collecting = Collecting(house, thread, Telling(as_json=False), log, now=now, radio=radio_of)
        parts = [collecting.run(), *map(_again_and_again, jobs_of(house, thread, log, now))]
        tasks = [asyncio.create_task(part) for part in parts]
        every = seen.hours * 3600 / COUNTS
        for number in range(1, COUNTS + 1):
            await asyncio.sleep(began + every * number - loop.time())
            await plant(house, thread)
            seen.counts.append(census(loop.time() - began))
            for task in tasks:
                if task.done():
                    task.result()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        seen.waiting = simulation.waiting()
        seen.visited = [
            one.device.id for one in simulation.peripherals
            if one.visits and one.device.id not in OURS
        ]  # fmt: skip
    await thread.do(house.close)
    thread.close()


async def _add_ours(
    house: House,
    thread: StoreThread,
    radio: Radio,
    scenario: Scenario,
    now: Callable[[], Instant],
) -> None:
    """Look around, which remembers for an hour who was there, and add what is ours."""
    catalog = catalog_of(house)
    around = await scan(radio, LOOK_AROUND_S, catalog, now=now, allowed=lambda _: True)
    found = [
        Nearby(0, one.address, one.name, one.profile.key if one.profile else "", "far", one.seen)
        for one in around
    ]
    ours = {scenario.identity(one): one.id for one in scenario.devices() if one.id in OURS}
    found += [
        Nearby(0, one.address, one.name, OURS[id_], "near", now()) for one, id_ in ours.items()
    ]

    def add() -> None:
        numbered = [
            Nearby(n, one.address, one.name, one.profile, one.distance, one.seen)
            for n, one in enumerate(found, 1)
        ]
        LookedAround(house.local.db).replace(numbered)
        (person,) = house.people.list()
        for identity in ours:
            add_device(house, identity.address, person, at=now())

    await thread.do(add)


async def _again_and_again(job: Job) -> None:
    """As the scheduler of `run` does, by the clock of the loop."""
    while True:
        await job.do()
        await asyncio.sleep(job.every)


def main(arguments: Sequence[str]) -> int:
    """Play and print one JSON document; 1 if something did not hold."""
    hours = float(arguments[0]) if arguments else HOURS
    began, used = time.monotonic(), time.process_time()
    with tempfile.TemporaryDirectory(prefix="health-gateway-household-") as folder:
        seen = run(hours, Path(folder))
    result: dict[str, Any] = {
        **figures(seen),
        "minutes": round((time.monotonic() - began) / 60, 1),
        "minutes_of_processor": round((time.process_time() - used) / 60, 1),
        "findings": findings(seen),
    }
    json.dump(result, sys.stdout, indent=1)
    print()
    return 1 if result["findings"] else 0
