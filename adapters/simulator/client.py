"""A bleak client on Bumble's host stack."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, ClassVar, TypeVar

from bleak.args import SizedBuffer
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError
from bumble import att, core, hci
from bumble.device import Advertisement, Connection, Peer

from adapters.simulator.attributes import GattClient, discover
from adapters.simulator.central import AskPasskey, Central
from adapters.simulator.waiting import is_cancelled

T = TypeVar("T")

_MTU = 517
_DEFAULT_MTU = 23


class SimulatedClient(BaseBleakClient):
    """Bound to a `Central` by `adapters.simulator.backend.backends`."""

    central: ClassVar[Central]

    def __init__(self, address_or_ble_device: BLEDevice | str, **options: Any) -> None:
        options.setdefault("disconnected_callback", None)
        options.setdefault("timeout", 30.0)
        super().__init__(address_or_ble_device, **options)
        self._target: hci.Address | None = None
        self._name: str | None = None
        if isinstance(address_or_ble_device, BLEDevice):
            self._target = address_or_ble_device.details
            self._name = address_or_ble_device.name
        self._connection: Connection | None = None
        self._gone: asyncio.Future[None] | None = None
        self._notified: dict[int, Callable[[bytes], None]] = {}

    @property
    def name(self) -> str:
        """The advertised name, or the address of a device that has none."""
        return self._name or self.address

    @property
    def mtu_size(self) -> int:
        """The negotiated ATT MTU."""
        return self._connection.att_mtu if self._connection else _DEFAULT_MTU

    @property
    def is_connected(self) -> bool:
        """Whether the link is up."""
        return self._connection is not None

    async def connect(self, pair: bool, **_options: Any) -> None:
        """Make a link, find out all attributes, and pair if asked.

        Raises:
            BleakDeviceNotFoundError: nothing with this address was heard within the time-out.
            TimeoutError: it was heard, but no link came about within the time-out.
            BleakError: the link was lost while its attributes were found out.
        """
        if self._connection is not None:
            raise BleakError("Already connected")
        async with asyncio.timeout(self._timeout):
            if self._target is None:
                self._target = await self._find()
            connection = await _translated(self.central.connect(self._target))
        connection.gatt_client = GattClient(connection, keeps_early=self.central.keeps_early)
        connection.on(connection.EVENT_DISCONNECTION, self._on_disconnection)
        self._connection = connection
        self._gone = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._timeout):
                await self._set_up(connection, pair)
        except BaseException:
            await self.disconnect()
            raise

    async def _set_up(self, connection: Connection, pair: bool) -> None:
        peer = Peer(connection)
        await self._ask(peer.request_mtu(_MTU))
        keys = self.central.device.keystore
        bonded = keys is not None and await keys.get(str(connection.peer_address)) is not None
        if bonded:
            await self._ask(connection.encrypt())
        elif pair:
            await self.pair()
        self.services = await self._ask(discover(peer, lambda: self.mtu_size - 3))

    async def _find(self) -> hci.Address:
        heard: asyncio.Future[Advertisement] = asyncio.get_running_loop().create_future()

        def hear(advertisement: Advertisement) -> None:
            right = advertisement.address.to_string(False) == self.address.upper()
            if right and not heard.done():
                heard.set_result(advertisement)

        await self.central.listen(hear, active=False)
        try:
            # Nine tenths, so that it ends before the time-out of the whole.
            async with asyncio.timeout(self._timeout * 0.9):
                return (await heard).address
        except TimeoutError:
            raise BleakDeviceNotFoundError(
                self.address, f"No device with address {self.address} was heard"
            ) from None
        finally:
            await self.central.dismiss(hear)

    def _on_disconnection(self, _reason: int) -> None:
        self._connection = None
        self.services = None
        self._notified.clear()
        if self._gone is not None and not self._gone.done():
            self._gone.set_result(None)
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    async def disconnect(self) -> None:
        """Let the link go; nothing happens if it is gone already."""
        if self._connection is not None:
            ended = asyncio.ensure_future(_translated(self._connection.disconnect()))
            await asyncio.shield(ended)

    async def pair(self, *_args: Any, passkey: AskPasskey | None = None, **_options: Any) -> None:
        """Pair and bond; the bond lasts as long as the radio.

        Args:
            passkey: only here: asked for the six digits that the device shows, with its address;
                None as an answer gives up. Left out, whoever the radio was given is asked.

        Raises:
            BleakError: the device refused, or the passkey was wrong.
        """
        connection = self._connected()
        if not connection.is_encrypted:
            with self.central.asking(connection, passkey):
                await self._ask(connection.pair())

    async def unpair(self) -> None:
        """Forget the bond."""
        keys = self.central.device.keystore
        if keys is not None and self._target is not None:
            await keys.delete(str(self._target))

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **_options: Any
    ) -> bytearray:
        """Read a value from the device."""
        self._connected()
        return bytearray(await self._ask(characteristic.obj.read_value()))

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **_options: Any
    ) -> bytearray:
        """Read a descriptor from the device."""
        self._connected()
        return bytearray(await self._ask(descriptor.obj.read_value()))

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool
    ) -> None:
        """Write a value."""
        self._connected()
        await self._ask(characteristic.obj.write_value(bytes(data), with_response=response))

    async def write_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, data: SizedBuffer
    ) -> None:
        """Write a descriptor."""
        self._connected()
        await self._ask(descriptor.obj.write_value(bytes(data), with_response=True))

    async def start_notify(
        self,
        characteristic: BleakGATTCharacteristic,
        callback: NotifyCallback,
        *,
        before_confirm: Callable[[], Awaitable[object]] | None = None,
        **_options: Any,
    ) -> None:
        """Subscribe: notifications where the device offers both, else indications.

        Args:
            characteristic: what to subscribe to.
            callback: called with each value, in order.
            before_confirm: only here: awaited after the callback, before an indication is
                confirmed to the device. Real Bluetooth stacks confirm at once.
        """
        connection = self._connected()
        if characteristic.handle in self._notified:
            raise BleakError("Characteristic notifications already started")

        def on_value(value: bytes) -> None:
            callback(bytearray(value))

        self._notified[characteristic.handle] = on_value
        if before_confirm is not None and isinstance(connection.gatt_client, GattClient):
            connection.gatt_client.before_confirm[characteristic.handle] = before_confirm
        try:
            await self._ask(characteristic.obj.subscribe(on_value))
        except BaseException:
            self._notified.pop(characteristic.handle, None)
            raise
        if isinstance(connection.gatt_client, GattClient):
            connection.gatt_client.hand_over(characteristic.handle)

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """Unsubscribe."""
        connection = self._connected()
        on_value = self._notified.pop(characteristic.handle, None)
        if isinstance(connection.gatt_client, GattClient):
            connection.gatt_client.before_confirm.pop(characteristic.handle, None)
        if on_value is not None:
            await self._ask(characteristic.obj.unsubscribe(on_value, force=True))

    def _connected(self) -> Connection:
        if self._connection is None:
            raise BleakError("Not connected")
        return self._connection

    async def _ask(self, asked: Coroutine[Any, Any, T]) -> T:
        """Await an answer, but no longer than the link lasts."""
        gone = self._gone
        if gone is None:
            asked.close()
            raise BleakError("Not connected")
        answer = asyncio.ensure_future(_translated(asked))
        try:
            waiting: set[asyncio.Future[Any]] = {answer, gone}
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            answer.cancel()
            raise
        if answer.done():
            return answer.result()
        answer.cancel()
        raise BleakError("The device disconnected before it answered")


async def _translated(asked: Awaitable[T]) -> T:
    """Await, with errors in bleak's words."""
    try:
        return await asked
    except att.ATT_Error as error:
        raise BleakGATTProtocolError(error.error_code) from error
    except (core.BaseBumbleError, hci.HCI_Error) as error:
        raise BleakError(str(error)) from error
    except asyncio.CancelledError as error:
        if is_cancelled():
            raise
        # Bumble cancels what it was asked for when the link or the chip goes away.
        raise BleakError("The device disconnected before it answered") from error
