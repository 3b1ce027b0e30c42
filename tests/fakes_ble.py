"""A sensor that a test holds in its hand, on the virtual radio, and a journal in memory."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from bumble.att import ATT_Error
from bumble.core import UUID, AdvertisingData
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.gatt import (
    GATT_CLIENT_CHARACTERISTIC_CONFIGURATION_DESCRIPTOR,
    Characteristic,
    CharacteristicValue,
    Descriptor,
    Service,
)
from bumble.hci import Address

from adapters.ble.characteristics import (
    battery_level,
    body_sensor_location,
    device_information,
    heart_rate,
    system_id,
)
from adapters.ble.context import is_context
from adapters.ble.fetching import ALL_OF
from adapters.local_events import Packet, Synced
from adapters.reading import DeviceKey, Instant
from adapters.simulator.link import RadioLink

_Property = Characteristic.Properties
_May = Characteristic.Permissions
_FLAGS = (AdvertisingData.Type.FLAGS, b"\x06")


@dataclass(frozen=True, slots=True)
class Held:
    """A characteristic that does as the test says.

    Attributes:
        value: what is read at each moment; None where it cannot be read.
        takes: given what a peer writes; None where it cannot be written. An `ATT_Error` that it
            raises is what the peer is told.
        way: how it is sent: ``notify``, ``indicate`` or not at all.
    """

    value: Callable[[], bytes | Awaitable[bytes]] | None = None
    takes: Callable[[bytes], None] | None = None
    way: str = ""


Offer = bytes | str | Held
"""What is read, or how it is sent, or both and more."""


def refuse(code: int) -> ATT_Error:
    """What a write raises to be refused with this code."""
    return ATT_Error(code)


STRAP_SERVICES: Mapping[str, Mapping[str, Offer]] = {
    heart_rate.SERVICE: {heart_rate.UUID: "notify", body_sensor_location.UUID: b"\x01"},
    battery_level.SERVICE: {battery_level.UUID: b"\x50"},
    device_information.SERVICE: {
        device_information.MANUFACTURER_NAME: b"Straps & Sons",
        device_information.MODEL_NUMBER: b"S1\0",
        device_information.FIRMWARE_REVISION: b"\xff\xff",
        device_information.SOFTWARE_REVISION: b"2.1 for SN-00012345",
        device_information.SERIAL_NUMBER: b"SN-00012345",
        system_id.UUID: bytes.fromhex("debc9afeff563412"),
    },
}
"""What a strap offers: how a value is sent, or what is read. Its firmware text is not
UTF-8, and its software text names the very device."""


class HeldSensor:
    """A sensor that does what the test says, when it says so."""

    def __init__(
        self,
        link: RadioLink,
        address: str,
        name: str,
        service: str,
        services: Mapping[str, Mapping[str, Offer]],
        *,
        protected: bool = False,
    ) -> None:
        self.address = address
        self.connections: list[Connection] = []
        self.links_made = 0
        self.written: list[tuple[str, bytes]] = []
        self.happened: list[tuple[str, str]] = []
        self._link = link
        self._chip = link.controller(name)
        config = DeviceConfiguration(name=name, address=Address(address), irk=bytes(16))
        self._device = Device.from_config_with_hci(config, self._chip, self._chip)
        self._changed = asyncio.Event()
        self._protected = protected
        self._characteristics: dict[str, Characteristic[bytes]] = {}
        for uuid, offered in services.items():
            made = {one: self._made(one, value) for one, value in offered.items()}
            self._device.add_service(Service(UUID(uuid), list(made.values())))
            self._characteristics |= made
        listed = UUID(service[4:8]) if service.startswith("0000") else UUID(service)
        bits = 16 if service.startswith("0000") else 128
        kind = getattr(AdvertisingData.Type, f"COMPLETE_LIST_OF_{bits}_BIT_SERVICE_CLASS_UUIDS")
        self._device.advertising_data = bytes(AdvertisingData([_FLAGS, (kind, bytes(listed))]))
        name_field = (AdvertisingData.Type.COMPLETE_LOCAL_NAME, name.encode())
        self._device.scan_response_data = bytes(AdvertisingData([name_field]))
        self._device.on(Device.EVENT_CONNECTION, self._on_connection)

    def _made(self, uuid: str, offer: Offer) -> Characteristic[bytes]:
        if isinstance(offer, bytes):
            return Characteristic(UUID(uuid), _Property.READ, _May.READABLE, offer)
        held = offer if isinstance(offer, Held) else Held(way=offer)
        made = self._held(uuid, held)
        made.on(Characteristic.EVENT_SUBSCRIPTION, lambda *_: self._on_subscription(uuid))
        if self._protected:
            subscription = Descriptor(
                GATT_CLIENT_CHARACTERISTIC_CONFIGURATION_DESCRIPTOR,
                _May.READABLE | _May.WRITEABLE | _May.WRITE_REQUIRES_ENCRYPTION,
                self._device.gatt_server.make_descriptor_value(made),
            )
            made.descriptors = [subscription]
        return made

    def _held(self, uuid: str, held: Held) -> Characteristic[bytes]:
        ways, may = _Property(0), _May(0)
        if held.way:
            ways |= _Property.NOTIFY if held.way == "notify" else _Property.INDICATE
        if held.value is not None:
            ways, may = ways | _Property.READ, may | _May.READABLE
        if held.takes is not None:
            ways, may = ways | _Property.WRITE, may | _May.WRITEABLE
        value, takes = held.value, held.takes

        def write(_peer: Connection, data: bytes) -> None:
            self.written.append((uuid, data))
            self.happened.append(("written", uuid))
            if takes is not None:
                takes(data)

        def read(_peer: Connection) -> bytes | Awaitable[bytes]:
            self.happened.append(("read", uuid))
            assert value is not None
            return value()

        delegated: CharacteristicValue[bytes] = CharacteristicValue(
            read=None if value is None else read,  # type: ignore[arg-type]  # either, at its will
            write=None if takes is None else write,
        )
        return Characteristic(UUID(uuid), ways, may, delegated)

    def _on_subscription(self, uuid: str) -> None:
        self.happened.append(("subscribed", uuid))
        self._changed.set()

    @contextlib.asynccontextmanager
    async def on(self) -> AsyncIterator[HeldSensor]:
        """Switched on and heard until the block is left."""
        await self._device.power_on()
        await self.advertise()
        try:
            yield self
        finally:
            self._link.remove(self._chip)

    async def advertise(self) -> None:
        await self._device.start_advertising(
            advertising_interval_min=20, advertising_interval_max=20
        )

    async def says(self, *more: tuple[int, bytes]) -> None:
        """Advertise this beside the flags, from now on."""
        await self.stop_advertising()
        self._device.advertising_data = bytes(AdvertisingData([_FLAGS, *more]))
        await self.advertise()

    async def stop_advertising(self) -> None:
        await self._device.stop_advertising()

    async def subscribed(self, uuid: str) -> None:
        """Return once the gateway listens to this."""
        handle = self._characteristics[uuid].handle
        async with asyncio.timeout(60):
            while not any(
                self._device.gatt_server.subscribers.get(peer, {}).get(handle, b"\0\0")[0]
                for peer in self.connections
            ):
                self._changed.clear()
                await self._changed.wait()

    async def notify(self, uuid: str, data: bytes) -> None:
        await self._device.notify_subscribers(self._characteristics[uuid], data)

    async def indicate(self, uuid: str, data: bytes) -> None:
        """Send a record; returns once it is confirmed."""
        await self._device.indicate_subscribers(self._characteristics[uuid], data)

    async def drop(self) -> None:
        """Let go of the link."""
        for connection in list(self.connections):
            await connection.disconnect()

    def _on_connection(self, connection: Connection) -> None:
        self.connections.append(connection)
        self.links_made += 1
        connection.on(Connection.EVENT_DISCONNECTION, lambda _: self._on_gone(connection))

    def _on_gone(self, connection: Connection) -> None:
        self.connections.remove(connection)
        self._changed.set()

    async def alone(self) -> None:
        """Return once nobody is connected."""
        async with asyncio.timeout(60):
            while self.connections:
                self._changed.clear()
                await self._changed.wait()


class MemoryJournal:
    """A journal whose write takes as long as a test holds it."""

    def __init__(self) -> None:
        self.kept: list[Packet] = []
        self.marks: list[Synced] = []
        self.whole: list[Synced] = []
        self.open = asyncio.Event()
        self.open.set()
        self.fails: Exception | None = None

    @property
    def records(self) -> list[Packet]:
        """What devices sent, of all that was kept."""
        return [packet for packet in self.kept if not is_context(packet)]

    async def keep(self, packets: Sequence[Packet]) -> None:
        await self.open.wait()
        if self.fails is not None:
            raise self.fails
        self.kept.extend(packets)

    async def not_taken_in(self) -> Sequence[Packet]:
        return list(self.kept)

    async def kept_before(
        self, device: DeviceKey, characteristic: str, limit: int
    ) -> Sequence[Packet]:
        every = [p for p in self.kept if (p.device, p.characteristic) == (device, characteristic)]
        return every[-limit:]

    async def synced(self, device: DeviceKey, characteristic: str, session: str) -> int | None:
        key = device, characteristic, session
        told = [m for m in self.marks if (m.device, m.characteristic, m.session) == key]
        return told[-1].number if told else None

    async def synced_at(
        self, device: DeviceKey, characteristic: str, session: str
    ) -> Instant | None:
        key = device, characteristic, session
        every = (*self.marks, *self.whole)
        told = [m.at for m in every if (m.device, m.characteristic, m.session) == key]
        return told[-1] if told else None

    def note(self, mark: Synced) -> None:
        (self.whole if mark.session.startswith(ALL_OF) else self.marks).append(mark)
