"""Holds the subscriptions of bonded devices on a D-Bus connection that outlives every link.

A bonded device sends its record within milliseconds of the encryption. BlueZ confirms it at once,
and tells it to whoever is subscribed at that moment: bleak is not yet. What a connection asked to
be notified of stays so while devices come and go, until BlueZ itself ends.

Source: BlueZ 5.82, doc/org.bluez.GattCharacteristic.rst; measured with 5.82.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Final

from dbus_fast import Message
from dbus_fast.aio import MessageBus

from adapters.ble.bluez.bus import (
    BLUEZ,
    CHARACTERISTIC,
    DBUS,
    OBJECT_MANAGER,
    BusError,
    Objects,
    all_objects,
    call,
    changes_of,
    device_of,
    follow,
    listen_for,
    open_bus,
)
from adapters.ble.bluez.held import Held
from adapters.ble.bluez.understudy import Understudy
from adapters.ble.keeping import Early, Wants

_AGAIN_AFTER: Final = 5.0
"""Seconds until a bus that is gone is tried again."""

_RULES: Final = (
    f"type='signal',sender='{DBUS}',member='NameOwnerChanged',arg0='{BLUEZ}'",
    f"type='signal',sender='{BLUEZ}',interface='{OBJECT_MANAGER}'",
)


class Keeper:
    """The keeper of one adapter."""

    def __init__(
        self,
        adapter: str | None = None,
        *,
        bus: str | None = None,
        understudy: Understudy | None = None,
    ) -> None:
        """Put together; nothing is connected before `running`.

        Args:
            adapter: its name, e.g. ``hci1``; None for whichever knows the device.
            bus: the address of another bus than the system's.
            understudy: asks in our place, so that nothing is lost should we be killed. Then also
                what no bond is needed for is held, each time for one link.
        """
        self._understudy = understudy
        self._adapter = adapter
        self._address = bus
        self._bus: MessageBus | None = None
        self._held: list[Held] = []
        self._by_path: dict[str, Held] = {}
        self._gone: list[str] = []
        self._unwanted: set[str] = set()
        self._listens: set[str] = set()
        self._turn = asyncio.Lock()
        self._look = asyncio.Event()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Hold what is to be held until the block ends.

        It begins once the understudy is there: one of an earlier program may have to finish first.
        """
        async with contextlib.AsyncExitStack() as stack:
            if self._understudy is not None:
                await stack.enter_async_context(self._understudy.running(self._begin_anew))
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

    def let_go(self, held: Held, *, forget: bool) -> None:
        """Hold nothing of a device any longer."""
        self._held.remove(held)
        if forget:
            self._unwanted.add(held.address)
        self._drop(list(held.paths))

    def take_back(self, held: Held) -> None:
        """Hold no longer what was held for one link."""
        self._drop([path for path in held.lent if path in held.paths])
        held.lent.clear()

    def _drop(self, paths: Sequence[str]) -> None:
        for path in paths:
            self._forget(path)
            self._gone.append(path)
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
                lend = self._has_understudy
                if lend and path not in _characteristics(objects, held, self._adapter):
                    held.lent.add(path)
                return await self._hold(self._bus, objects, held, path, bonded=not lend)
        except BusError:
            return False

    @property
    def _has_understudy(self) -> bool:
        return self._understudy is not None and self._understudy.is_there

    def _begin_anew(self) -> None:
        """Whoever asked in our place is gone, and all that was asked for with it."""
        self._forget_all()
        self.look_again()

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(BusError):
                self._bus = await open_bus(self._address)
            if self._bus is None:
                _say_looked(self._held)
            if (bus := self._bus) is not None:
                try:
                    await follow(bus, _RULES, self._hear, self._look, self._see)
                except BusError:
                    pass
                finally:
                    self._bus = None
                    self._listens.clear()
                    self._forget_all()
                    bus.disconnect()
            await asyncio.sleep(_AGAIN_AFTER)

    async def _see(self, bus: MessageBus) -> None:
        asked = list(self._held)
        async with self._turn:
            await self._tidy(bus)
        _say_looked(asked)

    async def _tidy(self, bus: MessageBus) -> None:
        while self._gone:
            path = self._gone.pop()
            with contextlib.suppress(BusError):
                if path in self._listens:
                    self._listens.discard(path)
                    await listen_for(bus, changes_of(path), stop=True)
                await self._stop_notify(bus, path)
        while self._unwanted and self._understudy is not None:
            await self._understudy.forget(self._unwanted.pop())
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

    async def _hold(
        self, bus: MessageBus, objects: Objects, held: Held, path: str, *, bonded: bool = True
    ) -> bool:
        if path in held.paths:
            return True
        if path not in _characteristics(objects, held, self._adapter, bonded=bonded):
            return False
        uuid = str(objects[path][CHARACTERISTIC]["UUID"].value)
        held.paths[path], self._by_path[path] = uuid, held
        try:
            if path not in self._listens:
                await listen_for(bus, changes_of(path))
                self._listens.add(path)
            await self._start_notify(bus, path, held.address, uuid)
        except BusError as error:
            if error.short != "InProgress":  # it is notified already
                self._forget(path)
                raise
        except asyncio.CancelledError:  # whether it is notified now is not known
            self._drop([path])
            raise
        if held not in self._held:  # it was let go meanwhile
            return False
        return path in self._by_path

    async def _start_notify(self, bus: MessageBus, path: str, address: str, uuid: str) -> None:
        if self._understudy is not None and self._understudy.is_there:
            await self._understudy.start(path, address, uuid)
        else:
            await call(bus, path, CHARACTERISTIC, "StartNotify")

    async def _stop_notify(self, bus: MessageBus, path: str) -> None:
        if self._understudy is not None and self._understudy.is_there:
            await self._understudy.stop(path)
        else:
            await call(bus, path, CHARACTERISTIC, "StopNotify")

    def _hear(self, message: Message) -> None:
        """Every signal of this connection."""
        match message.member:
            case "PropertiesChanged":
                self._changed(message)
            case "NameOwnerChanged" if message.body[0] == BLUEZ:
                self._forget_all()
                self._look.set()
            case "InterfacesAdded" if CHARACTERISTIC in message.body[1]:
                self._look.set()
            case "InterfacesRemoved" if CHARACTERISTIC in message.body[1]:
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


def _say_looked(asked: Sequence[Held]) -> None:
    for held in asked:
        held.looked.set()


def _characteristics(
    objects: Objects, held: Held, adapter: str | None, *, bonded: bool = True
) -> list[str]:
    """The paths of what is to be held of a device; none while it lacks a bond that it must have."""
    device = device_of(objects, held.address, adapter)
    if device is None or (bonded and not device.bonded):
        return []
    return [
        path
        for path, interfaces in objects.items()
        if path.startswith(f"{device.path}/")
        and (said := interfaces.get(CHARACTERISTIC)) is not None
        and held.wants(str(said["UUID"].value), frozenset(said["Flags"].value))
    ]
