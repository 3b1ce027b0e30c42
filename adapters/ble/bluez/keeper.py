"""Holds the subscriptions of bonded devices on a D-Bus connection that outlives every link.

A bonded device sends its record within milliseconds of the encryption. BlueZ confirms it at once,
and tells it to whoever is subscribed at that moment: bleak is not yet. What a connection asked to
be notified of stays so while devices come and go, until BlueZ itself ends.

Source: BlueZ 5.82, doc/org.bluez.GattCharacteristic.rst; measured with 5.82.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final

from bleak.backends.characteristic import BleakGATTCharacteristic
from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus

from adapters.ble.bluez.bus import (
    BLUEZ,
    CHARACTERISTIC,
    DBUS,
    OBJECT_MANAGER,
    PROPERTIES,
    BusError,
    Objects,
    all_objects,
    call,
    device_of,
    listen_for,
    open_bus,
    until_gone,
)
from adapters.ble.keeping import Came, Early, Wants

_AGAIN_AFTER: Final = 5.0
"""Seconds until a bus that is gone is tried again."""

_RULES: Final = (
    f"type='signal',sender='{DBUS}',member='NameOwnerChanged',arg0='{BLUEZ}'",
    f"type='signal',sender='{BLUEZ}',interface='{OBJECT_MANAGER}'",
)


@dataclass(eq=False, slots=True)
class Held:
    """What is held of one device (`adapters.ble.keeping.Holds`).

    Attributes:
        paths: the UUID of each characteristic that is held, by its path.
        bleaks: paths that bleak is subscribed to on the present link.
        listening: who is given the values of a path during a session.
    """

    keeper: Keeper
    address: str
    wants: Wants
    early: Early
    paths: dict[str, str] = field(default_factory=dict)
    bleaks: set[str] = field(default_factory=set)
    listening: dict[str, Came] = field(default_factory=dict)

    async def take(self, characteristic: BleakGATTCharacteristic, came: Came) -> bool:
        """See `Holds.take`."""
        path = str(characteristic.obj[0])
        if path not in self.paths:
            self.bleaks.add(path)
            if not await self.keeper.hold_now(self, path):
                return False
            self.bleaks.discard(path)
        self.listening[path] = came
        return True

    def give_back(self) -> None:
        """See `Holds.give_back`."""
        self.listening.clear()

    def link_over(self) -> None:
        """See `Holds.link_over`."""
        self.bleaks.clear()
        self.keeper.look_again()

    def let_go(self) -> None:
        """See `Holds.let_go`."""
        self.keeper.let_go(self)

    def tell(self, path: str, value: bytes) -> None:
        """A value came."""
        came = self.listening.get(path)
        if came is not None:
            came(value)
        else:
            self.early(self.paths[path], value)


class Keeper:
    """The keeper of one adapter."""

    def __init__(self, adapter: str | None = None, *, bus: str | None = None) -> None:
        """Put together; nothing is connected before `running`.

        Args:
            adapter: its name, e.g. ``hci1``; None for whichever knows the device.
            bus: the address of another bus than the system's.
        """
        self._adapter = adapter
        self._address = bus
        self._bus: MessageBus | None = None
        self._held: list[Held] = []
        self._by_path: dict[str, Held] = {}
        self._gone: list[str] = []
        self._turn = asyncio.Lock()
        self._look = asyncio.Event()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Hold what is to be held until the block ends."""
        running = asyncio.create_task(self._run(), name="ble keeper")
        try:
            yield
        finally:
            running.cancel()
            await asyncio.wait([running])

    def hold(self, address: str, wants: Wants, early: Early) -> Held:
        """See `Keeps.hold`."""
        held = Held(self, address, wants, early)
        self._held.append(held)
        self.look_again()
        return held

    def let_go(self, held: Held) -> None:
        """Hold nothing of a device any longer."""
        self._held.remove(held)
        for path in held.paths:
            del self._by_path[path]
            self._gone.append(path)
        held.paths.clear()
        self.look_again()

    def look_again(self) -> None:
        """Something may be there to be held, or to be let go."""
        self._look.set()

    async def hold_now(self, held: Held, path: str) -> bool:
        """Hold one characteristic at once; whether that came about."""
        if self._bus is None:
            return False
        try:
            async with self._turn:
                objects = await all_objects(self._bus)
                return await self._hold(self._bus, objects, held, path)
        except BusError:
            return False

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(BusError):
                self._bus = await open_bus(self._address)
            if (bus := self._bus) is not None:
                try:
                    await self._follow(bus)
                except BusError:
                    pass
                finally:
                    self._bus = None
                    self._forget_all()
                    bus.disconnect()
            await asyncio.sleep(_AGAIN_AFTER)

    async def _follow(self, bus: MessageBus) -> None:
        """Hold what is there, again whenever something changes, until the bus is gone."""
        bus.add_message_handler(self._hear)
        for rule in _RULES:
            await listen_for(bus, rule)
        end = asyncio.ensure_future(until_gone(bus))
        end.add_done_callback(lambda _: self._look.set())
        try:
            self._look.set()
            while not end.done():
                await self._look.wait()
                self._look.clear()
                if bus.connected:
                    async with self._turn:
                        await self._tidy(bus)
        finally:
            end.cancel()

    async def _tidy(self, bus: MessageBus) -> None:
        while self._gone:
            path = self._gone.pop()
            with contextlib.suppress(BusError):
                await listen_for(bus, _rule(path), stop=True)
                await call(bus, path, CHARACTERISTIC, "StopNotify")
        if not self._held:
            return
        try:
            objects = await all_objects(bus)
        except BusError:
            return  # BlueZ does not run; its return is heard
        for held in list(self._held):
            for path in _characteristics(objects, held, self._adapter):
                if path not in self._by_path and path not in held.bleaks:
                    with contextlib.suppress(BusError):
                        await self._hold(bus, objects, held, path)

    async def _hold(self, bus: MessageBus, objects: Objects, held: Held, path: str) -> bool:
        if path in held.paths:
            return True
        if path not in _characteristics(objects, held, self._adapter):
            return False
        uuid = str(objects[path][CHARACTERISTIC]["UUID"].value)
        held.paths[path], self._by_path[path] = uuid, held
        try:
            await listen_for(bus, _rule(path))
            await call(bus, path, CHARACTERISTIC, "StartNotify")
        except BusError as error:
            if error.short != "InProgress":  # it is notified already
                self._forget(path)
                raise
        if held not in self._held:  # it was let go meanwhile
            return False
        return path in self._by_path

    def _hear(self, message: Message) -> None:
        """Every message of this connection."""
        if message.message_type is not MessageType.SIGNAL:
            return
        match message.interface, message.member:
            case (_, "PropertiesChanged") if message.interface == PROPERTIES:
                self._changed(message)
            case (_, "NameOwnerChanged") if message.body[0] == BLUEZ:
                self._forget_all()
                self._look.set()
            case (_, "InterfacesAdded") if CHARACTERISTIC in message.body[1]:
                self._look.set()
            case (_, "InterfacesRemoved") if CHARACTERISTIC in message.body[1]:
                self._forget(message.body[0])

    def _changed(self, message: Message) -> None:
        held = self._by_path.get(message.path or "")
        interface, changed = message.body[0], message.body[1]
        if held is not None and interface == CHARACTERISTIC and "Value" in changed:
            held.tell(message.path or "", bytes(changed["Value"].value))

    def _forget(self, path: str) -> None:
        held = self._by_path.pop(path, None)
        if held is not None:
            held.paths.pop(path, None)

    def _forget_all(self) -> None:
        for path in list(self._by_path):
            self._forget(path)
        self._gone.clear()


def _characteristics(objects: Objects, held: Held, adapter: str | None) -> list[str]:
    """The paths of what is to be held of a device; none as long as it is not bonded."""
    device = device_of(objects, held.address, adapter)
    if device is None or not device.bonded:
        return []
    return [
        path
        for path, interfaces in objects.items()
        if path.startswith(f"{device.path}/")
        and (said := interfaces.get(CHARACTERISTIC)) is not None
        and held.wants(str(said["UUID"].value), frozenset(said["Flags"].value))
    ]


def _rule(path: str) -> str:
    return f"type='signal',sender='{BLUEZ}',interface='{PROPERTIES}',path='{path}'"
