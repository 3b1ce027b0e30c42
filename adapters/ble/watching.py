"""What a watch is: it knows which adapter there is, and notices at once when that changes."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from bleak import BleakClient


@dataclass(frozen=True, slots=True)
class Chosen:
    """The adapter that is listened through.

    Attributes:
        name: what the system calls it now, e.g. ``hci1``.
        service: which start of the system's Bluetooth service it belongs to.
        ended: how often it went or was switched off since; whatever was open before is lost.
    """

    name: str
    service: str
    ended: int


@dataclass(slots=True)
class LinksSeen:
    """How many links came about, and whether that is enough to know."""

    count: int = 0
    enough: asyncio.Event = field(default_factory=asyncio.Event)


class Watches(Protocol):
    """Whoever watches the system's Bluetooth where bleak does not: on Linux."""

    def chosen(self) -> Chosen:
        """The adapter to listen through at this moment.

        Raises:
            AdapterError: there is none, it is switched off, or Bluetooth does not run.
        """
        ...

    async def changed(self, within: float) -> None:
        """Return as soon as something changed, or after so many seconds."""
        ...

    async def forget(self) -> None:
        """Let bleak forget all that it took for true of a Bluetooth that is gone."""
        ...

    def links(self, address: str, enough: int) -> AbstractAsyncContextManager[LinksSeen]:
        """While this lasts, count the links to a device that come about, whatever becomes of them.

        ``enough``: from so many on, `LinksSeen.enough` is set.
        """
        ...

    async def complete(self, client: BleakClient) -> None:
        """Let a connected client know all services that the device has.

        Raises:
            BleakError: the link is lost.
        """
        ...

    async def is_bonded(self, address: str) -> bool:
        """Whether this computer keeps the keys of a pairing with this device."""
        ...

    async def let_go(self, address: str) -> None:
        """Let go of a link to this device that nobody here uses."""
        ...

    async def power_cycle(self) -> None:
        """Switch the adapter off and on again. Only where a person has allowed that."""
        ...
