"""A whole scenario on a virtual radio, in this process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from adapters.simulator.clock import Clock
from adapters.simulator.emitted import Emitted
from adapters.simulator.extra import need_bumble
from adapters.simulator.scenario import Scenario

if TYPE_CHECKING:
    from adapters.simulator.link import RadioLink
    from adapters.simulator.peripheral import Peripheral


@dataclass(frozen=True, slots=True)
class Simulation:
    """What is running.

    Attributes:
        scenario: what was asked for.
        link: the air; open a radio on it with `adapters.simulator.radio.virtual_radio`.
        peripherals: the sensors, in the order of the scenario.
        emitted: what really went out.
        running: done only if something failed.
    """

    scenario: Scenario
    link: RadioLink
    peripherals: Sequence[Peripheral]
    emitted: Emitted
    running: asyncio.Future[None]

    def waiting(self) -> dict[str, int]:
        """How many records each device has that nobody has confirmed, where it has any."""
        counts = {p.device.id: p.undelivered for p in self.peripherals}
        return {device: count for device, count in counts.items() if count}


@contextlib.asynccontextmanager
async def simulated(
    scenario: Scenario,
    write: Callable[[str], object] | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[Simulation]:
    """Run a scenario until the block is left.

    Args:
        scenario: what to run.
        write: called with a line of JSON for every value that went out.
        clock: by which its time goes; left out: the event loop's.

    Raises:
        AdapterError: the simulator is not installed.
    """
    need_bumble()
    from adapters.simulator.link import Conditions, RadioLink
    from adapters.simulator.peripheral import Peripheral

    interval = scenario.connection_interval_ms / 1000
    conditions = Conditions(
        interval=interval, loss=scenario.loss, unheard=scenario.unheard, seed=scenario.seed
    )
    link = RadioLink(conditions, clock, most_links=scenario.most_links)
    emitted = Emitted(write)
    begins = (scenario.begins or datetime.now().astimezone()).replace(tzinfo=None)
    peripherals = [Peripheral(scenario, d, link, emitted, begins) for d in scenario.devices()]
    for peripheral in peripherals:
        await peripheral.power_on()
    running = asyncio.ensure_future(_run(peripherals, link.clock.time()))
    try:
        yield Simulation(scenario, link, peripherals, emitted, running)
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


async def _run(peripherals: Sequence[Peripheral], started: float) -> None:
    async with asyncio.TaskGroup() as tasks:
        for peripheral in peripherals:
            tasks.create_task(peripheral.run(started))
