"""bleak's two backend classes, bound to one radio of the simulation.

Given to bleak as `BleakScanner(backend=…)` and `BleakClient(…, backend=…)`; bleak itself is not
changed. Several radios may live in one process.
"""

from __future__ import annotations

from adapters.simulator.central import Central
from adapters.simulator.client import SimulatedClient
from adapters.simulator.scanner import SimulatedScanner


def backends(central: Central) -> tuple[type[SimulatedScanner], type[SimulatedClient]]:
    """The scanner class and the client class that use this central."""
    scanner = type("SimulatedScanner", (SimulatedScanner,), {"central": central})
    client = type("SimulatedClient", (SimulatedClient,), {"central": central})
    return scanner, client
