"""A simulated device with a mind of its own: what it answers, keeps and sends, without any radio.

A plain class in Python, driven by calls, so that a test can hold it in its hand. The peripheral
puts on the air what the calls return, in that order, and nothing else.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from adapters.simulator.sensor import Identity, Moment
from adapters.simulator.shapes import Course


@dataclass(frozen=True, slots=True)
class Sent:
    """One value that goes out.

    Attributes:
        uuid: the characteristic.
        data: the value.
        confirmed: it is indicated, and counts as delivered once the peer has confirmed it; until
            then the instrument keeps it (`Instrument.delivered`).
        number: the number of the measurement that it tells, for the report of what was emitted;
            None for answers of a control point.
    """

    uuid: str
    data: bytes
    confirmed: bool = False
    number: int | None = None


class AttError(Exception):
    """A request that the device refuses; the peer gets this error code.

    Source of the codes: Bluetooth Core Specification 6.0, Vol 3, Part F, 3.4.1.1; Core
    Specification Supplement, Part B (0xFC write request rejected, 0xFD subscriptions wrongly
    configured, 0xFE procedure in progress, 0xFF out of range); services define 0x80 to 0x9F.
    """

    def __init__(self, code: int) -> None:
        super().__init__(f"ATT error 0x{code:02X}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Setup:
    """What one device is given when it is made.

    Attributes:
        identity: its address, name and serial number.
        values: how what it measures goes through time.
        clock: its own clock: the local time of day that it shows, naive, wrong where the scenario
            says so. A device that can be set does so by `device_time.DeviceTime.of(clock)`.
        dice: chance of its own.
        options: what else the scenario says of it: the model's own `Sensor.options`, with what
            the scenario sets among them (`records`, `users` and so on).
        listening: whether a peer is subscribed to this characteristic now.
    """

    identity: Identity
    values: Mapping[str, Course]
    clock: Callable[[], datetime]
    dice: random.Random
    options: Mapping[str, object]
    listening: Callable[[str], bool] = lambda _uuid: True


class Instrument(Protocol):
    """A stateful device. Every call may return values to be sent, in order.

    What is returned while nobody is subscribed to it, and what is on its way when the link is
    lost, is not delivered: an instrument that stores keeps it until `delivered` and returns it
    from `subscribed`. Many values in a row are best returned one by one from `delivered`, so that
    a peer can abort.
    """

    def measure(self, moment: Moment) -> Iterable[Sent]:
        """A measurement is due: take it, keep it where the device stores, send what is sent."""
        ...

    def read(self, uuid: str) -> bytes:
        """The value of a characteristic that changes: a clock, a status, a feature.

        Raises:
            AttError: it may not be read now.
        """
        ...

    def write(self, uuid: str, data: bytes) -> Iterable[Sent]:
        """A peer wrote to a characteristic: a control point, a clock.

        Raises:
            AttError: the device refuses the write.
        """
        ...

    def subscribed(self, uuid: str) -> Iterable[Sent]:
        """A peer subscribed to a characteristic: what was kept for it may go out.

        Called for each link anew; for a bonded peer also without a request, once the link is
        encrypted, since a device remembers what such a peer subscribed to.
        """
        ...

    def delivered(self, sent: Sent) -> Iterable[Sent]:
        """The peer confirmed an indication, or a notification went out; what goes out next."""
        ...

    def disconnected(self) -> None:
        """The link is gone: whatever was under way is over, what was not delivered is kept."""
        ...
