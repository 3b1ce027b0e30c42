"""One connection to one device, from the first subscription to the lost link."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.exc import BleakError, BleakGATTProtocolError

from adapters.ble.characteristics import battery_level, body_sensor_location, system_id
from adapters.ble.characteristics import device_information as information
from adapters.ble.characteristics.body_sensor_location import BodySensorLocation
from adapters.ble.characteristics.system_id import SystemId
from adapters.ble.inbox import Inbox
from adapters.ble.paired import Paired, RadioSettings
from adapters.errors import AdapterError, DecodeError
from adapters.local_events import LocalBatch, LocalName
from adapters.reading import DeviceFacts, Instant

T = TypeVar("T")

RADIO_ERRORS = (BleakError, TimeoutError, OSError, EOFError)
"""What bleak raises when a device or the radio does not do as asked."""

_SERIAL_NOT_BY_CHANCE = 5
"""A serial number of fewer signs may stand in another text by chance."""

# Bluetooth Core Specification 5.4, Vol 3 Part F, 3.4.1.1: Insufficient Authentication,
# Authorization, Encryption Key Size, Encryption.
_NEEDS_PAIRING = {0x05, 0x08, 0x0C, 0x0F}


class Session:
    """What is done while one link is up."""

    def __init__(
        self,
        client: BleakClient,
        paired: Paired,
        inbox: Inbox,
        settings: RadioSettings,
        now: Callable[[], Instant],
    ) -> None:
        self._client = client
        self._paired = paired
        self._inbox = inbox
        self._settings = settings
        self._now = now
        self._over = False

    async def subscribe(self) -> None:
        """Ask for everything that the profile reads, and the battery.

        Raises:
            AdapterError: the device has nothing that its profile reads, or wants to be paired.
            BleakError: it did not do as asked.
        """
        wanted = [one for uuid in self._paired.profile.reads for one in self._offered(uuid)]
        if not wanted:
            raise AdapterError(
                "The device does not offer what its kind measures.",
                "Remove this device and add it again as another kind.",
            )
        for characteristic in wanted:
            await self._listen_to(characteristic)
        for battery in self._offered(battery_level.UUID):
            if "notify" in battery.properties:
                await self._listen_to_battery(battery)

    async def _listen_to_battery(self, battery: BleakGATTCharacteristic) -> None:
        """It is good to know, but nothing fails for want of it."""
        try:
            await self._listen_to(battery)
        except (AdapterError, *RADIO_ERRORS):
            if not self._client.is_connected:
                raise
            self._trouble(battery.uuid, "the device does not tell it by itself")

    async def _listen_to(self, characteristic: BleakGATTCharacteristic) -> None:
        uuid = characteristic.uuid
        stored = uuid in self._paired.profile.stored or "notify" not in characteristic.properties
        take = self._inbox.stored if stored else self._inbox.live

        def came(_sender: BleakGATTCharacteristic, data: bytearray) -> None:
            if not self._over:
                take(self._paired, uuid, bytes(data))

        if stored:
            await self._inbox.recall(self._paired, uuid)
        try:
            async with asyncio.timeout(self._settings.operation_timeout):
                await self._client.start_notify(characteristic, came)
        except BleakGATTProtocolError as error:
            if error.code in _NEEDS_PAIRING:
                raise AdapterError(
                    "The device speaks only to those it is paired with.",
                    "Remove this device, put it into pairing mode and add it again.",
                ) from None
            raise

    async def introduce(self) -> None:
        """Read once what the device says of itself; what cannot be read is left out and counted.

        What names this single device stays here, also where it stands within another text.
        """
        paired, names = self._paired, {}
        serial = await self._text(information.SERIAL_NUMBER)
        if serial:
            names["serial_number"] = serial
        if (system := await self._decoded(system_id.UUID, SystemId.from_bytes)) is not None:
            names["system_id"] = system.text
        facts = {field: await self._text(uuid) for uuid, field in information.FACTS.items()}
        if len(serial) >= _SERIAL_NOT_BY_CHANCE:
            facts = {field: text for field, text in facts.items() if serial not in text}
        uuid = body_sensor_location.UUID
        if (place := await self._decoded(uuid, BodySensorLocation.from_bytes)) is not None:
            facts["body_site"] = place.word
        self._inbox.post(DeviceFacts(paired.person, paired.device, paired.profile.title, **facts))
        at = self._now()
        if names:
            events = [LocalName(paired.device, what, name, at) for what, name in names.items()]
            self._inbox.post(LocalBatch(events))

    async def stay(self, lost: asyncio.Event) -> None:
        """Stay until the link is lost, reading the battery now and then."""
        silent = not any("notify" in one.properties for one in self._offered(battery_level.UUID))
        again = self._settings.battery_every if silent else None
        while not lost.is_set():
            if (data := await self._read(battery_level.UUID)) is not None:
                self._inbox.live(self._paired, battery_level.UUID, data)
            try:
                async with asyncio.timeout(again):
                    await lost.wait()
            except TimeoutError:
                continue

    def end(self) -> None:
        """Whatever still comes over this link is not taken in."""
        self._over = True

    def _offered(self, uuid: str) -> list[BleakGATTCharacteristic]:
        every = self._client.services.characteristics.values()
        return [one for one in every if one.uuid == uuid]

    async def _read(self, uuid: str) -> bytes | None:
        """The value, or None where there is none or it is not given.

        Raises:
            BleakError: the link is lost.
        """
        one = next((one for one in self._offered(uuid) if "read" in one.properties), None)
        if one is None:
            return None
        try:
            async with asyncio.timeout(self._settings.operation_timeout):
                return bytes(await self._client.read_gatt_char(one))
        except RADIO_ERRORS:
            if not self._client.is_connected:
                raise
            self._trouble(uuid, "the device did not let it be read")
            return None

    async def _decoded(self, uuid: str, decode: Callable[[bytes], T]) -> T | None:
        if (data := await self._read(uuid)) is None:
            return None
        try:
            return decode(data)
        except DecodeError as error:
            self._trouble(uuid, error.why)
            return None

    async def _text(self, uuid: str) -> str:
        said = await self._decoded(uuid, information.InformationText.from_bytes)
        return "" if said is None else said.text

    def _trouble(self, uuid: str, reason: str) -> None:
        self._inbox.trouble(self._paired.device, uuid, reason)
