"""A private D-Bus with a small BlueZ on it that does as the test says; its words are the real ones.

It stands in where the real one cannot be made to fail at will: time-outs, refusals, restarts.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

ADAPTER = "/org/bluez/hci0"
ADAPTER_FACE = "org.bluez.Adapter1"
DEVICE_FACE = "org.bluez.Device1"
CHARACTERISTIC_FACE = "org.bluez.GattCharacteristic1"
_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><listen>unix:path={path}</listen><auth>EXTERNAL</auth><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy></busconfig>"""


@contextlib.contextmanager
def private_bus(folder: Path) -> Iterator[str]:
    """A bus of its own; its address. The test is skipped where there is no dbus-daemon."""
    daemon = shutil.which("dbus-daemon")
    if daemon is None:
        pytest.skip("dbus-daemon is not installed (Debian package dbus)")
    config, socket = folder / "bus.conf", folder / "bus"
    config.write_text(_CONFIG.format(path=socket))
    process = subprocess.Popen(
        [daemon, f"--config-file={config}", "--nofork", "--print-address"], stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().decode().strip()
    finally:
        process.terminate()
        process.communicate()


Answer = Callable[[Message], Awaitable[Message]]


def path_of(address: str) -> str:
    """The path under which BlueZ has a device."""
    return f"{ADAPTER}/dev_{address.replace(':', '_')}"


@dataclass
class SmallBlueZ:
    """Objects, an agent manager, and whatever a test answers in its place.

    Attributes:
        answers: who answers a method, by its name; else it is answered with nothing.
        called: every method that was called, with its path.
        agent: who registered as the agent, and under which path.
        notifying: who asked to be notified of a characteristic.
    """

    bus: MessageBus
    objects: dict[str, dict[str, dict[str, Variant]]] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    called: list[tuple[str, str]] = field(default_factory=list)
    agent: tuple[str, str] | None = None
    is_default: bool = False
    notifying: dict[str, set[str]] = field(default_factory=dict)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def device(self, address: str, *, bonded: bool = False, connected: bool = True) -> str:
        """Let there be a device; returns its path."""
        said = {
            "Address": Variant("s", address),
            "Paired": Variant("b", bonded),
            "Bonded": Variant("b", bonded),
            "Connected": Variant("b", connected),
        }
        self.objects[path_of(address)] = {"org.bluez.Device1": said}
        return path_of(address)

    def adapter(self, number: int, address: str, *, powered: bool = True) -> str:
        """Let there be an adapter; returns its path."""
        path = f"/org/bluez/hci{number}"
        said = {"Address": Variant("s", address), "Powered": Variant("b", powered)}
        self.objects[path] = {ADAPTER_FACE: said}
        return path

    def characteristic(self, device: str, uuid: str, flags: list[str], at: int = 23) -> str:
        """Let a device have a characteristic; returns its path."""
        path = f"{device}/service0016/char{at:04x}"
        said = {"UUID": Variant("s", uuid), "Flags": Variant("as", flags)}
        self.objects[path] = {"org.bluez.GattCharacteristic1": said}
        return path

    async def send(self, path: str, value: bytes) -> None:
        """A characteristic has a value: everybody is told, once for each who asked for it."""
        for _ in self.notifying.get(path, ()):
            await self.changed(path, "Value", Variant("ay", value))

    async def changed(
        self, path: str, name: str, value: Variant, *, of: str = CHARACTERISTIC_FACE
    ) -> None:
        """Tell that a property of a characteristic changed, or of something else."""
        await self._signal(
            path,
            "org.freedesktop.DBus.Properties",
            "PropertiesChanged",
            "sa{sv}as",
            [of, {name: value}, []],
        )

    async def vanish(self, path: str, *, of: str = CHARACTERISTIC_FACE) -> None:
        """Tell that an object is there no more."""
        await self._signal(
            "/",
            "org.freedesktop.DBus.ObjectManager",
            "InterfacesRemoved",
            "oas",
            [path, [of]],
        )

    async def appear(self, path: str) -> None:
        """Tell that an object is there now."""
        await self._signal(
            "/",
            "org.freedesktop.DBus.ObjectManager",
            "InterfacesAdded",
            "oa{sa{sv}}",
            [path, self.objects[path]],
        )

    async def ask_agent(self, member: str, signature: Any, *body: Any) -> Message:
        """Ask the agent something, as bluetoothd would."""
        assert self.agent is not None
        reply = await self.bus.call(
            Message(
                destination=self.agent[0],
                path=self.agent[1],
                interface="org.bluez.Agent1",
                member=member,
                signature=signature,
                body=list(body),
            )
        )
        assert reply is not None
        return reply

    def bonded(self, path: str) -> None:
        """The device is paired now."""
        said = self.objects[path]["org.bluez.Device1"]
        said["Paired"] = said["Bonded"] = Variant("b", True)

    def handle(self, message: Message) -> Message | bool | None:
        """What dbus-fast calls for each message."""
        if message.message_type is not MessageType.METHOD_CALL:
            return None
        member, path = message.member or "", message.path or ""
        if member in ("Introspect", "Ping"):
            return None
        self.called.append((member, path))
        if (answer := self.answers.get(member)) is not None:
            task = asyncio.ensure_future(self._answered(answer, message))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
            return True
        match member:
            case "GetManagedObjects":
                return Message.new_method_return(message, "a{oa{sa{sv}}}", [self.objects])
            case "RegisterAgent":
                self.agent = message.sender or "", message.body[0]
            case "RequestDefaultAgent":
                self.is_default = True
            case "UnregisterAgent":
                self.agent, self.is_default = None, False
            case "StartNotify":
                self.notifying.setdefault(path, set()).add(message.sender or "")
            case "StopNotify":
                self.notifying.get(path, set()).discard(message.sender or "")
        return Message.new_method_return(message)

    async def _answered(self, answer: Answer, message: Message) -> None:
        await self.bus.send(await answer(message))

    async def _signal(
        self, path: str, interface: str, member: str, signature: str, body: list[Any]
    ) -> None:
        await self.bus.send(Message.new_signal(path, interface, member, signature, body))


@contextlib.asynccontextmanager
async def small_bluez(address: str) -> AsyncIterator[SmallBlueZ]:
    """A small BlueZ on this bus, until the block ends: then it is gone, as after a crash."""
    bus = await MessageBus(bus_address=address).connect()
    made = SmallBlueZ(bus)
    bus.add_message_handler(made.handle)
    await bus.request_name("org.bluez")
    try:
        yield made
    finally:
        for task in made.tasks:
            task.cancel()
        bus.disconnect()


def refusal(message: Message, name: str) -> Message:
    """An error of BlueZ, e.g. ``AuthenticationFailed``."""
    return Message.new_error(message, f"org.bluez.Error.{name}", name)
