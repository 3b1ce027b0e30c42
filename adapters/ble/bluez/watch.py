"""Watches BlueZ: whether it runs, and which adapter is there under which number.

A `bluetoothd` that ended, and an adapter that was pulled out, tell nobody that scans or is
connected; bleak goes on as if all were well. The bus tells it within milliseconds.

Source: BlueZ 5.82, doc/org.bluez.Adapter.rst; D-Bus Specification 0.43, NameOwnerChanged.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from typing import Final, Self

from bleak import BleakClient
from dbus_fast import Message, Variant
from dbus_fast.aio import MessageBus

from adapters.ble.bluez.adapters import AdapterSeen, adapters_of, choose
from adapters.ble.bluez.bus import (
    ADAPTER,
    BLUEZ,
    DBUS,
    DBUS_PATH,
    DEVICE,
    OBJECT_MANAGER,
    PROPERTIES,
    BusError,
    all_objects,
    call,
    changes_of,
    device_of,
    follow,
    listen_for,
    open_bus,
)
from adapters.ble.bluez.services import complete
from adapters.ble.watching import Chosen, LinksSeen
from adapters.errors import AdapterError

_AGAIN_AFTER: Final = 2.0
"""Seconds until a bus that is gone is tried again."""

_OFF_FOR: Final = 1.0
"""Seconds between switching an adapter off and on."""

_RULES: Final = (
    f"type='signal',sender='{DBUS}',member='NameOwnerChanged',arg0='{BLUEZ}'",
    f"type='signal',sender='{BLUEZ}',interface='{OBJECT_MANAGER}'",
    f"type='signal',sender='{BLUEZ}',interface='{PROPERTIES}',arg0='{ADAPTER}'",
)

_NO_BUS: Final = (
    "The system's Bluetooth service cannot be reached.",
    "Check that Bluetooth is installed and runs: systemctl status bluetooth. This program goes on "
    "by itself once it does.",
)
_NO_SERVICE: Final = (
    "The system's Bluetooth service does not run.",
    "This program goes on by itself once it runs again. If it stays so: "
    "sudo systemctl restart bluetooth",
)


class Watch:
    """The watch of one program."""

    def __init__(self, adapter: str | None = None, *, bus: str | None = None) -> None:
        """Put together; nothing is connected before `running`.

        Args:
            adapter: the address or name (``hci1``) of the adapter to listen through; None for
                the first that is switched on.
            bus: the address of another bus than the system's.
        """
        self._wanted = adapter
        self._address = bus
        self._bus: MessageBus | None = None
        self._service = ""
        self._seen: dict[str, AdapterSeen] = {}
        self._ended: Counter[str] = Counter()
        self._last: str | None = None
        self._look = asyncio.Event()
        self._changed = asyncio.Event()
        self._looked = asyncio.Event()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Watch until the block ends; what there is is known when it begins."""
        watching = asyncio.create_task(self._run(), name="ble watch")
        try:
            await self._looked.wait()
            yield self
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    def chosen(self) -> Chosen:
        """See `Watches.chosen`."""
        if self._bus is None:
            raise AdapterError(*_NO_BUS)
        if not self._service:
            raise AdapterError(*_NO_SERVICE)
        self._last = choose(self._seen, self._wanted, self._last)
        return Chosen(self._last.rpartition("/")[2], self._service, self._ended[self._last])

    async def changed(self, within: float) -> None:
        """See `Watches.changed`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._changed.wait()
        self._changed.clear()

    async def forget(self) -> None:
        """See `Watches.forget`."""
        from bleak.backends.bluezdbus import manager

        # bleak has no word for it: it starts anew, and tells its clients that their links are
        # lost, when its own connection to the bus ends; so that is ended.
        known = manager._global_instances.get(asyncio.get_running_loop())
        if known is not None and known._bus is not None:
            known._bus.disconnect()

    @contextlib.asynccontextmanager
    async def links(self, address: str, enough: int) -> AsyncIterator[LinksSeen]:
        """See `Watches.links`."""
        seen = LinksSeen()
        bus, path = self._bus, f"{self._last}/dev_{address.upper().replace(':', '_')}"
        rule = changes_of(path)

        def hear(message: Message) -> None:
            changed = message.body[1] if message.path == path and len(message.body) > 1 else {}
            if "Connected" in changed and changed["Connected"].value:
                seen.count += 1
                if seen.count >= enough:
                    seen.enough.set()

        if bus is None:
            yield seen
            return
        bus.add_message_handler(hear)
        try:
            with contextlib.suppress(BusError):
                await listen_for(bus, rule)
            yield seen
        finally:
            bus.remove_message_handler(hear)
            with contextlib.suppress(BusError):
                await listen_for(bus, rule, stop=True)

    async def complete(self, client: BleakClient) -> None:
        """See `Watches.complete`."""
        if self._bus is None:
            return
        name = self._last.rpartition("/")[2] if self._last else None
        with contextlib.suppress(BusError):
            known = device_of(await all_objects(self._bus), client.address, name)
            if known is not None:
                await complete(self._bus, known.path, client)

    async def is_bonded(self, address: str) -> bool:
        """See `Watches.is_bonded`."""
        if self._bus is None:
            return False
        with contextlib.suppress(BusError):
            name = self._last.rpartition("/")[2] if self._last else None
            known = device_of(await all_objects(self._bus), address, name)
            return known is not None and known.bonded
        return False

    async def let_go(self, address: str) -> None:
        """See `Watches.let_go`."""
        if self._bus is None:
            return
        name = self._last.rpartition("/")[2] if self._last else None
        with contextlib.suppress(BusError):
            known = device_of(await all_objects(self._bus), address, name)
            if known is not None and known.connected:
                await call(self._bus, known.path, DEVICE, "Disconnect")

    async def power_cycle(self) -> None:
        """See `Watches.power_cycle`."""
        if self._bus is None or self._last is None:
            return
        for on in (False, True):
            with contextlib.suppress(BusError):
                words = [ADAPTER, "Powered", Variant("b", on)]
                await call(self._bus, self._last, PROPERTIES, "Set", "ssv", words)
            if not on:
                await asyncio.sleep(_OFF_FOR)

    async def _run(self) -> None:
        while True:
            try:
                self._bus = await open_bus(self._address)
            except BusError:
                self._say()
                await asyncio.sleep(_AGAIN_AFTER)
                continue
            try:
                with contextlib.suppress(BusError):
                    await follow(self._bus, _RULES, self._hear, self._look, self._see)
            finally:
                self._bus.disconnect()
                self._bus = None
                self._end_all("")
                self._say()
            await asyncio.sleep(_AGAIN_AFTER)

    async def _see(self, bus: MessageBus) -> None:
        """Look which adapters there are; asking starts a BlueZ that starts when it is asked."""
        try:
            objects = await all_objects(bus)
            (owner,) = await call(
                bus, DBUS_PATH, DBUS, "GetNameOwner", "s", [BLUEZ], destination=DBUS
            )
        except BusError:
            self._end_all("")
        else:
            if owner != self._service:
                self._end_all(owner)
            self._seen = adapters_of(objects)
        self._say()

    def _say(self) -> None:
        self._looked.set()
        self._changed.set()

    def _end_all(self, service: str) -> None:
        self._service = service
        self._seen = {}

    def _hear(self, message: Message) -> None:
        """Every signal of this connection."""
        match message.member, message.body:
            case "NameOwnerChanged", [name, _, owner] if name == BLUEZ:
                self._end_all("")
                if owner:
                    self._look.set()
            case "InterfacesAdded", [_, interfaces] if ADAPTER in interfaces:
                self._look.set()
                return
            case "InterfacesRemoved", [path, interfaces] if ADAPTER in interfaces:
                self._ended[path] += 1
                self._seen.pop(path, None)
            case "PropertiesChanged", [interface, changed, _] if (
                interface == ADAPTER and "Powered" in changed
            ):
                if not changed["Powered"].value:
                    self._ended[message.path or ""] += 1
                self._look.set()
                return
            case _:
                return
        self._changed.set()
