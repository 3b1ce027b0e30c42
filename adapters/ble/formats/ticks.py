"""When something was that a device tells by a counter: the counter is compared with our clock.

A counter says no time, but two of its values say how long it was from one to the other. One value
of which we know the moment is enough: of Current Elapsed Time, read at the start of the link or
sent later, or of a live observation.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from adapters.ble.characteristics.elapsed_time import UUID, CurrentElapsedTime, ElapsedTime
from adapters.ble.hearing import Hearing
from adapters.ble.record import Record
from adapters.errors import DecodeError
from adapters.local_events import Packet
from adapters.reading import Instant


class Ticks:
    """The latest look at a device's counter; it begins without any."""

    def __init__(self) -> None:
        self._zero: datetime | None = None
        self._looked_at: Instant | None = None

    def seen(self, time: ElapsedTime, received: Instant) -> None:
        """The counter showed this when something came; an earlier look is no news."""
        if not (time.ticks and time.is_current):
            return
        if self._looked_at is not None and received < self._looked_at:
            return
        self._looked_at = received
        try:
            now = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=received)
            self._zero = now - time.count * time.step
        except OverflowError:
            self._zero = None

    def when(self, time: ElapsedTime) -> datetime | None:
        """When the counter showed that; None if nothing is known of it."""
        if self._zero is None or not (time.ticks and time.is_current):
            return None
        try:
            return self._zero + time.count * time.step
        except OverflowError:
            return None


def ticks_of(hearing: Hearing) -> Ticks:
    """What is known of the counter, also by what was read at the start of the link."""
    ticks = hearing.keep(Ticks)
    if (at := hearing.said_at.get(UUID)) is not None:
        try:
            ticks.seen(CurrentElapsedTime.from_bytes(hearing.said[UUID]).time, at)
        except DecodeError:
            return ticks  # it was counted when it was read
    return ticks


def readings(packet: Packet, hearing: Hearing) -> Iterator[Record]:
    """Remember what the counter shows now; it is no reading.

    Raises:
        DecodeError: the packet is not well formed.
    """
    ticks_of(hearing).seen(CurrentElapsedTime.from_bytes(packet.data).time, packet.received)
    yield from ()
