"""Simulated devices held in the hand, without any radio: time, set-up, measurements, requests."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime

from adapters.ble.characteristics import (
    record_access_control_point,
)
from adapters.ble.characteristics.record_access_control_point import (
    Op as Asking,
)
from adapters.ble.characteristics.record_access_control_point import (
    RecordAccessControlPoint,
)
from adapters.simulator.instrument import Instrument, Sent, Setup
from adapters.simulator.sensor import Identity, Moment, Sensor

RACP = record_access_control_point.UUID
ALL = bytes(RecordAccessControlPoint.ask(Asking.REPORT))
DONE = bytes.fromhex("06000101")


class Time:
    """The right time of day, held in the hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, 0)  # noqa: DTZ001

    def __call__(self) -> datetime:
        return self.now


def setup(sensor: Sensor, clock: Callable[[], datetime], **options: object) -> Setup:
    return Setup(
        identity=Identity("C0:00:00:00:00:01", "a device", "1"),
        values=sensor.values,
        clock=clock,
        dice=random.Random(1),
        options={**sensor.options, **options},
    )


def moment(sensor: Sensor, number: int, *, failed: bool = False) -> Moment:
    return Moment(number * 60.0, number, False, random.Random(number), sensor.values, failed)


def fetched(device: Instrument, ask: bytes = ALL) -> list[Sent]:
    """Everything that goes out for a request, up to its answer."""
    out: list[Sent] = []
    waiting = list(device.write(RACP, ask))
    while waiting:
        sent = waiting.pop(0)
        out.append(sent)
        waiting += device.delivered(sent)
    return out
