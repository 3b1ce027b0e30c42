"""When a simulated device can be heard, and when it ends a link by itself."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence

from bumble.device import Connection, Device

from adapters.simulator.clock import Clock, sleep_until
from adapters.simulator.device_text import SimulatedDevice
from adapters.simulator.outgoing import Outgoing
from adapters.simulator.waiting import heeding, let_go

_ASKS_WITHIN_S = 30.0
"""How long a device that leaves by itself gives a peer to find out what it offers."""

_LOOKS = 8
"""How often it looks, in the time after which it leaves, whether it may."""


class Presence:
    """The advertising of one device, and the end of its links.

    Attributes:
        visits: how often a peer has connected to it.
    """

    def __init__(
        self, device: SimulatedDevice, host: Device, outgoing: Outgoing, clock: Clock
    ) -> None:
        self.visits = 0
        self._peers: list[Connection] = []
        self._device = device
        self._host = host
        self._outgoing = outgoing
        self._clock = clock
        self._away = False
        self._heard_until = 0.0 if math.isfinite(device.heard_for_s) else math.inf
        self._changed = asyncio.Event()
        self._come = asyncio.Event()

    @property
    def peers(self) -> Sequence[Connection]:
        """The links that are up."""
        return self._peers

    def came(self, peer: Connection) -> None:
        """A link has come about."""
        self.visits += 1
        self._peers.append(peer)
        self._outgoing.last = self._clock.time()
        self._changed.set()
        self._come.set()

    def went(self, peer: Connection) -> None:
        """A link is gone."""
        self._peers.remove(peer)
        self._changed.set()

    def measured(self) -> None:
        """It has something to tell: be heard for a while."""
        if math.isfinite(self._device.heard_for_s):
            self._heard_until = self._clock.time() + self._device.heard_for_s
            self._clock.call_at(self._heard_until, self._changed.set)
            self._changed.set()

    async def let_all_go(self) -> None:
        """End every link."""
        for peer in list(self._peers):
            await let_go(peer)

    async def vanish(self, until: float) -> None:
        """End every link, and be heard by nobody until then."""
        self._away = True
        await self.let_all_go()
        self._changed.set()
        await sleep_until(self._clock, until)
        self._away = False
        self._changed.set()

    async def run(self) -> None:
        """Be found by those who look for it, for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._advertise())
            if math.isfinite(self._device.stays_for_s):
                tasks.create_task(self._leave_when_done())

    async def _advertise(self) -> None:
        while True:
            self._changed.clear()
            full = len(self._peers) >= self._device.most_links
            if full or self._away or self._clock.time() >= self._heard_until:
                await heeding(self._host.stop_advertising())
            elif not self._host.is_advertising:
                await heeding(self._host.start_advertising())
            await self._changed.wait()

    async def _leave_when_done(self) -> None:
        """End a link on which nothing happens any more, and be silent until something is new."""
        stays = self._device.stays_for_s
        while True:
            self._come.clear()
            if not self._peers:
                await self._come.wait()
                continue
            wait = stays if self._outgoing.has_sent else max(stays, _ASKS_WITHIN_S)
            idle_s = self._clock.time() - self._outgoing.last
            if idle_s < wait or not self._outgoing.is_idle:
                await sleep_until(self._clock, self._clock.time() + stays / _LOOKS)
                continue
            if math.isfinite(self._heard_until):
                self._heard_until = self._clock.time()
            await self.let_all_go()
