"""The first process of the guest's own: imports everything once, then plays what was asked for."""

from __future__ import annotations

import importlib
import sys
import time

from scripts.bluez.guest.warm import Warm, be

_HEAVY = (
    "bleak.backends.bluezdbus.client",
    "bleak.backends.bluezdbus.scanner",
    "adapters.ble.source",
    "adapters.simulator.peripheral",
    "adapters.simulator.simulation",
    "gateway.cli",
    "gateway.commands.everything",
    "gateway.running",
    "scripts.bluez.guest.guest",
)


def main() -> int:
    """Serve as the warm process for the one that plays the scenarios."""
    began = time.monotonic()
    for name in _HEAVY:
        importlib.import_module(name)
    print(f"GUEST imported in {time.monotonic() - began:.1f} s", flush=True)
    warm = Warm()
    return warm.serve(be("scripts.bluez.guest.conduct", []))


if __name__ == "__main__":
    sys.exit(main())
