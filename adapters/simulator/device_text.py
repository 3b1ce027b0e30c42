"""One device of a scenario, as its text says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BaseModel, Field, ValidationInfo, field_validator, model_validator

from adapters.simulator.bounds import LONGEST_S, PLAIN, Shift, Time
from adapters.simulator.faults import Fault
from adapters.simulator.registry import sensors
from adapters.simulator.sensor import Limits, Pairing, Sensor
from adapters.simulator.shapes import Course, Shape, Within
from adapters.simulator.user_slots import User

Option = bool | int | float | str | list[int] | list[float] | list[str]

_BATTERY = "battery"

_PERCENT = (0.0, 100.0)
_NAME_BYTES = 248
"""Bluetooth Core 6.0, Vol 3, Part C, 12.1: the longest device name."""

_SERIAL_BYTES = 64

_Seconds = Annotated[float, Field(gt=0, allow_inf_nan=True)]


class SimulatedDevice(BaseModel):
    """One sensor, or `copies` of it. What is left out is as its model has it.

    Attributes:
        id: what this scenario and its report call it.
        model: what sort of sensor it is; one of `adapters.simulator.models`.
        copies: so many of them, each with an identity of its own.
        address: a static address; left out: drawn by the seed, as are name and serial number.
        rate_hz: measurements a second.
        every_s: or seconds between two measurements.
        at_s: or the very seconds at which it measures, and at no others.
        values: how what it measures goes through time, e.g. ``values.heart_rate``.
        options: what else the model lets be said of it, e.g. ``options.records``.
        records: how many records it has stored at the start.
        users: whom it knows, by slot and code.
        numbered: every value carries the number of its emission where its format has room
            (heart rate: in the energy field), so that a test can account for each.
        faults: what goes wrong.
        rssi: how strongly it is heard, dBm.
        rssi_jitter: how far each heard strength strays from that, dB.
        advertising_interval_ms: between two advertisements.
        scan_response: its name is told to those who ask, not in the advertisement itself.
        window_s: it is heard for so long after a measurement only; inf: always.
        leaves_after_s: it ends the link itself, so long after the last thing that went over it;
            inf: never.
        most_links: so many peers at a time.
        connection_interval_ms: the time on the air, where it differs from the scenario's.
        loss: share of its packets that need the air twice, where it differs.
        pairing: what it asks for before it tells anything: "none", "just-works", "passkey".
        passkey: the six digits that it shows; left out: drawn by the seed.
        protected: the same as ``pairing = "just-works"``.
        remembers: it keeps what a bonded peer subscribed to, and sends without being asked again.
        early_ms: how soon it does so once the link is encrypted.
        clock_error_s: how far its clock is ahead at the start, behind if below zero.
        clock_drift_ppm: how much its clock gains, in millionths; loses if below zero.
        clock_reset: its clock was never set: it shows 2000-01-01 at the start.
    """

    model_config = PLAIN

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    model: str
    copies: int = Field(default=1, ge=1, le=200)
    address: str = Field(default="", pattern=r"^([0-9A-F]{2}(:[0-9A-F]{2}){5})?$")
    name: str = ""
    serial: str = ""
    rate_hz: float | None = Field(default=None, ge=1e-8, le=200)
    every_s: float | None = Field(default=None, ge=1 / 200, le=LONGEST_S)
    at_s: list[Time] | None = None
    values: dict[str, Shape] = Field(default_factory=dict)
    options: dict[str, Option] = Field(default_factory=dict)
    records: int | None = Field(default=None, ge=0, le=65_535)
    users: list[User] | None = None
    numbered: bool = False
    faults: list[Fault] = Field(default_factory=list)
    rssi: int = Field(default=-60, ge=-127, le=20)
    rssi_jitter: int = Field(default=3, ge=0, le=30)
    advertising_interval_ms: float = Field(default=100, ge=20, le=10_240)
    scan_response: bool = True
    window_s: _Seconds | None = None
    leaves_after_s: _Seconds | None = None
    most_links: int = Field(default=1, ge=1, le=20)
    connection_interval_ms: float | None = Field(default=None, ge=0, le=4000)
    loss: float | None = Field(default=None, ge=0, lt=0.9)
    pairing: Pairing | None = None
    passkey: int | None = Field(default=None, ge=0, le=999_999)
    protected: bool = False
    remembers: bool = True
    early_ms: float = Field(default=20, ge=0, le=10_000)
    clock_error_s: Shift = 0.0
    clock_drift_ppm: float = Field(default=0.0, ge=-100_000, le=100_000)
    clock_reset: bool = False

    @property
    def sensor(self) -> Sensor:
        """What every sensor of this model has in common."""
        return sensors()[self.model]

    @property
    def courses(self) -> Mapping[str, Course]:
        """How each thing that it measures goes through time, within what can be carried of it."""
        shapes = {**self.sensor.values, **self.values}
        return {name: Within(shape, *self._carries(name)) for name, shape in shapes.items()}

    def _carries(self, name: str) -> tuple[float, float]:
        limits = _PERCENT if name == _BATTERY else self.sensor.limits[name]
        assert isinstance(limits, tuple)  # noqa: S101  # only options are one of several numbers
        return limits

    @property
    def said(self) -> Mapping[str, object]:
        """Its options: what this text says, and what the model says otherwise."""
        own: dict[str, object] = dict(self.options)
        if self.records is not None:
            own["records"] = self.records
        if self.users is not None:
            own["users"] = tuple(self.users)
        return {**self.sensor.options, **own}

    @property
    def asks_for(self) -> Pairing:
        """What it asks for before it tells anything."""
        return self.pairing or ("just-works" if self.protected else self.sensor.pairing)

    @property
    def period_s(self) -> float:
        """Seconds between two measurements."""
        return self.every_s or 1 / (self.rate_hz or self.sensor.rate_hz)

    @property
    def heard_for_s(self) -> float:
        """How long it can be heard after a measurement; infinite for ever."""
        return self.window_s or self.sensor.window_s or float("inf")

    @property
    def stays_for_s(self) -> float:
        """How long it holds a link on which nothing happens any more; infinite for ever."""
        return self.leaves_after_s or self.sensor.leaves_after_s or float("inf")

    @field_validator("model")
    @classmethod
    def _is_known(cls, model: str) -> str:
        if model not in sensors():
            raise ValueError("there is no such model; take one of: " + ", ".join(sensors()))
        return model

    @model_validator(mode="after")
    def _measures_that(self) -> Self:
        known = {**self.sensor.values, _BATTERY: None}
        if strange := sorted(set(self.values) - set(known)):
            raise ValueError(
                f"a {self.model} does not measure {strange[0]!r}; it has: " + ", ".join(known)
            )
        for name, shape in self.values.items():
            low, high = self._carries(name)
            if not all(low <= one <= high for one in shape.reaches()):
                raise ValueError(f"values.{name} must stay from {low:g} to {high:g}")
            if shape.noise > high - low:
                raise ValueError(f"the noise of values.{name} must be {high - low:g} or less")
        return self

    @model_validator(mode="after")
    def _has_such_options(self) -> Self:
        known = self.sensor.options
        for name in self.said:
            if name not in known:
                has = ", ".join(sorted(known)) or "none"
                raise ValueError(f"a {self.model} has no option {name!r}; it has: {has}")
        for name, said in self.options.items():
            if not _alike(said, known[name]):
                raise ValueError(f"options.{name} must be written like {known[name]!r}")
            _check(name, said, self.sensor.limits.get(name))
        if self.records is not None:
            _check("records", self.records, self.sensor.limits.get("records"))
        return self

    @model_validator(mode="after")
    def _measures_in_one_way(self) -> Self:
        if sum(said is not None for said in (self.rate_hz, self.every_s, self.at_s)) > 1:
            raise ValueError("say one of rate_hz, every_s and at_s")
        return self

    @model_validator(mode="after")
    def _copies_differ(self) -> Self:
        if self.copies > 1 and (self.address or self.serial):
            raise ValueError("leave out address and serial when there are copies")
        return self

    @model_validator(mode="after")
    def _passkey_has_a_use(self) -> Self:
        if self.passkey is not None and self.asks_for != "passkey":
            raise ValueError('a passkey is asked for only with pairing = "passkey"')
        return self

    @field_validator("users")
    @classmethod
    def _slots_differ(cls, users: list[User] | None) -> list[User] | None:
        slots = [user.slot for user in users or ()]
        if len(set(slots)) < len(slots):
            raise ValueError("two users have one slot; give each its own")
        return users

    @field_validator("name", "serial")
    @classmethod
    def _has_room(cls, text: str, info: ValidationInfo) -> str:
        most = _NAME_BYTES if info.field_name == "name" else _SERIAL_BYTES
        if len(text.encode()) > most:
            raise ValueError(f"it must have {most} bytes or fewer in UTF-8; write a shorter one")
        return text

    @field_validator("address")
    @classmethod
    def _is_static(cls, address: str) -> str:
        # Bluetooth Core 6.0, Vol 6, Part B, 1.3.2.1: the two highest bits of a static address.
        if address and int(address[:2], 16) < 0xC0:
            raise ValueError("a simulated address must begin with C0 to FF")
        return address


def _check(name: str, said: object, limits: Limits | None) -> None:
    """Each number of an option is one that the model can have."""
    every = said if isinstance(said, list) else [said]
    numbers = [n for n in every if isinstance(n, int | float) and not isinstance(n, bool)]
    if isinstance(limits, frozenset):
        if not limits.issuperset(numbers):
            raise ValueError(
                f"options.{name} must be one of: {', '.join(map(str, sorted(limits)))}"
            )
    elif limits is not None and not all(limits[0] <= one <= limits[1] for one in numbers):
        raise ValueError(f"options.{name} must be from {limits[0]:g} to {limits[1]:g}")


def _alike(said: object, known: object) -> bool:
    if known is None:
        return True
    if isinstance(known, tuple | list):
        return isinstance(said, list) and all(type(one) is type(known[0]) for one in said)
    if isinstance(known, float):
        return isinstance(said, float | int) and not isinstance(said, bool)
    return type(said) is type(known)
