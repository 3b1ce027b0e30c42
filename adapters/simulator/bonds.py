"""How a simulated device pairs, and what it remembers of whom it is paired with.

A device keeps what a bonded peer subscribed to, and sends to it without being asked again: many
send their record within milliseconds of the encryption. Bumble's server forgets it with the link.

Source: Bluetooth Core 6.0, Vol 3, Part G, 3.3.3.3 (a subscription of a bonded peer is kept); Part
H, 2.3.5.1 (which capabilities lead to a passkey).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bumble.device import Connection, Device
from bumble.keys import MemoryKeyStore, PairingKeys
from bumble.pairing import PairingConfig, PairingDelegate

from adapters.simulator.clock import Clock
from adapters.simulator.sensor import Pairing
from adapters.simulator.waiting import let_go

Subscribed = Callable[[int], object]


class Display(PairingDelegate):
    """A device with a display: it shows six digits, and pairs with nobody who cannot type them."""

    def __init__(self, passkey: int) -> None:
        super().__init__(PairingDelegate.IoCapability.DISPLAY_OUTPUT_ONLY)
        self._passkey = passkey

    async def generate_passkey(self) -> int:
        """What it shows."""
        return self._passkey

    async def confirm(self, auto: bool = False) -> bool:
        """Without a passkey: no."""
        return False


def pairing_config(pairing: Pairing, passkey: int) -> PairingConfig:
    """How a device pairs that asks for this."""
    if pairing == "passkey":
        return PairingConfig(sc=True, mitm=True, bonding=True, delegate=Display(passkey))
    return PairingConfig(sc=True, mitm=False, bonding=True)


class Bonds:
    """What bonded peers subscribed to, by their address."""

    def __init__(
        self,
        host: Device,
        clock: Clock,
        *,
        pairing: Pairing,
        early_s: float,
        remembers: bool,
        again: Subscribed,
    ) -> None:
        """Begin without any bond.

        Args:
            host: the device's host stack.
            clock: by which `early_s` goes.
            pairing: what it asks for.
            early_s: how soon after the encryption a kept subscription counts again.
            remembers: whether it keeps any.
            again: called with the handle of each kept subscription, when it counts again.
        """
        self._host = host
        self._clock = clock
        self._pairing = pairing
        self._early_s = early_s
        self._remembers = remembers
        self._again = again
        self._strangers: asyncio.Queue[Connection] = asyncio.Queue()
        self._kept: dict[str, dict[int, bytes]] = {}

    def greet(self, peer: Connection) -> None:
        """Watch a new link for its encryption."""
        peer.on(peer.EVENT_CONNECTION_ENCRYPTION_CHANGE, lambda: self._encrypted(peer))
        peer.on(peer.EVENT_PAIRING, lambda keys: self._paired(peer, keys))

    async def run(self) -> None:
        """Throw out who paired without the passkey that is wanted, for ever."""
        while True:
            peer = await self._strangers.get()
            if self._host.keystore is not None:
                await self._host.keystore.delete(str(peer.peer_address))
            await let_go(peer)

    def _paired(self, peer: Connection, keys: PairingKeys) -> None:
        key = keys.ltk or keys.ltk_peripheral or keys.ltk_central
        if self._pairing == "passkey" and not (key is not None and key.authenticated):
            self._strangers.put_nowait(peer)
        else:
            self.note(peer)

    def note(self, peer: Connection) -> None:
        """What a peer subscribed to has changed: keep that, if it is bonded."""
        if self._remembers and self._is_bonded(peer):
            subscribed = self._host.gatt_server.subscribers.get(peer, {})
            self._kept[str(peer.peer_address)] = dict(subscribed)

    async def forget(self) -> None:
        """Forget everybody."""
        self._kept.clear()
        if self._host.keystore is not None:
            await self._host.keystore.delete_all()

    def _is_bonded(self, peer: Connection) -> bool:
        store = self._host.keystore
        known = isinstance(store, MemoryKeyStore) and str(peer.peer_address) in store.all_keys
        return bool(known and peer.is_encrypted)

    def _encrypted(self, peer: Connection) -> None:
        if peer.is_encrypted and (kept := self._kept.get(str(peer.peer_address))):
            when = self._clock.time() + self._early_s
            self._clock.call_at(when, self._restore, peer, dict(kept))

    def _restore(self, peer: Connection, kept: dict[int, bytes]) -> None:
        if peer.handle not in self._host.connections:
            return
        said = self._host.gatt_server.subscribers.setdefault(peer, {})
        for handle, bits in kept.items():
            if handle not in said:
                said[handle] = bits
                if any(bits):
                    self._again(handle)
