"""A sensor that a test holds in its hand, on the virtual radio, and a journal in memory."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence

from bumble.core import UUID, AdvertisingData
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.gatt import (
    GATT_CLIENT_CHARACTERISTIC_CONFIGURATION_DESCRIPTOR,
    Characteristic,
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
from adapters.local_events import Packet
from adapters.reading import DeviceKey
from adapters.simulator.link import RadioLink

_Property = Characteristic.Properties
_May = Characteristic.Permissions
_FLAGS = (AdvertisingData.Type.FLAGS, b"\x06")

STRAP_SERVICES: Mapping[str, Mapping[str, bytes | str]] = {
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
        services: Mapping[str, Mapping[str, bytes | str]],
        *,
        protected: bool = False,
    ) -> None:
        self.address = address
        self.connections: list[Connection] = []
        self.links_made = 0
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

    def _made(self, uuid: str, value: bytes | str) -> Characteristic[bytes]:
        if isinstance(value, bytes):
            return Characteristic(UUID(uuid), _Property.READ, _May.READABLE, value)
        way = _Property.NOTIFY if value == "notify" else _Property.INDICATE
        made: Characteristic[bytes] = Characteristic(UUID(uuid), way, _May(0), b"")
        made.on(Characteristic.EVENT_SUBSCRIPTION, lambda *_: self._changed.set())
        if self._protected:
            subscription = Descriptor(
                GATT_CLIENT_CHARACTERISTIC_CONFIGURATION_DESCRIPTOR,
                _May.READABLE | _May.WRITEABLE | _May.WRITE_REQUIRES_ENCRYPTION,
                self._device.gatt_server.make_descriptor_value(made),
            )
            made.descriptors = [subscription]
        return made

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

    async def stop_advertising(self) -> None:
        await self._device.stop_advertising()

    async def subscribed(self, uuid: str) -> None:
        """Return once the gateway listens to this."""
        handle = self._characteristics[uuid].handle
        async with asyncio.timeout(10):
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
        async with asyncio.timeout(10):
            while self.connections:
                self._changed.clear()
                await self._changed.wait()


class MemoryJournal:
    """A journal whose write takes as long as a test holds it."""

    def __init__(self) -> None:
        self.kept: list[Packet] = []
        self.open = asyncio.Event()
        self.open.set()
        self.fails: Exception | None = None

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
