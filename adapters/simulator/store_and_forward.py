"""Measurements that a device keeps until a peer has confirmed them, as most cuffs and scales do."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from adapters.simulator.instrument import Sent


class StoreAndForward:
    """What nobody has confirmed yet, oldest first.

    Attributes:
        kept: those values.
    """

    def __init__(self, capacity: int = 60) -> None:
        """Nothing kept yet; with so many in it, the oldest is lost."""
        self.kept: deque[Sent] = deque(maxlen=capacity)

    def keep(self, *sent: Sent) -> tuple[Sent, ...]:
        """Keep them, and send them."""
        self.kept.extend(sent)
        return sent

    def waiting_for(self, uuid: str) -> Iterable[Sent]:
        """What was kept for a peer that subscribed to this characteristic."""
        return tuple(sent for sent in self.kept if sent.uuid == uuid)

    def confirmed(self, sent: Sent) -> None:
        """Forget it."""
        self.kept = deque((one for one in self.kept if one is not sent), self.kept.maxlen)
