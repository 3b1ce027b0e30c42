"""What a simulation does: a file in TOML that says which sensors there are and what happens.

Everything in it is decided by its text: the same file gives the same bytes. `scenarios/rest.toml`
shows every part.
"""

from __future__ import annotations

import hashlib
import random
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Self

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator

from adapters.simulator.bounds import PLAIN, Period
from adapters.simulator.device_text import SimulatedDevice
from adapters.simulator.errors import ScenarioRefused
from adapters.simulator.registry import sensors
from adapters.simulator.sensor import Identity, Sensor

SENSORS: dict[str, Sensor] = sensors()
"""Every model that a scenario can have."""

_SHOWN, _ENDLESS = 40, 10**30
_FIRST_YEAR, _LAST_YEAR = 2000, 2099

SCENARIOS = Path(__file__).parent / "scenarios"
"""Where the scenarios that come with the program are."""


class Scenario(BaseModel):
    """A whole simulation.

    Attributes:
        title: one line for people.
        seed: of everything that is left to chance, addresses and serial numbers among it.
        begins: the time of day at the start, where these people live; left out: this computer's.
        duration_s: how long the devices measure; left out: until stopped.
        connection_interval_ms: the time on the air; 0 delivers at once.
        loss: share of packets that need the air twice.
        unheard: share of advertisements that nobody hears.
        most_links: how many links each radio of a gateway can hold at a time.
        device: the sensors.
    """

    model_config = PLAIN

    title: str
    seed: int = 0
    begins: datetime | None = None
    duration_s: Period | None = None
    connection_interval_ms: float = Field(default=0.0, ge=0, le=4000)
    loss: float = Field(default=0.0, ge=0, lt=0.9)
    unheard: float = Field(default=0.0, ge=0, lt=1)
    most_links: int | None = Field(default=None, ge=1, le=1000)
    device: list[SimulatedDevice] = Field(min_length=1)

    @field_validator("begins")
    @classmethod
    def _is_of_this_century(cls, begins: datetime | None) -> datetime | None:
        if begins is not None and not _FIRST_YEAR <= begins.year <= _LAST_YEAR:
            raise ValueError(f"write a time from the years {_FIRST_YEAR} to {_LAST_YEAR}")
        return begins

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        ids = [device.id for device in self.devices()]
        if twice := sorted({i for i in ids if ids.count(i) > 1}):
            raise ValueError(f"two devices are called {twice[0]!r}; give each its own id")
        by_address: dict[str, str] = {}
        for device in self.devices():
            other = by_address.setdefault(self.identity(device).address, device.id)
            if other != device.id:
                raise ValueError(f"{other!r} and {device.id!r} have one address; give each its own")
        return self

    def devices(self) -> list[SimulatedDevice]:
        """Every sensor; copies as sensors of their own: ``strap-1``, ``strap-2`` and so on."""
        every = []
        for device in self.device:
            if device.copies == 1:
                every.append(device)
                continue
            width = len(str(device.copies))
            for n in range(1, device.copies + 1):
                own = {"id": f"{device.id}-{n:0{width}d}", "copies": 1}
                every.append(device.model_copy(update=own))
        return every

    def identity(self, device: SimulatedDevice) -> Identity:
        """By what this device is told from all others; given by the seed where it is not written.

        Source of the address: Bluetooth Core 6.0, Vol 6, Part B, 1.3.2.1 (static address).
        """
        drawn = self.chance(device.id, "identity")
        address = bytes([drawn[0] | 0xC0]) + drawn[1:6]
        serial = device.serial or f"{device.sensor.prefix}{int.from_bytes(drawn[6:10]) % 10**8:08d}"
        return Identity(
            address=device.address or address.hex(":").upper(),
            name=device.name or f"{device.sensor.name} {serial[-4:]}",
            serial=serial,
        )

    def dice(self, *words: str) -> random.Random:
        """Chance that falls the same each time for this seed and these words."""
        return random.Random(self.chance(*words))  # noqa: S311 - the same is the point

    def chance(self, *words: str) -> bytes:
        """Thirty-two bytes that this seed gives these words."""
        return hashlib.sha256("/".join((str(self.seed), *words)).encode()).digest()


def read(text: str, *, where: str = "the scenario") -> Scenario:
    """Read a scenario's text.

    Raises:
        ScenarioRefused: it is not one; the message says where and what to write instead.
    """
    try:
        return Scenario.model_validate(tomllib.loads(text))
    except ValidationError as error:
        raise ScenarioRefused(where, [_sentence(dict(e)) for e in error.errors()]) from error
    except (ValueError, RecursionError) as error:  # what is no TOML, a number of 5000 digits
        raise ScenarioRefused(where, [f"it is not TOML: {error}"]) from error


def built_in() -> list[str]:
    """The names of the scenarios that come with the program."""
    return sorted(path.stem for path in SCENARIOS.glob("*.toml"))


def load(name: str | Path) -> Scenario:
    """Read a scenario file, or one that comes with the program by its name, e.g. ``rest``.

    Raises:
        ScenarioRefused: there is none, or it is not a scenario.
    """
    path = Path(name)
    ours = SCENARIOS / f"{name}.toml"
    if not path.is_file() and ours.is_file():
        path = ours
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        known = ", ".join(built_in())
        raise ScenarioRefused(
            str(name), [f"it cannot be read; give a file, or one of: {known}"]
        ) from error
    return read(text, where=path.name)


def _sentence(error: dict[str, object]) -> str:
    place, given = error["loc"], error.get("input")
    parts = [str(p) for p in place] if isinstance(place, tuple) else []
    where = ".".join(parts) or "the file"
    if error["type"] == "extra_forbidden":
        return f"{where}: there is no such setting; take it out or correct its spelling"
    if error["type"] == "missing":
        return f"{where}: this is missing; add it"
    shown = f" (it says {_short(given)})" if isinstance(given, str | int | float) else ""
    return f"{where}: {str(error['msg']).removeprefix('Value error, ')}{shown}"


def _short(given: str | int | float) -> str:
    """What was written, as much of it as helps to find it."""
    if isinstance(given, str):
        return repr(given if len(given) <= _SHOWN else given[:_SHOWN] + "…")
    return repr(given) if abs(given) < _ENDLESS or isinstance(given, float) else "a longer number"
