"""What waits to be taken out: a lane for each device, in turn, so that none holds up the others."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from adapters.ble.paired import Paired
from adapters.local_events import Packet
from adapters.reading import DeviceKey, Gap, Instant
from adapters.source import Arrival

Make = Callable[[], Sequence[Arrival]]
"""Gives the arrivals once their turn has come: packets are decoded then."""

_WHY = "more came than could be taken in"


@dataclass(frozen=True, slots=True)
class _Waiting:
    make: Make
    live: Packet | None


@dataclass(slots=True)
class _Lane:
    """One device.

    Attributes:
        live: how many of those that wait are live.
        held: nothing is taken out yet.
        queued: it has its place among those whose turn comes.
        last: when the last live packet came that was taken out.
        missed: since when live packets were dropped; None where none were.
    """

    paired: Paired
    waiting: deque[_Waiting] = field(default_factory=deque)
    live: int = 0
    held: bool = False
    queued: bool = False
    last: Instant | None = None
    missed: Instant | None = None


class Lanes:
    """First in, first out for each device; the devices take turns.

    Of live packets no more than `longest` wait for one device. Beyond that the older half of them
    is dropped, told of, and noted as a gap. Nothing else is ever dropped.
    """

    def __init__(self, longest: int, dropped: Callable[[Packet], None]) -> None:
        self._longest = longest
        self._dropped = dropped
        self._lanes: dict[DeviceKey, _Lane] = {}
        self._turns: deque[DeviceKey] = deque()
        self._more = asyncio.Event()

    def put(self, paired: Paired, make: Make, live: Packet | None = None) -> None:
        """Put something behind what waits for this device; a live packet is given as such."""
        lane = self._lane(paired)
        lane.waiting.append(_Waiting(make, live))
        if live is not None:
            lane.live += 1
            if lane.live > self._longest:
                self._drop(lane)
        self._queue_up(lane)

    def hold(self, paired: Paired) -> None:
        """Take nothing of this device out until `release`."""
        self._lane(paired).held = True

    def release(self, paired: Paired) -> None:
        """Let go of what was held."""
        lane = self._lane(paired)
        if lane.held:
            lane.held = False
            self._queue_up(lane)

    def take(self) -> Sequence[Arrival]:
        """What is next, in turn; nothing if nothing waits."""
        while self._turns:
            lane = self._lanes[self._turns.popleft()]
            lane.queued = False
            if lane.held or not lane.waiting:
                continue
            one = lane.waiting.popleft()
            self._queue_up(lane)
            gap = self._take_live(lane, one.live) if one.live is not None else []
            if made := [*gap, *one.make()]:
                return made
        return ()

    async def wait(self) -> None:
        """Return once there may be something to take out."""
        await self._more.wait()
        self._more.clear()

    def wake(self) -> None:
        """Let whoever waits look again."""
        self._more.set()

    def _lane(self, paired: Paired) -> _Lane:
        lane = self._lanes.setdefault(paired.device, _Lane(paired))
        lane.paired = paired
        return lane

    def _queue_up(self, lane: _Lane) -> None:
        if lane.waiting and not (lane.held or lane.queued):
            lane.queued = True
            self._turns.append(lane.paired.device)
            self._more.set()

    def _take_live(self, lane: _Lane, packet: Packet) -> list[Arrival]:
        lane.live -= 1
        since, lane.missed, lane.last = lane.missed, None, packet.received
        if since is None:
            return []
        return [Gap(lane.paired.person, lane.paired.device, since, packet.received, _WHY)]

    def _drop(self, lane: _Lane) -> None:
        kept: deque[_Waiting] = deque()
        too_many = lane.live - max(self._longest // 2, 1)
        for one in lane.waiting:
            if one.live is None or not too_many:
                kept.append(one)
                continue
            too_many -= 1
            lane.live -= 1
            if lane.missed is None:
                lane.missed = one.live.received if lane.last is None else lane.last
            self._dropped(one.live)
        lane.waiting = kept
