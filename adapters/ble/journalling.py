"""What devices believe delivered is written down before anything else is done with it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from adapters.ble.paired import Paired
from adapters.local_events import Packet
from adapters.source import Arrival, Journal

Make = Callable[[], list[Arrival]]
"""Makes what arrives of a packet, once that is journalled."""


class Journalling:
    """The queue before the journal.

    Args:
        journal: where it is written.
        put: given what is to be made of a packet, as soon as that is journalled.
    """

    def __init__(self, journal: Journal, put: Callable[[Paired, Make], None]) -> None:
        self._journal = journal
        self._put = put
        self._waiting: deque[tuple[Paired, Packet | None, Make]] = deque()
        self._more = asyncio.Event()

    def soon(self, paired: Paired, packet: Packet | None, make: Make) -> None:
        """Journal a packet, and put what is made of it behind that; None: behind all before it."""
        self._waiting.append((paired, packet, make))
        self._more.set()

    async def for_ever(self) -> None:
        """Journal what waits, again and again.

        When cancelled, what has come is journalled still. What could not be journalled waits for
        the next call.
        """
        writing: asyncio.Future[None] = asyncio.ensure_future(self._write())
        try:
            while True:
                await asyncio.shield(writing)
                await self._more.wait()
                self._more.clear()
                writing = asyncio.ensure_future(self._write())
        finally:
            await asyncio.wait([writing])
            await self._write()

    async def _write(self) -> None:
        while self._waiting:
            now = list(self._waiting)
            if packets := [packet for _, packet, _ in now if packet is not None]:
                await self._journal.keep(packets)
            for paired, _, make in now:
                self._waiting.popleft()
                self._put(paired, make)
