"""What the keeper holds of one device, as a session sees it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Protocol

from bleak.backends.characteristic import BleakGATTCharacteristic

from adapters.ble.keeping import Came, Early, Wants


class Keeping(Protocol):
    """Who holds it: `adapters.ble.bluez.keeper.Keeper`."""

    async def hold_now(self, held: Held, path: str) -> bool:
        """Hold one characteristic at once; whether that came about."""
        ...

    def look_again(self) -> None:
        """Something may be there to be held."""
        ...

    def take_back(self, held: Held) -> None:
        """Hold no longer what was held for one link."""
        ...

    def let_go(self, held: Held, *, forget: bool) -> None:
        """Hold nothing of a device any longer."""
        ...


@dataclass(eq=False, slots=True)
class Held:
    """What is held of one device (`adapters.ble.keeping.Holds`).

    Attributes:
        paths: the UUID of each characteristic that is held, by its path.
        lent: those of them that are held for the present link alone.
        bleaks: paths that bleak is subscribed to on the present link.
        looked: set once it was looked what there is of it.
        listening: who is given the values of a path during a session.
    """

    keeper: Keeping
    address: str
    wants: Wants
    early: Early
    paths: dict[str, str] = field(default_factory=dict)
    lent: set[str] = field(default_factory=set)
    bleaks: set[str] = field(default_factory=set)
    listening: dict[str, Came] = field(default_factory=dict)
    looked: asyncio.Event = field(default_factory=asyncio.Event)

    async def settled(self) -> None:
        """See `Holds.settled`."""
        await self.looked.wait()

    async def take(self, characteristic: BleakGATTCharacteristic, came: Came) -> bool:
        """See `Holds.take`."""
        path = str(characteristic.obj[0])
        if path not in self.paths:
            self.bleaks.add(path)
            if not await self.keeper.hold_now(self, path):
                return False
            self.bleaks.discard(path)
        self.listening[path] = came
        return True

    def link_up(self) -> None:
        """See `Holds.link_up`."""
        self.keeper.look_again()

    def give_back(self) -> None:
        """See `Holds.give_back`."""
        self.listening.clear()

    def link_over(self) -> None:
        """See `Holds.link_over`."""
        self.bleaks.clear()
        self.keeper.take_back(self)

    def let_go(self, *, forget: bool = False) -> None:
        """See `Holds.let_go`."""
        self.keeper.let_go(self, forget=forget)

    def tell(self, path: str, value: bytes) -> None:
        """A value came."""
        came = self.listening.get(path)
        if came is not None:
            came(value)
        else:
            self.early(self.paths[path], value)
