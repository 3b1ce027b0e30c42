"""The simulator as a process of its own.

It prints one line of JSON when it is ready, with the transport that a gateway opens
(`adapters.simulator.radio.hci_radio`), and one when it has stopped, with what really went out,
which records still wait, and who was asked to delete what it had stored.
Gateways may come and go, and be killed, as often as they like: the sensors keep running.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.errors import AdapterError
from adapters.simulator.errors import ScenarioRefused
from adapters.simulator.extra import need_bumble
from adapters.simulator.scenario import Scenario, load
from adapters.simulator.simulation import simulated

if TYPE_CHECKING:
    from adapters.simulator.peripheral import Peripheral

Tell = Callable[[str], object]


async def serve(
    scenario: Scenario,
    *,
    port: int = 0,
    tell: Tell,
    note: Tell | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Run a scenario until told to stop.

    Args:
        scenario: what to run.
        port: TCP port on 127.0.0.1 for gateways; 0 takes a free one.
        tell: called with the line "ready" and, at the end, with the line "summary".
        note: called with a line for each value that went out.
        stop: ends it; left out, SIGTERM and SIGINT do.

    Raises:
        AdapterError: the simulator is not installed, or the port is taken.
    """
    need_bumble()
    from adapters.simulator.chips import LOOPBACK, chips

    stop = stop or _on_signal()
    async with contextlib.AsyncExitStack() as stack:
        simulation = await stack.enter_async_context(simulated(scenario, note))
        try:
            taken = await stack.enter_async_context(chips(simulation.link, port))
        except OSError as error:
            raise AdapterError(
                f"Port {port} is taken.", "Choose another port, or 0 for any that is free."
            ) from error
        devices = [told(peripheral) for peripheral in simulation.peripherals]
        ready = {"transport": f"tcp-client:{LOOPBACK}:{taken}", "port": taken, "devices": devices}
        tell(json.dumps({"event": "ready", "title": scenario.title, **ready}))
        stopped = asyncio.ensure_future(stop.wait())
        ends: set[asyncio.Future[Any]] = {stopped, simulation.running}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
    summary = {
        "emitted": simulation.emitted.summary(),
        "waiting": simulation.waiting(),
        "asked_to_delete": simulation.emitted.deletions,
    }
    tell(json.dumps({"event": "summary", **summary}))


def told(peripheral: Peripheral) -> dict[str, str]:
    """What somebody must know of a device to find it, and to pair with it."""
    identity, pairing = peripheral.identity, peripheral.device.asks_for
    told = {"id": peripheral.device.id, "model": peripheral.device.model}
    told |= {"address": identity.address, "name": identity.name}
    if pairing != "none":
        told["pairing"] = pairing
    if pairing == "passkey":
        told["passkey"] = f"{peripheral.passkey:06}"
    return told


def _on_signal() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        # Windows has no such handlers: there Ctrl-C ends the process as it always does.
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)
    return stop


def run(scenario: Scenario, *, port: int, out: Path | None, tell: Tell) -> None:
    """Run a scenario until a signal ends it.

    Args:
        scenario: what to run.
        port: TCP port on 127.0.0.1 for gateways; 0 takes a free one.
        out: where to write a line for each value that went out.
        tell: called with the line "ready" and, at the end, with the line "summary".

    Raises:
        AdapterError: the simulator is not installed, or the port is taken.
        OSError: `out` cannot be written.
    """
    with contextlib.ExitStack() as stack:
        note = None
        if out is not None:
            file = stack.enter_context(out.open("w", encoding="utf-8", buffering=1))
            note = lambda line: file.write(line + "\n")  # noqa: E731
        asyncio.run(serve(scenario, port=port, tell=tell, note=note))


def main(arguments: list[str] | None = None) -> int:
    """Run the simulator from the command line; say how it went as an exit code."""
    parser = argparse.ArgumentParser(prog="adapters.simulator.process", description=__doc__)
    parser.add_argument("scenario", help="a scenario file, or the name of one that is built in")
    parser.add_argument("--port", type=int, default=0, help="TCP port on 127.0.0.1; 0: any")
    parser.add_argument("--out", type=Path, help="write a line for each value that went out")
    asked = parser.parse_args(arguments)
    try:
        run(load(asked.scenario), port=asked.port, out=asked.out, tell=say)
    except (AdapterError, ScenarioRefused) as error:
        sys.stderr.write(f"{error} {getattr(error, 'next_step', '')}\n")
        return 2
    return 0


def say(line: str) -> None:
    """A line of its own on stdout, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
