"""Where packets that a device believes delivered are written before they are decoded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from adapters.local_events import Packet
from adapters.reading import DeviceKey, Instant
from gateway.app import House
from gateway.store.synced import synced_at
from gateway.store.thread import StoreThread


class PacketJournal:
    """The journal of a radio (`adapters.source.Journal`), kept in `local.db`.

    A packet is settled once the readings made of it are committed; what is not settled when the
    program ends is decoded again at the next start.
    """

    def __init__(self, house: House, thread: StoreThread) -> None:
        self._house = house
        self._thread = thread
        self._open: defaultdict[Packet, list[int]] = defaultdict(list)

    async def keep(self, packets: Sequence[Packet]) -> None:
        """Write packets durably; returns after the commit."""
        numbers = await self._thread.do(self._house.local.keep, packets)
        for packet, number in zip(packets, numbers, strict=True):
            self._open[packet].append(number)

    async def not_taken_in(self) -> Sequence[Packet]:
        """What is to be decoded again since the last end, in the order in which it was kept.

        Some of it was settled before; settling it again changes nothing.
        """
        rows = await self._thread.do(self._house.local.not_taken_in)
        for number, packet in rows:
            self._open[packet].append(number)
        return [packet for _, packet in rows]

    async def kept_before(
        self, device: DeviceKey, characteristic: str, limit: int
    ) -> Sequence[Packet]:
        """The newest packets of one characteristic that are still here, settled or not."""
        local = self._house.local
        return await self._thread.do(local.kept_before, device, characteristic, limit)

    async def synced(self, device: DeviceKey, characteristic: str, session: str) -> int | None:
        """The number up to which stored records have come in, or None where nothing is known."""
        return await self._thread.do(self._house.local.synced, device, characteristic, session)

    async def synced_at(
        self, device: DeviceKey, characteristic: str, session: str
    ) -> Instant | None:
        """When that was noted, or None where nothing is known."""
        db = self._house.local.db
        return await self._thread.do(synced_at, db, device, characteristic, session)

    def settle(self, packet: Packet) -> list[int]:
        """The numbers of a packet whose readings are committed; each is given once."""
        return self._open.pop(packet, [])
