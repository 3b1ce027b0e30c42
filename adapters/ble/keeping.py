"""What a keeper is: it holds the subscriptions of bonded devices, also while no link is up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from bleak.backends.characteristic import BleakGATTCharacteristic

Wants = Callable[[str, frozenset[str]], bool]
"""Whether a characteristic with this UUID and these properties is held."""

Early = Callable[[str, bytes], None]
"""Told the UUID and the value of what comes while no session listens."""

Came = Callable[[bytes], None]


class Holds(Protocol):
    """What is held of one device."""

    async def settled(self) -> None:
        """Return once what there is of it is held: before that no link is made to it."""
        ...

    def link_up(self) -> None:
        """A link is up: what could not be held before may be now."""
        ...

    async def take(self, characteristic: BleakGATTCharacteristic, came: Came) -> bool:
        """From now on give its values to ``came``; False where bleak is to subscribe instead.

        There is only ever one of the two: with two subscribers BlueZ tells each of them every
        value twice.
        """
        ...

    def give_back(self) -> None:
        """The session ends: what comes is early again."""
        ...

    def link_over(self) -> None:
        """The link is let go: what bleak subscribed to may be held again."""
        ...

    def let_go(self, *, forget: bool = False) -> None:
        """Hold nothing of this device any longer; nor keep what came of it, if it is to forget."""
        ...


class Keeps(Protocol):
    """Whoever holds subscriptions where bleak's end with each link: on Linux."""

    def hold(self, address: str, wants: Wants, early: Early) -> Holds:
        """Hold what is wanted of a device, as soon and as long as it is bonded."""
        ...
