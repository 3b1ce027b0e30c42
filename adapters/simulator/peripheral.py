"""A simulated sensor on the virtual radio: it advertises, is connected to, and sends by itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque

from bumble import att, core, hci
from bumble.device import Connection, Device
from bumble.gatt import Characteristic

from adapters.ble.characteristics.battery_level import UUID as BATTERY
from adapters.simulator import table
from adapters.simulator.emissions import Emission, battery_at, emissions
from adapters.simulator.emitted import Emitted
from adapters.simulator.link import RadioLink
from adapters.simulator.scenario import Fault, Scenario, SimulatedDevice
from adapters.simulator.waiting import heeding, is_cancelled

_CONFIRMED_WITHIN_S = 30.0
"""Bluetooth Core 6.0, Vol 3, Part F, 3.3.3: after it the link is of no use any more."""

_NOTIFY, _INDICATE = 1, 2


class Peripheral:
    """One sensor of a scenario.

    Attributes:
        waiting: stored records that no peer has confirmed yet, oldest first; they outlive links.
    """

    def __init__(
        self, scenario: Scenario, device: SimulatedDevice, link: RadioLink, emitted: Emitted
    ) -> None:
        self.scenario = scenario
        self.device = device
        self.identity = scenario.identity(device)
        self.waiting: deque[Emission] = deque()
        self._emitted = emitted
        self._link = link
        self._chip = link.controller(self.identity.name)
        sensor = device.sensor
        irk = scenario.chance(device.id, "irk")[:16]
        self._host = table.host(self._chip, self.identity, sensor.service, irk)
        services = sensor.services(self.identity, battery_at(scenario, device, 0.0))
        self._table = table.serve(self._host, services, protected=device.protected)
        for characteristic in self._table.values():
            characteristic.on(Characteristic.EVENT_SUBSCRIPTION, self._on_subscription)
        self._host.on(Device.EVENT_CONNECTION, self._on_connection)
        self._peers: list[Connection] = []
        self._peers_changed = asyncio.Event()
        self._may_deliver = asyncio.Event()
        self._away = False
        self._started = 0.0
        link.place(self.identity.address, device.rssi)

    async def power_on(self) -> None:
        """Get ready; nothing is on the air yet."""
        await self._host.power_on()

    async def run(self, started: float) -> None:
        """Be on the air until cancelled.

        Args:
            started: when the scenario started, in the time of the event loop.
        """
        self._started = started
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._be_findable())
                tasks.create_task(self._send())
                tasks.create_task(self._deliver())
                for fault in self.device.faults:
                    if fault.what == "drop-link":
                        tasks.create_task(self._drop(fault))
        finally:
            self._link.remove(self._chip)

    async def _be_findable(self) -> None:
        while True:
            self._peers_changed.clear()
            if self._peers or self._away:
                await heeding(self._host.stop_advertising())
            elif not self._host.is_advertising:
                await heeding(self._host.start_advertising())
            await self._peers_changed.wait()

    async def _send(self) -> None:
        for emission in emissions(self.scenario, self.device):
            await self._until(emission.at_ms / 1000)
            characteristic = self._table[emission.characteristic]
            if emission.characteristic == BATTERY:
                characteristic.value = emission.data
            if emission.stored:
                self.waiting.append(emission)
                self._may_deliver.set()
            elif peers := self._subscribed(characteristic, _NOTIFY):
                notification = att.ATT_Handle_Value_Notification(
                    attribute_handle=characteristic.handle, attribute_value=emission.data
                )
                for peer in peers:
                    self._host.gatt_server.send_gatt_pdu(peer, bytes(notification))
                self._emitted.note(emission, "notified", self._now_ms())

    async def _deliver(self) -> None:
        characteristic = self._table[self.device.sensor.measures]
        while True:
            await self._may_deliver.wait()
            self._may_deliver.clear()
            while self.waiting and (peers := self._subscribed(characteristic, _INDICATE)):
                if await self._confirmed(peers[0], characteristic, self.waiting[0]):
                    self._emitted.note(self.waiting.popleft(), "indicated", self._now_ms())

    async def _confirmed(
        self, peer: Connection, characteristic: Characteristic[bytes], record: Emission
    ) -> bool:
        indication = self._host.indicate_subscriber(peer, characteristic, record.data, force=True)
        try:
            async with asyncio.timeout(_CONFIRMED_WITHIN_S):
                await heeding(peer.cancel_on_disconnection(indication))
        except TimeoutError:
            await self._let_go(peer)
            return False
        except asyncio.CancelledError:
            if is_cancelled():
                raise
            # The link went away before the confirmation came: the record stays.
            return False
        return True

    def _subscribed(self, characteristic: Characteristic[bytes], way: int) -> list[Connection]:
        subscriptions = self._host.gatt_server.subscribers
        bits = [(p, subscriptions.get(p, {}).get(characteristic.handle)) for p in self._peers]
        return [peer for peer, subscribed in bits if subscribed and subscribed[0] & way]

    async def _drop(self, fault: Fault) -> None:
        await self._until(fault.at_s)
        self._away = True
        for peer in list(self._peers):
            await self._let_go(peer)
        self._peers_changed.set()
        await self._until(fault.at_s + fault.for_s)
        self._away = False
        self._peers_changed.set()

    async def _let_go(self, peer: Connection) -> None:
        with contextlib.suppress(core.BaseBumbleError, hci.HCI_Error):
            await heeding(peer.disconnect())

    def _on_connection(self, connection: Connection) -> None:
        self._peers.append(connection)
        connection.on(Connection.EVENT_DISCONNECTION, lambda _: self._on_gone(connection))
        self._peers_changed.set()

    def _on_gone(self, connection: Connection) -> None:
        self._peers.remove(connection)
        self._peers_changed.set()

    def _on_subscription(self, *_: object) -> None:
        self._may_deliver.set()

    def _now_ms(self) -> int:
        return round((asyncio.get_running_loop().time() - self._started) * 1000)

    async def _until(self, seconds: float) -> None:
        delay = self._started + seconds - asyncio.get_running_loop().time()
        await asyncio.sleep(max(0.0, delay))
