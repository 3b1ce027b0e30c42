"""BlueZ over D-Bus: calls that end in time, errors with their names, objects by address."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.errors import DBusFastError

BLUEZ: Final = "org.bluez"
ADAPTER: Final = "org.bluez.Adapter1"
DEVICE: Final = "org.bluez.Device1"
CHARACTERISTIC: Final = "org.bluez.GattCharacteristic1"
OBJECT_MANAGER: Final = "org.freedesktop.DBus.ObjectManager"
PROPERTIES: Final = "org.freedesktop.DBus.Properties"
DBUS: Final = "org.freedesktop.DBus"
DBUS_PATH: Final = "/org/freedesktop/DBus"

ANSWER_WITHIN: Final = 10.0

Objects = Mapping[str, Mapping[str, Mapping[str, Variant]]]
"""Every object of BlueZ by its path, each with its interfaces and their properties."""


class BusError(Exception):
    """BlueZ, or the bus, did not do as asked.

    Attributes:
        name: of the D-Bus error, e.g. ``org.bluez.Error.AuthenticationFailed``; empty where none
            came, as when the bus is gone.
    """

    def __init__(self, name: str, why: str = "") -> None:
        super().__init__(f"{name} {why}".strip())
        self.name = name

    @property
    def short(self) -> str:
        """The last word of the name, e.g. ``AuthenticationFailed``."""
        return self.name.rpartition(".")[2]


async def open_bus(address: str | None = None) -> MessageBus:
    """Connect to the system bus, or to another by its address.

    Raises:
        BusError: there is none.
    """
    bus = MessageBus(bus_address=address, bus_type=BusType.SYSTEM)
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            return await bus.connect()
    except (OSError, EOFError, TimeoutError, DBusFastError) as error:
        raise BusError("", type(error).__name__) from error


async def _until_gone(bus: MessageBus) -> None:
    """Return once a connection has ended, however it did."""
    with contextlib.suppress(Exception):
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]


async def follow(
    bus: MessageBus,
    rules: Sequence[str],
    hear: Callable[[Message], None],
    look: asyncio.Event,
    see: Callable[[MessageBus], Awaitable[None]],
) -> None:
    """Hear the signals that fit rules until a connection is gone, and see what there is.

    Args:
        bus: the connection; what comes over it is its own afterwards too.
        rules: which signals come in.
        hear: told each of them; it must not wait.
        look: set by whoever has a reason to look again.
        see: called at the beginning, and once for however many reasons came meanwhile.

    Raises:
        BusError: the bus does not do as asked.
    """
    bus.add_message_handler(_signals(hear))
    for rule in rules:
        await listen_for(bus, rule)
    end = asyncio.ensure_future(_until_gone(bus))
    end.add_done_callback(lambda _: look.set())
    try:
        look.set()
        while not end.done():
            await look.wait()
            look.clear()
            if bus.connected:
                await see(bus)
    finally:
        end.cancel()


def _signals(hear: Callable[[Message], None]) -> Callable[[Message], None]:
    def heard(message: Message) -> None:
        if message.message_type is MessageType.SIGNAL:
            hear(message)

    return heard


async def call(
    bus: MessageBus,
    path: str,
    interface: str,
    member: str,
    signature: str = "",
    body: Sequence[Any] = (),
    *,
    destination: str = BLUEZ,
    within: float = ANSWER_WITHIN,
) -> list[Any]:
    """Call a method; returns what it answers.

    Raises:
        BusError: it failed, took too long, or the bus is gone.
    """
    message = Message(
        destination=destination,
        path=path,
        interface=interface,
        member=member,
        signature=signature,
        body=list(body),
    )
    try:
        async with asyncio.timeout(within):
            reply = await bus.call(message)
    except (OSError, EOFError, TimeoutError, DBusFastError) as error:
        raise BusError("", type(error).__name__) from error
    if reply is None:
        raise BusError("", "the bus is gone")
    if reply.message_type is MessageType.ERROR:
        raise BusError(reply.error_name or "", str(reply.body[0]) if reply.body else "")
    return list(reply.body)


async def listen_for(bus: MessageBus, rule: str, *, stop: bool = False) -> None:
    """Let signals that fit a rule come in over this connection, or no longer.

    Raises:
        BusError: the bus is gone.
    """
    member = "RemoveMatch" if stop else "AddMatch"
    await call(bus, DBUS_PATH, DBUS, member, "s", [rule], destination=DBUS)


def changes_of(path: str) -> str:
    """The rule that lets in what changes of an object, e.g. the value of a characteristic."""
    return f"type='signal',sender='{BLUEZ}',interface='{PROPERTIES}',path='{path}'"


async def all_objects(bus: MessageBus) -> Objects:
    """Everything that BlueZ knows.

    Raises:
        BusError: BlueZ does not run.
    """
    (objects,) = await call(bus, "/", OBJECT_MANAGER, "GetManagedObjects")
    return objects  # type: ignore[no-any-return]  # D-Bus: a{oa{sa{sv}}}


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device that BlueZ knows. ``bonded``: it keeps the keys of a pairing."""

    path: str
    address: str
    bonded: bool
    connected: bool


def device_of(objects: Objects, address: str, adapter: str | None) -> KnownDevice | None:
    """The device with this address, of this adapter if one is given, by its address or name."""
    under = _under(objects, adapter) if adapter else "/"
    for path, interfaces in objects.items():
        said = interfaces.get(DEVICE)
        if said is None or str(_value(said, "Address")).upper() != address.upper():
            continue
        if not path.startswith(under):
            continue
        # BlueZ 5.64 and older have no Bonded; there, paired is all that is told.
        bonded = bool(_value(said, "Bonded" if "Bonded" in said else "Paired"))
        return KnownDevice(path, address.upper(), bonded, bool(_value(said, "Connected")))
    return None


def _under(objects: Objects, adapter: str) -> str:
    """The beginning of the paths of all devices of an adapter."""
    for path, interfaces in objects.items():
        said = interfaces.get(ADAPTER)
        if said is not None and str(_value(said, "Address")).upper() == adapter.upper():
            return f"{path}/"
    return f"/org/bluez/{adapter}/"


def _value(properties: Mapping[str, Variant], name: str) -> Any:
    return properties[name].value if name in properties else None
