"""What is remembered of a device, so that its next packet can be understood."""

from __future__ import annotations

from typing import Any, TypeVar

from adapters.ble.backlog import Backlog
from adapters.ble.device_clock import DeviceClock
from adapters.reading import Instant

T = TypeVar("T")


class Hearing:
    """The memory of one link to one device; it begins empty with each link.

    Attributes:
        said: the latest value of each characteristic that the profile `asks` for, by UUID.
        said_at: when each of them was read.
        clock: how the device's clock stands to ours.
        backlog: whether the device may still be telling what it kept.
        user: whose slot was opened last, of a device that tells its users apart.
    """

    def __init__(self, clock: DeviceClock | None = None) -> None:
        self.said: dict[str, bytes] = {}
        self.said_at: dict[str, Instant] = {}
        self.user: int | None = None
        self.clock = clock or DeviceClock()
        self.backlog = Backlog()
        self._kept: dict[type[Any], Any] = {}

    def aside(self) -> Hearing:
        """Another one that knows what was said so far, and of no packet that came."""
        other = Hearing(self.clock)
        other.said, other.said_at = dict(self.said), dict(self.said_at)
        other.user = self.user
        return other

    def keep(self, what: type[T]) -> T:
        """The one object of this class, made without arguments when it is first asked for.

        A decoder keeps in it what later packets need: counters, fragments, times of records.
        """
        if what not in self._kept:
            self._kept[what] = what()
        kept: T = self._kept[what]
        return kept
