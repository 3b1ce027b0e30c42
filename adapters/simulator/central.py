"""The gateway's side of the air: one Bumble host that any number of scanners and clients share."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

from bumble import core, hci
from bumble.device import Advertisement, Connection, Device, DeviceConfiguration
from bumble.pairing import PairingConfig, PairingDelegate
from bumble.transport.common import TransportSink, TransportSource

from adapters.simulator import hot
from adapters.simulator.waiting import heeding, let_go

_CHIP_ANSWERS_S = 1.0

Hearer = Callable[[Advertisement], None]

AskPasskey = Callable[[str], Awaitable[int | None]]
"""Asked with the address of a device for the six digits that it shows; None gives up."""


class Keyboard(PairingDelegate):
    """Somebody who can read what a device shows, and type it here."""

    def __init__(self, address: str, ask: AskPasskey) -> None:
        super().__init__(PairingDelegate.IoCapability.DISPLAY_OUTPUT_AND_KEYBOARD_INPUT)
        self._address = address
        self._ask = ask

    async def get_number(self) -> int | None:
        """What was typed."""
        return await self._ask(self._address)


class Central:
    """A host stack in the central role.

    The chip can scan once and make one connection at a time; this is where those who want to
    share it take turns.
    """

    def __init__(
        self, device: Device, *, keeps_early: bool = True, passkey: AskPasskey | None = None
    ) -> None:
        """A host stack that is switched on.

        Args:
            device: Bumble's.
            keeps_early: whether values of bonded devices are kept that come before anybody has
                subscribed on this link; most Bluetooth stacks lose them.
            passkey: who is asked for the six digits that a device shows; nobody, if left out:
                then devices that want them cannot be paired with.
        """
        self.device = device
        self.keeps_early = keeps_early
        self._ask_passkey = passkey
        self._asked: dict[int, AskPasskey] = {}
        device.pairing_config_factory = self._pairing
        self._connecting = asyncio.Lock()
        self._switching = asyncio.Lock()
        self._hearers: dict[Hearer, bool] = {}
        self._scanning_actively: bool | None = None
        device.on(Device.EVENT_ADVERTISEMENT, self._on_advertisement)

    @contextlib.contextmanager
    def asking(self, connection: Connection, passkey: AskPasskey | None) -> Iterator[None]:
        """Ask this one for the passkey of this link, if one is needed."""
        ask = passkey or self._ask_passkey
        if ask is not None:
            self._asked[connection.handle] = ask
        try:
            yield
        finally:
            self._asked.pop(connection.handle, None)

    def _pairing(self, connection: Connection) -> PairingConfig:
        ask = self._asked.get(connection.handle)
        if ask is None:
            return PairingConfig(sc=True, mitm=False, bonding=True)
        delegate = Keyboard(connection.peer_address.to_string(False), ask)
        return PairingConfig(sc=True, mitm=True, bonding=True, delegate=delegate)

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
    source: TransportSource,
    sink: TransportSink,
    name: str,
    *,
    keeps_early: bool = True,
    passkey: AskPasskey | None = None,
) -> AsyncIterator[Central]:
    """A central on this chip, switched on; every link is let go at the end.

    Args:
        source: what comes from the chip.
        sink: what goes to the chip.
        name: what it calls itself.
        keeps_early: as in `Central`.
        passkey: as in `Central`.
    """
    address = hci.Address.generate_static_address()
    config = DeviceConfiguration(
        name=name,
        address=address,
        irk=secrets.token_bytes(16),
        # The sensors keep their addresses, so none need be looked for under another.
        address_resolution_offload=True,
    )
    device = hot.device(config, source, sink)
    await device.power_on()
    try:
        yield Central(device, keeps_early=keeps_early, passkey=passkey)
    finally:
        # All at once, and only so long: a simulator that has ended answers none of them.
        with contextlib.suppress(core.BaseBumbleError, hci.HCI_Error, TimeoutError):
            async with asyncio.timeout(_CHIP_ANSWERS_S):
                await asyncio.gather(*map(let_go, list(device.connections.values())))
                await device.power_off()
