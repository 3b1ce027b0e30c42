"""What a simulation does: a file in TOML that says which sensors there are and what happens.

Everything in it is decided by its text: the same file gives the same bytes. `scenarios/rest.toml`
shows every part.
"""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from adapters.simulator.errors import ScenarioRefused
from adapters.simulator.models import breath_monitor, heart_rate_strap, room_monitor, wrist_tracker
from adapters.simulator.sensor import Identity, Sensor
from adapters.simulator.shapes import Shape

_EVERY = (heart_rate_strap, wrist_tracker, breath_monitor, room_monitor)
SENSORS: dict[str, Sensor] = {module.SENSOR.key: module.SENSOR for module in _EVERY}
"""Every model that a scenario can have."""

SCENARIOS = Path(__file__).parent / "scenarios"
"""Where the scenarios that come with the program are."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fault(_Part):
    """Something that goes wrong at a time.

    ``drop-link``: the device lets its link go and is not heard for `for_s` seconds.
    ``silence``: it stays connected but sends nothing for `for_s` seconds.
    ``bad-frame``: its next `count` values are not what their characteristic says.
    ``battery-low``: from now on the battery is at 5 %.
    """

    what: Literal["drop-link", "silence", "bad-frame", "battery-low"]
    at_s: float = Field(ge=0)
    for_s: float = Field(default=5.0, gt=0)
    count: int = Field(default=1, ge=1)


class SimulatedDevice(_Part):
    """One sensor, or `copies` of it.

    Attributes:
        id: what this scenario and its report call it.
        model: what sort of sensor it is; one of `adapters.simulator.models`.
        rate_hz: measurements a second; the model's own if it is left out.
        values: how what it measures goes through time, e.g. ``values.heart_rate``.
        numbered: every value carries the number of its emission where its format has room
            (heart rate: in the energy field), so that a test can account for each.
        protected: it must be paired with before it tells anything.
        rssi: how strongly it is heard, dBm.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    model: str
    copies: int = Field(default=1, ge=1, le=200)
    address: str = Field(default="", pattern=r"^([0-9A-F]{2}(:[0-9A-F]{2}){5})?$")
    name: str = ""
    serial: str = ""
    rate_hz: float | None = Field(default=None, gt=0, le=200)
    rssi: int = Field(default=-60, ge=-127, le=20)
    numbered: bool = False
    protected: bool = False
    values: dict[str, Shape] = Field(default_factory=dict)
    faults: list[Fault] = Field(default_factory=list)

    @field_validator("model")
    @classmethod
    def _is_known(cls, model: str) -> str:
        if model not in SENSORS:
            raise ValueError("there is no such model; take one of: " + ", ".join(SENSORS))
        return model

    @model_validator(mode="after")
    def _measures_that(self) -> Self:
        known = SENSORS[self.model].values
        if strange := sorted(set(self.values) - set(known)):
            raise ValueError(
                f"a {self.model} does not measure {strange[0]!r}; it has: " + ", ".join(known)
            )
        return self

    @property
    def sensor(self) -> Sensor:
        """What every sensor of this model has in common."""
        return SENSORS[self.model]

    @model_validator(mode="after")
    def _copies_differ(self) -> Self:
        if self.copies > 1 and (self.address or self.serial):
            raise ValueError("leave out address and serial when there are copies")
        return self

    @field_validator("address")
    @classmethod
    def _is_static(cls, address: str) -> str:
        # Bluetooth Core 6.0, Vol 6, Part B, 1.3.2.1: the two highest bits of a static address.
        if address and int(address[:2], 16) < 0xC0:
            raise ValueError("a simulated address must begin with C0 to FF")
        return address


class Scenario(_Part):
    """A whole simulation.

    Attributes:
        title: one line for people.
        seed: of everything that is left to chance, addresses and serial numbers among it.
        duration_s: how long the devices measure; left out: until stopped.
        connection_interval_ms: the time on the air; 0 delivers at once.
        loss: share of packets that need the air twice.
        device: the sensors.
    """

    title: str
    seed: int = 0
    duration_s: float | None = Field(default=None, gt=0)
    connection_interval_ms: float = Field(default=0.0, ge=0, le=4000)
    loss: float = Field(default=0.0, ge=0, lt=0.9)
    device: list[SimulatedDevice] = Field(min_length=1)

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        ids = [device.id for device in self.devices()]
        if twice := sorted({i for i in ids if ids.count(i) > 1}):
            raise ValueError(f"two devices are called {twice[0]!r}; give each its own id")
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
    except tomllib.TOMLDecodeError as error:
        raise ScenarioRefused(where, [f"it is not TOML: {error}"]) from error
    except ValidationError as error:
        raise ScenarioRefused(where, [_sentence(dict(e)) for e in error.errors()]) from error


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
        known = ", ".join(sorted(p.stem for p in SCENARIOS.glob("*.toml")))
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
    shown = f" (it says {given!r})" if isinstance(given, str | int | float) else ""
    return f"{where}: {str(error['msg']).removeprefix('Value error, ')}{shown}"
