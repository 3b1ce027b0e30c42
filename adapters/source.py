"""What a source is: anything with `listen()`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from adapters.local_events import LocalBatch, Packet
from adapters.reading import DeviceFacts, DeviceKey, Gap, ReadingBatch

Arrival = ReadingBatch | LocalBatch | DeviceFacts | Gap
"""What comes out of a source; `take_in` puts `LocalBatch` into `local.db`, the rest elsewhere."""


class Source(Protocol):
    """A radio, an export file, a simulator."""

    def listen(self) -> AsyncIterator[Arrival]:
        """Yield what arrives until the source is closed or has no more.

        Raises:
            AdapterError: the source stopped and may be started again.
        """
        ...


class Journal(Protocol):
    """Where packets that a device believes delivered are written before they are decoded."""

    async def keep(self, packets: Sequence[Packet]) -> None:
        """Write the packets durably; returns only after the commit."""
        ...

    async def not_taken_in(self) -> Sequence[Packet]:
        """Packets kept before a crash whose readings were never committed, oldest first."""
        ...

    async def kept_before(
        self, device: DeviceKey, characteristic: str, limit: int
    ) -> Sequence[Packet]:
        """The newest packets kept of one characteristic, settled or not, oldest first."""
        ...

    async def synced(self, device: DeviceKey, characteristic: str, session: str) -> int | None:
        """The number up to which stored records have come in (`local_events.Synced`), or None."""
        ...
