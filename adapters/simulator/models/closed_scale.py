"""A scale with a protocol of its own that no document tells: for trying to describe one.

It says nothing before it is told to begin. While somebody stands on it, it sends the weight that
is not steady yet; then the weighing, in steps of 5 g, with the number of its record, the time by
its own clock and a check sum; in between, signs that it is alive.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from adapters.simulator.device_time import counted
from adapters.simulator.instrument import Sent, Setup
from adapters.simulator.sensor import Moment, Offered, Sensor, make
from adapters.simulator.shapes import Constant, Noise

SERVICE = "0000fff0-0000-1000-8000-00805f9b34fb"
WEIGHT = "0000fff1-0000-1000-8000-00805f9b34fb"
ALIVE = "0000fff2-0000-1000-8000-00805f9b34fb"
BEGIN = "0000fff3-0000-1000-8000-00805f9b34fb"

_HEAD, _STEADY = 0xA5, 0x20
_STEP_KG = 0.005
_SETTLING = (0.41, 0.87, 0.973, 1.012)
"""What it says of the weight before it is steady, as parts of it."""


class ClosedScale:
    """One scale."""

    def __init__(self, setup: Setup) -> None:
        self._clock = setup.clock
        self._waits = bool(setup.options.get("waits"))
        self._number = 0

    def measure(self, moment: Moment) -> Iterable[Sent]:
        """Weigh."""
        if self._waits:
            return ()
        self._number += 1
        steps, told = round(moment.value("weight") / _STEP_KG), counted(self._clock())
        alive = Sent(ALIVE, bytes([0x01, self._number & 0xFF]))
        before = [self._said(round(steps * part), told, False) for part in _SETTLING]
        said = self._said(steps, told, True)
        return (alive, *before, Sent(WEIGHT, said.data, number=moment.number), alive)

    def _said(self, steps: int, told: datetime, steady: bool) -> Sent:
        parts = (told.month, told.day, told.hour, told.minute, told.second)
        body = bytes([_HEAD, _STEADY | 2 if steady else 2])
        body += steps.to_bytes(2) + self._number.to_bytes(2, "little")
        body += bytes([told.year - 2000, *parts])
        return Sent(WEIGHT, body + bytes([sum(body) & 0xFF]))

    def read(self, uuid: str) -> bytes:
        """Nothing of it changes."""
        return b""

    def write(self, uuid: str, data: bytes) -> Iterable[Sent]:
        """It is told to begin."""
        self._waits = False
        return ()

    def subscribed(self, uuid: str) -> Iterable[Sent]:
        """It keeps nothing."""
        return ()

    def delivered(self, sent: Sent) -> Iterable[Sent]:
        """It keeps nothing."""
        return ()

    def disconnected(self) -> None:
        """It keeps nothing."""


SENSOR = Sensor(
    key="closed-scale",
    name="Closed scale",
    prefix="CS",
    make=make("Closed scale 1", "3.0"),
    service=SERVICE,
    values={
        "weight": Noise(shape="noise", mean=72.4, noise=6),
        "battery": Constant(shape="constant", value=77),
    },
    limits={"weight": (0, 320)},
    rate_hz=1 / 60,
    instrument=ClosedScale,
    offers={
        SERVICE: (
            Offered(WEIGHT, sends="notify"),
            Offered(ALIVE, sends="notify"),
            Offered(BEGIN, writes=True),
        )
    },
    options={"waits": False},
)
