"""A simulated sensor on the virtual radio: it advertises, is connected to, and sends by itself."""

from __future__ import annotations

import asyncio
import dataclasses
import math
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from bumble import att
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
from adapters.simulator.presence import Presence
from adapters.simulator.scenario import Scenario
from adapters.simulator.sensor import Moment
from adapters.simulator.turns import Battery, bad_frames, battery_at, moment, turns

T = TypeVar("T")


class Peripheral:
    """One sensor of a scenario.

    Attributes:
        instrument: what it measures with, keeps and answers.
        time: its own clock.
        passkey: the six digits that it shows where it is paired with by them.
    """

    def __init__(
        self,
        scenario: Scenario,
        device: SimulatedDevice,
        link: RadioLink,
        emitted: Emitted,
        begins: datetime,
    ) -> None:
        """A device that is switched off.

        Args:
            scenario: which simulation.
            device: which device of it.
            link: the air.
            emitted: what is told of all that goes out.
            begins: the local time of day at the start, naive.
        """
        self.scenario = scenario
        self.device = device
        self.identity = scenario.identity(device)
        self._emitted = emitted
        self._link = link
        self._clock = link.clock
        self._started = math.inf
        self._begins = begins
        interval_ms = device.connection_interval_ms
        if interval_ms is None:
            interval_ms = scenario.connection_interval_ms
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
        drawn = int.from_bytes(scenario.chance(device.id, "passkey")[:4]) % 1_000_000
        self.passkey = drawn if device.passkey is None else device.passkey
        config = pairing_config(device.asks_for, self.passkey)
        self._host.pairing_config_factory = lambda _peer: config
        services = device.sensor.services(self.identity, battery_at(scenario, device, 0.0))
        self._table = table.serve(self._host, services, device.asks_for, self)
        self._uuids = {one.handle: uuid for uuid, one in self._table.items()}
        for uuid, one in self._table.items():
            one.on(Characteristic.EVENT_SUBSCRIPTION, self._on_subscription(uuid))
        self._outgoing = Outgoing(
            device.id,
            self._host,
            self._table,
            emitted,
            self._clock,
            interval=interval_ms / 1000,
            bad=bad_frames(device),
        )
        self._presence = Presence(device, self._host, self._outgoing, self._clock)
        self._bonds = Bonds(
            self._host,
            self._clock,
            pairing=device.asks_for,
            early_s=device.early_ms / 1000,
            remembers=device.remembers,
            again=self._heard_again,
        )
        self._host.on(Device.EVENT_CONNECTION, self._on_connection)
        self._next = self._out_of_turn = 0
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.instrument, self.time = made(scenario, device, self.right_time, self._is_listening)

    @property
    def undelivered(self) -> int:
        """How many of its measurements wait for a peer to confirm them."""
        return self._outgoing.undelivered

    @property
    def links(self) -> int:
        """How many peers it is connected to."""
        return len(self._presence.peers)

    @property
    def visits(self) -> int:
        """How often a peer has connected to it since it was switched on."""
        return self._presence.visits

    @property
    def seconds(self) -> float:
        """How long ago the scenario started; 0 before it has, however long a device takes to make.

        What a device has stored at the start hangs on it.
        """
        return max(0.0, self._clock.time() - self._started)

    def right_time(self) -> datetime:
        """The local time of day where it is, naive; its own clock may show another."""
        return self._begins + timedelta(seconds=self.seconds)

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
                tasks.create_task(self._presence.run())
                tasks.create_task(self._measure())
                tasks.create_task(self._outgoing.run(self._presence.peers))
                tasks.create_task(self._bonds.run())
                tasks.create_task(self._be_whole())
                for fault in self.device.faults:
                    tasks.create_task(self.go_wrong(fault))
        finally:
            self._link.remove(self._chip)

    def read(self, uuid: str) -> bytes:
        """A peer reads what changes."""
        return self._asked(lambda: self.instrument.read(uuid))

    def write(self, peer: Connection, uuid: str, data: bytes) -> None:
        """A peer writes."""
        self._outgoing.last = self._clock.time()
        self._emitted.watch(self.device.id, uuid, data)
        self._outgoing.say(self._asked(lambda: tuple(self.instrument.write(uuid, data))))

    async def go_wrong(self, fault: Fault) -> None:
        """Wait until a fault is due, then have it; the others are in what it measures."""
        await self._until(fault.at_s)
        match fault.what:
            case "clock-step":
                self.time.step(timedelta(seconds=fault.by_s))
            case "clock-reset":
                self.time.reset()
            case "forget-bond":
                await self._bonds.forget()
                await self._presence.let_all_go()
            case "drop-link":
                await self._presence.vanish(self._started + fault.at_s + fault.for_s)

    def _asked(self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except AttError as error:
            raise att.ATT_Error(att.ErrorCode(error.code)) from error
        except Exception as error:
            # Bumble would only log it: a model that is wrong must end the simulation.
            if not self._broken.done():
                self._broken.set_exception(error)
            raise att.ATT_Error(att.ErrorCode.UNLIKELY_ERROR) from error

    async def _be_whole(self) -> None:
        await self._broken

    async def _measure(self) -> None:
        for at_ms, due in turns(self.scenario, self.device):
            await self._until(at_ms / 1000)
            if isinstance(due, Battery):
                self._tell_battery(due, at_ms)
                continue
            number = due.number + self._out_of_turn
            self._take(dataclasses.replace(due, number=number), at_ms)

    def measure_now(self, at_s: float | None = None) -> None:
        """Measure out of turn, as when somebody presses its button.

        Args:
            at_s: as if it were this second of the scenario, so that what is measured does not
                hang on when the button is pressed.
        """
        seconds = self.seconds if at_s is None else at_s
        due = moment(self.scenario, self.device, seconds, self._next)
        self._out_of_turn += 1
        self._take(due, round(seconds * 1000))

    def _take(self, due: Moment, at_ms: int) -> None:
        self._next = due.number + 1
        said: Iterable[Sent] = tuple(self.instrument.measure(due))
        self._outgoing.measured(said, at_ms, self._presence.peers)
        self._presence.measured()

    def _tell_battery(self, battery: Battery, at_ms: int) -> None:
        if BATTERY in self._table:
            self._table[BATTERY].value = battery.data
            sent = Sent(BATTERY, battery.data, number=battery.number)
            self._outgoing.aside(sent, at_ms, self._presence.peers)

    def _on_connection(self, peer: Connection) -> None:
        peer.on(Connection.EVENT_DISCONNECTION, lambda _reason: self._on_gone(peer))
        self._bonds.greet(peer)
        self._presence.came(peer)

    def _on_gone(self, peer: Connection) -> None:
        self._presence.went(peer)
        if not self._presence.peers:
            self._outgoing.drop()
            self.instrument.disconnected()

    def _on_subscription(self, uuid: str) -> Callable[[Connection, bool, bool], None]:
        def changed(peer: Connection, notify: bool, indicate: bool) -> None:
            self._bonds.note(peer)
            if notify or indicate:
                self._heard_by(uuid)

        return changed

    def _heard_again(self, handle: int) -> None:
        """A kept subscription counts again; one to Service Changed has nothing to say."""
        if (uuid := self._uuids.get(handle)) is not None:
            self._heard_by(uuid)

    def _heard_by(self, uuid: str) -> None:
        if uuid != BATTERY:
            said = self._asked(lambda: tuple(self.instrument.subscribed(uuid)))
            self._outgoing.say_anew(uuid, said)

    def _is_listening(self, uuid: str) -> bool:
        ways = table.NOTIFY | table.INDICATE
        return bool(table.subscribed(self._host, self._presence.peers, self._table[uuid], ways))

    async def _until(self, seconds: float) -> None:
        await sleep_until(self._clock, self._started + seconds)
