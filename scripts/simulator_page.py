"""`docs/simulated-devices.md`: every model that a scenario can have, made from the models."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from adapters.simulator import models
from adapters.simulator.registry import sensors
from adapters.simulator.sensor import Sensor
from adapters.simulator.user_slots import User

_HEAD = """# Simulated devices

Made by `python -m scripts.documents` from `adapters/simulator/models/`. How to put them into a
scenario, and what can go wrong with them: [simulator.md](simulator.md).
"""


def simulated_devices() -> str:
    """The page."""
    parts = [_HEAD]
    subjects = _subjects()
    for key, sensor in sensors().items():
        parts.append("\n".join([f"## {key}", "", subjects[key], "", *_lines(sensor)]))
    return "\n".join(parts).rstrip() + "\n"


def _subjects() -> dict[str, str]:
    """The first paragraph of the module that each model stands in."""
    said = {}
    for found in pkgutil.iter_modules(models.__path__):
        module = importlib.import_module(f"{models.__name__}.{found.name}")
        first = " ".join((module.__doc__ or "").split("\n\n")[0].split())
        own = [module.SENSOR] if hasattr(module, "SENSOR") else []
        for sensor in (*own, *getattr(module, "SENSORS", ())):
            said[sensor.key] = first
    return said


def _lines(sensor: Sensor) -> Iterator[str]:
    every = 1 / sensor.rate_hz
    often = f"{sensor.rate_hz:g} times a second" if every < 1 else f"every {every:g} s"
    yield f"- measures {often}: " + ", ".join(f"`{name}`" for name in sensor.values)
    if sensor.options:
        told = ", ".join(f"`{name}` ({_shown(said)})" for name, said in sensor.options.items())
        yield f"- options: {told}"
    if sensor.window_s is not None:
        yield f"- can be heard for {sensor.window_s:g} s after a measurement"
    if sensor.leaves_after_s is not None:
        yield f"- ends the link {sensor.leaves_after_s:g} s after the last thing that went over it"
    if sensor.pairing != "none":
        yield f"- wants to be paired with: {sensor.pairing}"
    yield ""


def _shown(said: object) -> str:
    if isinstance(said, bool):
        return "yes" if said else "no"
    if isinstance(said, list | tuple):
        return "; ".join(_shown(one) for one in said) or "none"
    if isinstance(said, User):
        return f"slot {said.slot}, code {said.code}"
    if isinstance(said, dict):
        return ", ".join(f"{name} {value}" for name, value in said.items())
    return str(said) if said not in ("", None) else "none"
