"""The gateway's side of the air: one Bumble host that any number of scanners and clients share."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable

from bumble import core, hci
from bumble.device import Advertisement, Connection, Device, DeviceConfiguration
from bumble.pairing import PairingConfig
from bumble.transport.common import TransportSink, TransportSource

from adapters.simulator import hot
from adapters.simulator.waiting import heeding

_CHIP_ANSWERS_S = 1.0

Hearer = Callable[[Advertisement], None]


class Central:
    """A host stack in the central role.

    The chip can scan once and make one connection at a time; this is where those who want to
    share it take turns.
    """

    def __init__(self, device: Device) -> None:
        self.device = device
        self._connecting = asyncio.Lock()
        self._switching = asyncio.Lock()
        self._hearers: dict[Hearer, bool] = {}
        self._scanning_actively: bool | None = None
        device.on(Device.EVENT_ADVERTISEMENT, self._on_advertisement)

    async def listen(self, hearer: Hearer, *, active: bool) -> None:
        """Give every advertisement to `hearer` until it is dismissed."""
        self._hearers[hearer] = active
        await heeding(self._switch())

    async def dismiss(self, hearer: Hearer) -> None:
        """Stop giving advertisements to `hearer`."""
        self._hearers.pop(hearer, None)
        await self._switch()

    async def _switch(self) -> None:
        async with self._switching:
            wanted = any(self._hearers.values()) if self._hearers else None
            if wanted == self._scanning_actively:
                return
            if self._scanning_actively is not None:
                await self.device.stop_scanning()
            if wanted is not None:
                await self.device.start_scanning(active=wanted, filter_duplicates=False)
            self._scanning_actively = wanted

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        for hearer in list(self._hearers):
            hearer(advertisement)

    async def connect(self, address: hci.Address) -> Connection:
        """Make a link, after those who asked before; cancel it to give up.

        Raises:
            ConnectionError: the chip refused.
        """
        async with self._connecting:
            try:
                return await heeding(self.device.connect(address, timeout=None))
            except asyncio.CancelledError:
                await asyncio.shield(self._give_up(address))
                raise

    def lost(self) -> None:
        """The chip is gone, and every link with it."""
        for handle in list(self.device.connections):
            self.device.on_disconnection(handle, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)

    async def _give_up(self, address: hci.Address) -> None:
        with contextlib.suppress(hci.HCI_Error, core.BaseBumbleError, TimeoutError):
            async with asyncio.timeout(_CHIP_ANSWERS_S):
                await self.device.send_sync_command(hci.HCI_LE_Create_Connection_Cancel_Command())
        for connection in list(self.device.connections.values()):
            if connection.peer_address == address and connection.role == hci.Role.CENTRAL:
                await connection.disconnect()


@contextlib.asynccontextmanager
async def powered(
    source: TransportSource, sink: TransportSink, name: str
) -> AsyncIterator[Central]:
    """A central on this chip, switched on; every link is let go at the end."""
    address = hci.Address.generate_static_address()
    config = DeviceConfiguration(
        name=name,
        address=address,
        irk=secrets.token_bytes(16),
        # The sensors keep their addresses, so none need be looked for under another.
        address_resolution_offload=True,
    )
    device = hot.device(config, source, sink)
    device.pairing_config_factory = lambda _connection: PairingConfig(
        sc=True, mitm=False, bonding=True
    )
    await device.power_on()
    try:
        yield Central(device)
    finally:
        for connection in list(device.connections.values()):
            with contextlib.suppress(core.BaseBumbleError, hci.HCI_Error, TimeoutError):
                async with asyncio.timeout(_CHIP_ANSWERS_S):
                    await connection.disconnect()
        with contextlib.suppress(core.BaseBumbleError):
            await device.power_off()
