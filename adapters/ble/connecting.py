"""Connects to one device, within bounds whatever device, driver and radio do, and lets go."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from bleak import BleakClient
from bleak.backends.device import BLEDevice

from adapters.ble.bond import ENOUGH_LINKS
from adapters.ble.bounded import bounded, surely
from adapters.ble.station import Station
from adapters.ble.talk import RADIO_ERRORS
from adapters.ble.watching import LinksSeen
from adapters.reading import DeviceKey

_ATTEMPTS = 2


class Connecting:
    """The connections to one device, one after the other.

    Attributes:
        links: how many links came and went within the last attempt, if it failed.
        tried: when that began, by the loop's time.
        gone: set when the adapter or Bluetooth itself went since then.
    """

    def __init__(self, address: str, device: DeviceKey, station: Station) -> None:
        self.links = 0
        self.tried = 0.0
        self.gone = asyncio.Event()
        self._address = address
        self._device = device
        self._station = station
        self._lost: asyncio.Event | None = None

    def lose(self) -> None:
        """The adapter or Bluetooth itself went, and with it whatever link there was."""
        self.gone.set()
        if self._lost is not None:
            self._lost.set()

    async def attempt(
        self, device: BLEDevice, lost: asyncio.Event, *, patient: bool
    ) -> BleakClient:
        """A client whose services are known; whatever happens meanwhile, it ends in time.

        Args:
            device: as just heard.
            lost: set when the link is lost.
            patient: whether it gets all of its time. A first attempt does not: many devices fall
                asleep again within seconds, and while one is called no other is heard.

        Raises:
            BleakError, TimeoutError: no connection came about.
        """
        settings, watches = self._station.settings, self._station.radio.watches
        self.links, self.tried = 0, asyncio.get_running_loop().time()
        self.gone.clear()
        within = settings.connect_timeout / (1 if patient else 2)
        async with self._watched_links() as seen:
            asked = self._station.radio.connect(
                device, self._device, lambda _client: lost.set(), attempts=_ATTEMPTS
            )
            try:
                client = await bounded(
                    asked,
                    within,
                    grace=settings.close_timeout,
                    until=(self.gone, seen.enough),
                    finish=0.0 if watches is None else settings.finish_timeout,
                    undo=lambda client: surely(client.disconnect(), settings.close_timeout),
                )
            except RADIO_ERRORS:
                self.links = seen.count
                raise
        if client.is_connected:
            lost.clear()
            self._lost = lost
        return client

    async def give_up(self) -> None:
        """No client came of it: let go of a link that pairing or the attempt left up all the same.

        BlueZ would go on confirming to the device what nobody takes in.
        """
        if (watches := self._station.radio.watches) is not None:
            await surely(watches.let_go(self._address), self._station.settings.close_timeout)

    @contextlib.asynccontextmanager
    async def letting_go(self, client: BleakClient) -> AsyncIterator[None]:
        """Let go of the link with the end of the block."""
        try:
            yield
        finally:
            self._lost = None
            await surely(client.disconnect(), self._station.settings.close_timeout)

    @contextlib.asynccontextmanager
    async def _watched_links(self) -> AsyncIterator[LinksSeen]:
        watches = self._station.radio.watches
        if watches is None or not await watches.is_bonded(self._address):
            yield LinksSeen()
            return
        async with watches.links(self._address, ENOUGH_LINKS) as seen:
            yield seen
