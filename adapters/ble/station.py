"""What all links of one adapter share, and what each was last heard to say."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bleak.backends.device import BLEDevice

from adapters.ble.inbox import Inbox
from adapters.ble.paired import RadioSettings
from adapters.ble.radio import Radio
from adapters.reading import DeviceKey, Instant

Greet = Callable[[DeviceKey, bool], Awaitable[None]]
"""Called before each connection: a device that is being added is paired with here, so that nothing
protected was touched before. It is told whether the device said that it wants to be paired; raises
AdapterError to let it go."""


async def greet_nobody(_device: DeviceKey, _wants: bool) -> None:
    """Where no device is being added."""


def anybody(_device: DeviceKey) -> bool:
    """Where no device is being added, none waits for it."""
    return True


@dataclass(frozen=True, slots=True)
class Station:
    """What all links of one adapter share.

    Attributes:
        turn: one connection is attempted at a time, those who wait in the order they came.
        greet: see `Greet`.
        may_come: whether a device may be connected to now; while one is being added, others wait.
    """

    radio: Radio
    settings: RadioSettings
    inbox: Inbox
    allowed: Callable[[DeviceKey | None], bool]
    now: Callable[[], Instant]
    turn: asyncio.Lock
    greet: Greet = greet_nobody
    may_come: Callable[[DeviceKey], bool] = anybody


@dataclass(frozen=True, slots=True)
class Heard:
    """The latest advertisement of a device; ``at`` is the loop's time."""

    device: BLEDevice
    name: str | None
    rssi: int | None
    at: float
