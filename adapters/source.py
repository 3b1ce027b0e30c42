"""What a source is: anything with `listen()`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Final, Protocol

from adapters.local_events import LocalBatch, Packet
from adapters.reading import DeviceFacts, DeviceKey, Gap, Instant, ReadingBatch

Arrival = ReadingBatch | LocalBatch | DeviceFacts | Gap
"""What comes out of a source; `take_in` puts `LocalBatch` into `local.db`, the rest elsewhere."""


LINK_BEGINS: Final = "link begins"
"""The `Packet.characteristic` of the packet that marks where the packets of a link begin."""


class Source(Protocol):
    """A radio, an export file, a simulator."""

    def listen(self) -> AsyncIterator[Arrival]:
        """Yield what arrives until the source is closed or has no more.

        Raises:
            AdapterError: the source stopped and may be started again.
        """
        ...


class Journal(Protocol):
    """Where packets that a device believes delivered are written before they are decoded.

    A packet may hang on what the device said before on the same link: how its clock stood, what
    it can do, when its session began. So the first packet that is kept of a link is one that marks
    its beginning (`LINK_BEGINS`), what the device was asked stands behind it, and all of a link
    is given back together.
    """

    async def keep(self, packets: Sequence[Packet]) -> None:
        """Write the packets durably; returns only after the commit."""
        ...

    async def not_taken_in(self) -> Sequence[Packet]:
        """What is decoded again after a crash, in the order in which it was kept.

        For each device that has a packet whose readings were never committed: all its kept
        packets, committed or not, from the last `LINK_BEGINS` on that stands before the first
        such packet; from the first packet there is, where none stands before it. Readings that
        were committed come out again, and change nothing in the store.
        """
        ...

    async def kept_before(
        self, device: DeviceKey, characteristic: str, limit: int
    ) -> Sequence[Packet]:
        """The newest packets kept of one characteristic, settled or not, oldest first."""
        ...

    async def synced(self, device: DeviceKey, characteristic: str, session: str) -> int | None:
        """The number up to which stored records have come in (`local_events.Synced`), or None.

        What was said last counts, also where it is a lower number: the device counted anew.
        """
        ...

    async def synced_at(
        self, device: DeviceKey, characteristic: str, session: str
    ) -> Instant | None:
        """When that was said, or None."""
        ...
