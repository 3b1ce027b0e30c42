"""A watch that says what a test lets it say."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from bleak import BleakClient

from adapters.ble.watching import Chosen, LinksSeen
from adapters.errors import AdapterError

GONE = AdapterError("There is no Bluetooth adapter.", "Plug in a Bluetooth adapter.")


@dataclass
class HeldWatch:
    """Attributes:
    gone: raised instead of an adapter.
    bonded: whether every device is bonded.
    links_each: how many links come and go within each attempt.
    """

    gone: AdapterError | None = None
    bonded: bool = False
    links_each: int = 0
    number: int = 0
    forgot: int = 0
    cycles: int = 0
    let_go_of: list[str] = field(default_factory=list)
    takes: float = 0.0
    completed: list[str] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, *, gone: AdapterError | None = None) -> None:
        """Something changed: it is gone, or there under another number."""
        self.gone, self.number = gone, self.number + 1
        self._changed.set()

    def chosen(self) -> Chosen:
        if self.gone is not None:
            raise self.gone
        return Chosen(f"hci{self.number}", "one", 0)

    async def changed(self, within: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._changed.wait()
        self._changed.clear()

    async def forget(self) -> None:
        self.forgot += 1

    @contextlib.asynccontextmanager
    async def links(self, _address: str, enough: int) -> AsyncIterator[LinksSeen]:
        seen = LinksSeen(self.links_each)
        if self.links_each >= enough:
            asyncio.get_running_loop().call_later(0.05, seen.enough.set)
        yield seen

    async def complete(self, client: BleakClient) -> None:
        self.completed.append(client.address)

    async def is_bonded(self, _address: str) -> bool:
        return self.bonded

    async def let_go(self, address: str) -> None:
        await asyncio.sleep(self.takes)
        self.let_go_of.append(address)

    async def power_cycle(self) -> None:
        self.cycles += 1
