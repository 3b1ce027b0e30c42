"""Which radio bleak speaks through: the machine's own, or another that has the same face."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from bleak import BleakAdapter, BleakClient, BleakScanner
from bleak.args.bluez import (
    BlueZAdapterArgs,
    BlueZClientArgs,
    BlueZDiscoveryFilters,
    BlueZScannerArgs,
)
from bleak.backends.adapter import BaseBleakAdapter
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.exc import BleakError
from bleak_retry_connector import establish_connection

from adapters.ble.asking import Pairs
from adapters.ble.keeping import Keeps
from adapters.ble.watching import Chosen, Watches

OnHeard = Callable[[BLEDevice, AdvertisementData], None]
OnLost = Callable[[BleakClient], None]

_ANSWER_WITHIN = 2.0

# Otherwise BlueZ tells of a device again only once its signal has changed by 8 dB: one that lies
# still would pass for one that fell asleep (BlueZ 5.82, src/device.c, RSSI_THRESHOLD).
_EVERY_TIME = BlueZDiscoveryFilters(DuplicateData=True)


@dataclass(frozen=True, slots=True)
class Radio:
    """The back ends that are handed to bleak; None means the machine's own.

    Attributes:
        scanner: a scanner back end.
        client: a client back end.
        adapter: the adapter's name on Linux, e.g. ``hci1``, where nobody watches; None for the
            system's first.
        links: an adapter back end, asked for links that are up already.
        pairs: who pairs devices; None where bleak or the system does that.
        keeps: who holds what bonded devices send before bleak listens; None where that is not
            lost.
        watches: who knows which adapter there is; None where bleak or the system does.
    """

    scanner: type[BaseBleakScanner] | None = None
    client: type[BaseBleakClient] | None = None
    adapter: str | None = None
    links: type[BaseBleakAdapter] | None = None
    pairs: Pairs | None = None
    keeps: Keeps | None = None
    watches: Watches | None = None

    def chosen(self) -> Chosen | None:
        """The adapter to listen through now, where somebody watches.

        Raises:
            AdapterError: there is none.
        """
        return None if self.watches is None else self.watches.chosen()

    def _name(self) -> str | None:
        chosen = self.chosen()
        return self.adapter if chosen is None else chosen.name

    def listening(self, heard: OnHeard) -> BleakScanner:
        """A scanner, not started yet, that calls back for each advertisement.

        Raises:
            AdapterError: there is no adapter.
        """
        return BleakScanner(heard, bluez=self.scans_by(), backend=self.scanner)

    def scans_by(self) -> BlueZScannerArgs:
        """What a scan on Linux is asked for.

        Raises:
            AdapterError: there is no adapter.
        """
        asked = BlueZScannerArgs(filters=_EVERY_TIME)
        if name := self._name():
            asked["adapter"] = name
        return asked

    async def connect(
        self, device: BLEDevice, name: str, lost: OnLost, *, attempts: int
    ) -> BleakClient:
        """A connected client of the plain class, so that no bond is ever removed to get there.

        Args:
            device: as just heard by the scanner.
            name: what error messages call it; never its address.
            lost: called when the link is lost or closed.
            attempts: how often to try before giving up.

        Raises:
            BleakError: no connection came about.
            AdapterError: there is no adapter.
        """
        adapter = self._name()
        bluez = BlueZClientArgs(adapter=adapter) if adapter else BlueZClientArgs()
        client = await establish_connection(
            BleakClient,
            device,
            name,
            lost,
            max_attempts=attempts,
            backend=self.client,
            bluez=bluez,
        )
        if self.watches is not None:
            await self.watches.complete(client)
        return client

    async def connected(self) -> list[BLEDevice]:
        """Devices whose link is up already, e.g. left so by a crash: they do not advertise.

        Nothing where the radio cannot tell.
        """
        if self.links is None and self.client is not None:
            return []
        name = self._name()
        bluez = BlueZAdapterArgs(adapter=name) if name else BlueZAdapterArgs()
        try:
            async with asyncio.timeout(_ANSWER_WITHIN):
                adapter = await BleakAdapter.get(bluez=bluez, backend=self.links)
                return await adapter.get_connected_devices()
        except (BleakError, NotImplementedError, OSError, TimeoutError):
            return []
