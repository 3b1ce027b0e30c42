"""The air of a scenario as a process: simulated devices, and adapters for this kernel.

Reads a request a line on stdin, `{"do": "measure", "device": "cuff"}`, and answers each with a
line on stdout. Ends with its stdin. What can be asked for is what `Air` has methods for
(scripts/bluez/guest/guest.py).
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from adapters.simulator.faults import Fault
from adapters.simulator.peripheral import Peripheral
from adapters.simulator.process import told
from adapters.simulator.scenario import read
from adapters.simulator.simulation import Simulation, simulated
from scripts.bluez.guest.kernel import Adapter

Answer = dict[str, Any]


class Served:
    """What is asked of a simulation."""

    def __init__(self, simulation: Simulation, lines: list[str], folder: Path) -> None:
        self._simulation = simulation
        self._folder = folder
        self._plugged = 0
        self._lines = lines
        self._adapters: dict[int, Adapter] = {}
        self._faults: set[asyncio.Task[None]] = set()

    async def answer(self, asked: Answer) -> Answer:
        """Do as asked."""
        named: dict[str, Callable[..., Awaitable[Answer]]] = {
            "devices": self._devices,
            "links": self._links,
            "plug": self._plug,
            "unplug": self._unplug,
            "measure": self._measure,
            "fault": self._fault,
            "sent": self._sent,
        }
        return await named[asked.pop("do")](**asked)

    async def _devices(self) -> Answer:
        return {"devices": [told(one) for one in self._simulation.peripherals]}

    async def _links(self, device: str) -> Answer:
        peripheral = self._peripheral(device)
        return {"links": peripheral.links, "visits": peripheral.visits}

    async def _plug(self, address: str) -> Answer:
        record = self._folder / f"adapter-{self._plugged}.btsnoop"
        self._plugged += 1
        adapter = Adapter(self._simulation.link, address, record)
        index = await adapter.index
        self._adapters[index] = adapter
        return {"index": index}

    async def _unplug(self, index: int) -> Answer:
        self._adapters.pop(index).unplug()
        return {}

    async def _measure(self, device: str, at_s: float | None) -> Answer:
        self._peripheral(device).measure_now(at_s)
        return {}

    async def _fault(self, device: str, what: str, **more: float) -> Answer:
        peripheral = self._peripheral(device)
        fault = Fault.model_validate({"what": what, "at_s": peripheral.seconds, **more})
        self._faults.add(asyncio.create_task(peripheral.go_wrong(fault)))
        return {}

    async def _sent(self) -> Answer:
        emitted = self._simulation.emitted
        return {
            "lines": [json.loads(line) for line in self._lines],
            "waiting": self._simulation.waiting(),
            "asked_to_delete": dict(emitted.deletions),
        }

    def _peripheral(self, device: str) -> Peripheral:
        return next(p for p in self._simulation.peripherals if p.device.id == device)


async def main(scenario: str, folder: Path) -> None:
    """Serve this scenario's text until stdin ends; the folder is for what it records."""
    os.set_blocking(sys.stdin.fileno(), False)
    reader = asyncio.StreamReader(limit=1 << 24)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    lines: list[str] = []
    async with simulated(read(scenario), lines.append) as simulation:
        served = Served(simulation, lines, folder)
        while line := await reader.readline():
            if simulation.running.done():
                await simulation.running
            try:
                answer = await served.answer(json.loads(line))
            except Exception as error:  # the one who asked must know, whatever it was
                answer = {"error": repr(error)}
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
