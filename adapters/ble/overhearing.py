"""Devices that say what they measure in their advertisements: heard, never connected to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Final

from bleak.backends.scanner import AdvertisementData

from adapters.ble.inbox import Inbox
from adapters.ble.paired import Paired
from adapters.ble.profile import MANUFACTURER_DATA, DeviceProfile

AGAIN_AFTER_S: Final = 60.0
"""A device says the same thing many times a second, for as long as somebody stands on it; after
a silence as long as this the same bytes are another measurement."""


class Overhearing:
    """What one device says in its advertisements, each thing once."""

    def __init__(self, paired: Paired, inbox: Inbox) -> None:
        self._paired = paired
        self._inbox = inbox
        self._said: dict[str, tuple[bytes, float]] = {}
        self._waiting: list[tuple[str, bytes]] = []
        self._more = asyncio.Event()

    def hear(self, said: AdvertisementData) -> None:
        """It was heard; what is new of it waits to be taken in."""
        now = asyncio.get_running_loop().time()
        for uuid, data in data_of(self._paired.profile, said):
            before = self._said.get(uuid)
            self._said[uuid] = data, now
            if before is None or before[0] != data or now - before[1] > AGAIN_AFTER_S:
                self._waiting.append((uuid, data))
                self._more.set()

    async def take_in(self) -> None:
        """Take in what waits, without end; it is journalled first, for it is not said again."""
        await self._inbox.begin(self._paired)
        self._inbox.ready(self._paired)
        for uuid in self._paired.profile.hears:
            await self._inbox.recall(self._paired, uuid)
        while True:
            await self._more.wait()
            self._more.clear()
            waiting, self._waiting = self._waiting, []
            for uuid, data in waiting:
                self._inbox.stored(self._paired, uuid, data)


def data_of(profile: DeviceProfile, said: AdvertisementData) -> Iterator[tuple[str, bytes]]:
    """What of an advertisement the profile reads, by the words of its `hears`."""
    for uuid in profile.hears:
        if uuid == MANUFACTURER_DATA:
            maker = profile.matches.manufacturer
            data = None if maker is None else said.manufacturer_data.get(maker)
        else:
            data = said.service_data.get(uuid)
        if data is not None:
            yield uuid, bytes(data)
