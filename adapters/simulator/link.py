"""The virtual radio: what is between the antennas.

Bumble's own link delivers everything at once, repeats the advertisement as the scan response and
hears every device at -50 dBm. Here a scan response is the one that the device set, every device
has a signal strength of its own, and time on the air may be modelled: Bluetooth Core 6.0, Vol 6,
Part B, 4.4.2 (advertising and scanning) and 4.5.1 (connection events).
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from bumble import hci, ll
from bumble.controller import Controller
from bumble.core import PhysicalTransport

from adapters.simulator.clock import Clock
from adapters.simulator.controller import Air, Heard, RadioController


@dataclass(frozen=True, slots=True)
class Conditions:
    """How good the air is.

    Attributes:
        interval: seconds between connection events; 0 delivers at once (for tests).
        loss: share of data packets that must be sent again at the next connection event.
        unheard: share of advertisements that a scanner misses.
        rssi: signal strength of a device that nobody has placed, dBm.
        jitter: how far each heard signal strength strays from it, dB.
        seed: the same seed loses the same packets.
    """

    interval: float = 0.0
    loss: float = 0.0
    unheard: float = 0.0
    rssi: int = -60
    jitter: int = 3
    seed: int = 1


class RadioLink(Air):
    """The air that all controllers of one simulation share."""

    def __init__(
        self,
        conditions: Conditions | None = None,
        clock: Clock | None = None,
        *,
        most_links: int | None = None,
    ) -> None:
        """Clear air.

        Args:
            conditions: how good it is.
            clock: by which its time goes; left out: the event loop's.
            most_links: how many links each chip can hold at a time, if not said otherwise.
        """
        super().__init__()  # type: ignore[no-untyped-call]  # Bumble's, untyped
        self.conditions = conditions or Conditions()
        self._clock = clock
        self._most_links = most_links
        self._random = random.Random(self.conditions.seed)  # noqa: S311 - weather, not a secret
        self._by_address: dict[hci.Address, Controller] = {}
        self._ears: dict[RadioController, None] = {}
        self._places: dict[str, Conditions] = {}
        self._next_event: dict[tuple[str, str], float] = {}
        self._on_the_air: defaultdict[tuple[str, str], deque[Callable[[], None]]] = defaultdict(
            deque
        )

    @property
    def clock(self) -> Clock:
        """By which time goes on this air: the event loop's, if no other was given."""
        return self._clock or asyncio.get_running_loop()

    def controller(self, name: str, address: str | None = None) -> RadioController:
        """A new radio chip on this air.

        Args:
            name: for logs.
            address: a public address that it has from its maker; few hosts need one.
        """
        chip = RadioController(name, link=self)
        chip.most_links = self._most_links
        if address is not None:
            chip.public_address = hci.Address(address, hci.Address.PUBLIC_DEVICE_ADDRESS)
            self._by_address[chip.public_address] = chip
        return chip

    def place(self, address: str, rssi: int) -> None:
        """Say how strongly the device at this address is heard, in dBm."""
        self.place_in(address, replace(self.conditions, rssi=rssi))

    def place_in(self, address: str, conditions: Conditions) -> None:
        """Say how the air is around the device at this address."""
        self._places[address.upper()] = conditions

    def remove(self, controller: Controller) -> None:
        """Take a chip off the air, as when its power fails: its peers lose their links at once."""
        controller.le_legacy_advertiser.stop()
        for connection in list(controller.le_connections.values()):
            connection.send_ll_control_pdu(
                ll.TerminateInd(hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)
            )
        controller.le_connections.clear()
        controller.host = None
        self.controllers.discard(controller)
        self._ears = {ear: None for ear in self._ears if ear is not controller}
        for address in [a for a, there in self._by_address.items() if there is controller]:
            del self._by_address[address]

    def on_address_changed(self, controller: Controller) -> None:
        """Called by a controller whose host gave it an address."""
        self._by_address[controller.random_address] = controller

    def listens(self, controller: RadioController) -> None:
        """Called by a controller that begins to scan or to connect; most never do."""
        self._ears[controller] = None

    def find_le_controller(self, address: hci.Address) -> Controller | None:
        """The chip with this address, if it is on the air."""
        return self._by_address.get(address) or super().find_le_controller(address)

    def send_advertising_pdu(
        self, sender_controller: Controller, packet: ll.AdvertisingPdu
    ) -> None:
        """Deliver a connection request to whom it is for, an advertisement to all who listen."""
        if isinstance(packet, ll.ConnectInd):
            # At once: after it nobody else can connect to the same advertisement.
            if advertiser := self.find_le_controller(packet.advertiser_address):
                advertiser.on_ll_advertising_pdu(packet)
            return
        if not isinstance(packet, ll.AdvInd):
            return
        loop = asyncio.get_running_loop()
        unheard = self._at(packet.advertiser_address.to_string(False)).unheard
        for listener in self._ears:
            if listener is sender_controller or not listener.is_listening:
                continue
            if self._random.random() < unheard:
                continue
            heard = Heard(
                advertiser_address=packet.advertiser_address,
                data=packet.data,
                scan_response=bytes(sender_controller.le_legacy_advertiser.scan_response_data),
                rssi=self._strength(packet.advertiser_address),
                advertiser=sender_controller.le_legacy_advertiser,
            )
            loop.call_soon(listener.on_ll_advertising_pdu, heard)

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: hci.Address,
        transport: PhysicalTransport,
        data: bytes,
    ) -> None:
        """Deliver data at its connection event, in the order in which it was sent."""
        source = sender_controller.random_address
        # A host may take another random address while links are up that began under another.
        if connection := sender_controller.le_connections.get(destination_address):
            source = connection.self_address

        def deliver() -> None:
            receiver = self.find_le_controller(destination_address)
            if receiver is not None and source in receiver.le_connections:
                receiver.on_link_acl_data(source, transport, data)

        self._at_next_event(source.to_string(False), destination_address.to_string(False), deliver)

    def send_ll_control_pdu(
        self,
        sender_address: hci.Address,
        receiver_address: hci.Address,
        packet: ll.ControlPdu,
    ) -> None:
        """Deliver control of the link after the data that was sent before it."""

        def deliver() -> None:
            receiver = self.find_le_controller(receiver_address)
            if receiver is not None and sender_address in receiver.le_connections:
                receiver.on_ll_control_pdu(sender_address, packet)

        self._at_next_event(
            sender_address.to_string(False), receiver_address.to_string(False), deliver
        )

    def _at(self, *addresses: str) -> Conditions:
        """As they are where one of these is that has been placed; a link has two ends."""
        for address in addresses:
            if (placed := self._places.get(address)) is not None:
                return placed
        return self.conditions

    def _strength(self, address: hci.Address) -> int:
        place = self._at(address.to_string(False))
        jitter = place.jitter
        return place.rssi + (self._random.randint(-jitter, jitter) if jitter else 0)

    def _at_next_event(self, source: str, destination: str, deliver: Callable[[], None]) -> None:
        place = self._at(source, destination)
        interval = place.interval
        if not interval:
            asyncio.get_running_loop().call_soon(deliver)
            return
        clock = self.clock
        key = (source, destination)
        # A packet sent in an event goes out at the next one, never before an earlier packet.
        due = max((clock.time() // interval + 1) * interval, self._next_event.get(key, 0.0))
        while self._random.random() < place.loss:
            due += interval
        self._next_event[key] = due
        # Timers of one instant go off in any order, but the oldest packet is delivered first.
        waiting = self._on_the_air[key]
        waiting.append(deliver)
        clock.call_at(due, lambda: waiting.popleft()())
