"""A simulated sensor on the virtual radio: it advertises, is connected to, and sends by itself."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import math
from collections.abc import Callable
from datetime import datetime, timedelta

from bumble import att, core, hci
from bumble.device import Connection, Device
from bumble.gatt import Characteristic

from adapters.ble.characteristics.battery_level import UUID as BATTERY
from adapters.simulator import table
from adapters.simulator.bonds import Bonds, pairing_config
from adapters.simulator.clock import sleep_until
from adapters.simulator.device_text import SimulatedDevice
from adapters.simulator.emitted import Emitted
from adapters.simulator.faults import Fault
from adapters.simulator.instrument import AttError, Sent
from adapters.simulator.link import RadioLink
from adapters.simulator.making import made
from adapters.simulator.outgoing import Outgoing
from adapters.simulator.scenario import Scenario
from adapters.simulator.turns import Battery, bad_frames, battery_at, turns
from adapters.simulator.waiting import heeding

_DISCOVERS_WITHIN_S = 30.0
"""How long a device that leaves by itself gives a peer to ask for the first thing."""


class Peripheral:
    """One sensor of a scenario.

    Attributes:
        instrument: what it measures with, keeps and answers.
        time: its own clock.
    """

    def __init__(
        self,
        scenario: Scenario,
        device: SimulatedDevice,
        link: RadioLink,
        emitted: Emitted,
        begins: datetime,
    ) -> None:
        self.scenario = scenario
        self.device = device
        self.identity = scenario.identity(device)
        self._emitted = emitted
        self._link = link
        self._clock = link.clock
        self._started = self._clock.time()
        self._begins = begins
        self.instrument, self.time = made(scenario, device, self._right_time, self._is_listening)
        self._chip = link.controller(self.identity.name)
        self._chip.most_links = device.most_links
        self._host = table.host(
            self._chip,
            self.identity,
            device.sensor.service,
            scenario.chance(device.id, "irk")[:16],
            interval_ms=device.advertising_interval_ms,
            scan_response=device.scan_response,
        )
        self.passkey = device.passkey
        if self.passkey is None:
            self.passkey = int.from_bytes(scenario.chance(device.id, "passkey")[:4]) % 1_000_000
        config = pairing_config(device.asks_for, self.passkey)
        self._host.pairing_config_factory = lambda _peer: config
        services = device.sensor.services(self.identity, battery_at(scenario, device, 0.0))
        self._table = table.serve(self._host, services, device.asks_for, self)
        self._uuids = {one.handle: uuid for uuid, one in self._table.items()}
        for uuid, one in self._table.items():
            one.on(Characteristic.EVENT_SUBSCRIPTION, self._on_subscription(uuid))
        interval_ms = device.connection_interval_ms
        if interval_ms is None:
            interval_ms = scenario.connection_interval_ms
        self._outgoing = Outgoing(
            device.id,
            self._host,
            self._table,
            emitted,
            self._clock,
            interval=interval_ms / 1000,
            bad=bad_frames(device),
            let_go=self._let_go,
        )
        self._bonds = Bonds(
            self._host,
            self._clock,
            early_s=device.early_ms / 1000,
            remembers=device.remembers,
            again=lambda handle: self._heard_by(self._uuids[handle]),
        )
        self._host.on(Device.EVENT_CONNECTION, self._on_connection)
        self._peers: list[Connection] = []
        self._changed = asyncio.Event()
        self._idle = asyncio.Event()
        self._away = False
        self._heard_until = 0.0 if math.isfinite(device.heard_for_s) else math.inf
        link.place_in(
            self.identity.address,
            dataclasses.replace(
                link.conditions,
                rssi=device.rssi,
                jitter=device.rssi_jitter,
                interval=interval_ms / 1000,
                loss=scenario.loss if device.loss is None else device.loss,
            ),
        )

    @property
    def undelivered(self) -> int:
        """How many records its instrument keeps that no peer has confirmed."""
        return len(getattr(self.instrument, "kept", ()))

    async def power_on(self) -> None:
        """Get ready; nothing is on the air yet."""
        await self._host.power_on()

    async def run(self, started: float) -> None:
        """Be on the air until cancelled.

        Args:
            started: when the scenario started, in the clock's time.
        """
        self._started = started
        self._outgoing.speak_for(self.instrument, started)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._be_findable())
                tasks.create_task(self._measure())
                tasks.create_task(self._outgoing.run(self._peers))
                if math.isfinite(self.device.stays_for_s):
                    tasks.create_task(self._leave_when_done())
                for fault in self.device.faults:
                    tasks.create_task(self._go_wrong(fault))
        finally:
            self._link.remove(self._chip)

    def read(self, uuid: str) -> bytes:
        """A peer reads what changes."""
        try:
            return self.instrument.read(uuid)
        except AttError as error:
            raise att.ATT_Error(att.ErrorCode(error.code)) from error

    def write(self, peer: Connection, uuid: str, data: bytes) -> None:
        """A peer writes."""
        self._outgoing.last = self._clock.time()
        self._emitted.watch(self.device.id, uuid, data)
        try:
            self._outgoing.say(self.instrument.write(uuid, data))
        except AttError as error:
            raise att.ATT_Error(att.ErrorCode(error.code)) from error

    async def _be_findable(self) -> None:
        while True:
            self._changed.clear()
            full = len(self._peers) >= self.device.most_links
            if full or self._away or self._clock.time() >= self._heard_until:
                await heeding(self._host.stop_advertising())
            elif not self._host.is_advertising:
                await heeding(self._host.start_advertising())
            await self._changed.wait()

    async def _measure(self) -> None:
        for at_ms, due in turns(self.scenario, self.device):
            await self._until(at_ms / 1000)
            if isinstance(due, Battery):
                self._tell_battery(due, at_ms)
                continue
            said = tuple(self.instrument.measure(due))
            self._outgoing.measured(said, at_ms, self._peers)
            if math.isfinite(self.device.heard_for_s):
                self._be_heard_until(self._clock.time() + self.device.heard_for_s)

    def _tell_battery(self, battery: Battery, at_ms: int) -> None:
        if BATTERY in self._table:
            self._table[BATTERY].value = battery.data
            sent = Sent(BATTERY, battery.data, number=battery.number)
            self._outgoing.aside(sent, at_ms, self._peers)

    def _be_heard_until(self, when: float) -> None:
        self._heard_until = when
        self._clock.call_at(when, self._changed.set)
        self._changed.set()

    async def _leave_when_done(self) -> None:
        """Let go of a link on which nothing happens any more, and fall silent."""
        while True:
            self._idle.clear()
            if not self._peers:
                await self._idle.wait()
                continue
            stays = self.device.stays_for_s
            done = self._outgoing.last + (
                stays if self._outgoing.has_sent else max(stays, _DISCOVERS_WITHIN_S)
            )
            if done > self._clock.time() or not self._outgoing.is_idle:
                await sleep_until(self._clock, max(done, self._clock.time() + stays))
                continue
            if math.isfinite(self._heard_until):
                self._heard_until = self._clock.time()
            for peer in list(self._peers):
                await self._let_go(peer)

    async def _go_wrong(self, fault: Fault) -> None:
        if fault.what not in ("drop-link", "forget-bond", "clock-step", "clock-reset"):
            return
        await self._until(fault.at_s)
        match fault.what:
            case "clock-step":
                self.time.step(timedelta(seconds=fault.by_s))
            case "clock-reset":
                self.time.reset()
            case "forget-bond":
                await self._bonds.forget()
                await self._let_all_go()
            case "drop-link":
                self._away = True
                await self._let_all_go()
                self._changed.set()
                await self._until(fault.at_s + fault.for_s)
                self._away = False
                self._changed.set()

    async def _let_all_go(self) -> None:
        for peer in list(self._peers):
            await self._let_go(peer)

    async def _let_go(self, peer: Connection) -> None:
        with contextlib.suppress(core.BaseBumbleError, hci.HCI_Error):
            await heeding(peer.disconnect())

    def _on_connection(self, peer: Connection) -> None:
        self._peers.append(peer)
        peer.on(Connection.EVENT_DISCONNECTION, lambda _reason: self._on_gone(peer))
        self._bonds.greet(peer)
        self._outgoing.last = self._clock.time()
        self._changed.set()
        self._idle.set()

    def _on_gone(self, peer: Connection) -> None:
        self._peers.remove(peer)
        if not self._peers:
            self._outgoing.drop()
            self.instrument.disconnected()
        self._changed.set()

    def _on_subscription(self, uuid: str) -> Callable[[Connection, bool, bool], None]:
        def changed(peer: Connection, notify: bool, indicate: bool) -> None:
            self._bonds.note(peer)
            if notify or indicate:
                self._heard_by(uuid)

        return changed

    def _heard_by(self, uuid: str) -> None:
        if uuid != BATTERY:
            self._outgoing.say_anew(uuid, tuple(self.instrument.subscribed(uuid)))

    def _is_listening(self, uuid: str) -> bool:
        ways = table.NOTIFY | table.INDICATE
        return bool(table.subscribed(self._host, self._peers, self._table[uuid], ways))

    def _right_time(self) -> datetime:
        return self._begins + timedelta(seconds=self._clock.time() - self._started)

    async def _until(self, seconds: float) -> None:
        await sleep_until(self._clock, self._started + seconds)
