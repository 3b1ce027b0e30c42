"""A device that says what it measures, by itself, and nothing else."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from adapters.simulator.instrument import AttError, Instrument, Sent, Setup
from adapters.simulator.sensor import Measure, Moment, Sensor

_READ_NOT_PERMITTED, _WRITE_NOT_PERMITTED = 0x02, 0x03


class Pusher:
    """Sends each measurement as it is made; a storing one keeps it until it is confirmed.

    Attributes:
        kept: what no peer has confirmed yet, oldest first.
    """

    def __init__(self, uuid: str, measure: Measure, *, stores: bool) -> None:
        self.kept: deque[Sent] = deque()
        self._uuid = uuid
        self._measure = measure
        self._stores = stores

    def measure(self, moment: Moment) -> Iterable[Sent]:
        """One value."""
        sent = Sent(self._uuid, self._measure(moment), self._stores, moment.number)
        if self._stores:
            self.kept.append(sent)
        return (sent,)

    def read(self, uuid: str) -> bytes:
        """Nothing of it changes but what it sends."""
        raise AttError(_READ_NOT_PERMITTED)

    def write(self, uuid: str, data: bytes) -> Iterable[Sent]:
        """Nothing of it can be written."""
        raise AttError(_WRITE_NOT_PERMITTED)

    def subscribed(self, uuid: str) -> Iterable[Sent]:
        """What was kept."""
        return tuple(self.kept) if uuid == self._uuid else ()

    def delivered(self, sent: Sent) -> Iterable[Sent]:
        """Forget what was confirmed."""
        if self.kept and self.kept[0] is sent:
            self.kept.popleft()
        return ()

    def disconnected(self) -> None:
        """What is kept stays."""


def instrument(sensor: Sensor, setup: Setup) -> Instrument:
    """One device of this model.

    Raises:
        ValueError: the model says neither how it measures nor what it is.
    """
    if sensor.instrument is not None:
        return sensor.instrument(setup)
    if sensor.measuring is None:
        raise ValueError(f"{sensor.key} has neither an instrument nor a way to measure")
    return Pusher(sensor.measures, sensor.measuring(), stores=sensor.stored)
