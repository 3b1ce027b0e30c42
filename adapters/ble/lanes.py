"""What waits to be taken out: a lane for each device, in turn, so that none holds up the others.

Live packets wait a little, so that those of one device are decoded together.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from adapters.ble.hearing import Hearing
from adapters.ble.paired import Paired
from adapters.local_events import Packet
from adapters.reading import DeviceKey, Gap, Instant
from adapters.source import Arrival

Make = Callable[[], Sequence[Arrival]]
"""Gives the arrivals once their turn has come."""

Decode = Callable[[Paired, Sequence[Packet], Hearing], Sequence[Arrival]]
"""Gives the arrivals of live packets of one link, in their order."""

_TOGETHER = 50
"""Live packets of one device that are taken out in one turn."""

_WHY = "more came than could be taken in"


@dataclass(frozen=True, slots=True)
class _Live:
    paired: Paired
    packet: Packet
    hearing: Hearing


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
    waiting: deque[Make | _Live] = field(default_factory=deque)
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

    def __init__(self, longest: int, dropped: Callable[[Packet], None], decode: Decode) -> None:
        self._longest = longest
        self._dropped = dropped
        self._decode = decode
        self._lanes: dict[DeviceKey, _Lane] = {}
        self._turns: deque[DeviceKey] = deque()
        self._some = asyncio.Event()
        self._urgent = asyncio.Event()

    def put(self, paired: Paired, make: Make, *, urgent: bool = False) -> None:
        """Put something behind what waits for this device."""
        lane = self._lane(paired)
        lane.waiting.append(make)
        self._queue_up(lane)
        if urgent:
            self._urgent.set()

    def put_live(self, paired: Paired, packet: Packet, hearing: Hearing) -> None:
        """Put a live packet behind what waits for this device.

        Those of one link that come to stand next to each other are decoded together.
        """
        lane = self._lane(paired)
        lane.waiting.append(_Live(paired, packet, hearing))
        lane.live += 1
        if lane.live > self._longest // 2:
            self._urgent.set()
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
            made = self._take_live(lane, one) if isinstance(one, _Live) else one()
            self._queue_up(lane)
            if made:
                return made
        return ()

    async def wait(self, gather: float) -> None:
        """Return once there may be something to take out.

        What is live may wait for so many seconds, since those of a device cost less together.
        """
        await self._some.wait()
        if gather:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(gather):
                    await self._urgent.wait()
        self._some.clear()
        self._urgent.clear()

    def wake(self) -> None:
        """Let whoever waits look again."""
        self._some.set()
        self._urgent.set()

    def _lane(self, paired: Paired) -> _Lane:
        lane = self._lanes.setdefault(paired.device, _Lane(paired))
        lane.paired = paired
        return lane

    def _queue_up(self, lane: _Lane) -> None:
        if lane.waiting and not (lane.held or lane.queued):
            lane.queued = True
            self._turns.append(lane.paired.device)
            self._some.set()

    def _take_live(self, lane: _Lane, first: _Live) -> Sequence[Arrival]:
        packets = [first.packet]
        while lane.waiting and len(packets) < _TOGETHER:
            one = lane.waiting[0]
            if not isinstance(one, _Live) or one.hearing is not first.hearing:
                break
            packets.append(one.packet)
            lane.waiting.popleft()
        lane.live -= len(packets)
        since, lane.missed, lane.last = lane.missed, None, packets[-1].received
        arrivals = self._decode(first.paired, packets, first.hearing)
        if since is None:
            return arrivals
        until = packets[0].received
        return [Gap(lane.paired.person, lane.paired.device, since, until, _WHY), *arrivals]

    def _drop(self, lane: _Lane) -> None:
        kept: deque[Make | _Live] = deque()
        too_many = lane.live - max(self._longest // 2, 1)
        for one in lane.waiting:
            if not isinstance(one, _Live) or not too_many:
                kept.append(one)
                continue
            too_many -= 1
            lane.live -= 1
            if lane.missed is None:
                lane.missed = one.packet.received if lane.last is None else lane.last
            self._dropped(one.packet)
        lane.waiting = kept
