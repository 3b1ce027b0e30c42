"""Every model of simulated device: those of `models/`, found by being there."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import Any

from adapters.simulator import models
from adapters.simulator.sensor import Sensor


@cache
def sensors() -> dict[str, Sensor]:
    """Models by key: each module has one `SENSOR`, or several `SENSORS`.

    Raises:
        ValueError: two have the same key.
    """
    found: dict[str, Sensor] = {}
    for module in pkgutil.iter_modules(models.__path__):
        there: Any = import_module(f"{models.__name__}.{module.name}")
        own = [there.SENSOR] if hasattr(there, "SENSOR") else []
        for sensor in (*own, *getattr(there, "SENSORS", ())):
            if sensor.key in found:
                raise ValueError(f"two models are called {sensor.key!r}")
            found[sensor.key] = sensor
    return dict(sorted(found.items()))
