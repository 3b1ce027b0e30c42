"""One connection to one device, from the first subscription to the lost link."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.exc import BleakError, BleakGATTProtocolError

from adapters.ble.characteristics import battery_level, body_sensor_location, system_id
from adapters.ble.characteristics import device_information as information
from adapters.ble.inbox import Inbox
from adapters.ble.paired import Paired, RadioSettings
from adapters.errors import AdapterError, DecodeError
from adapters.local_events import LocalBatch, LocalName
from adapters.reading import DeviceFacts, Instant

RADIO_ERRORS = (BleakError, TimeoutError, OSError, EOFError)
"""What bleak raises when a device or the radio does not do as asked."""

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
                await self._listen_to(battery)

    async def _listen_to(self, characteristic: BleakGATTCharacteristic) -> None:
        uuid = characteristic.uuid
        stored = uuid in self._paired.profile.stored or "notify" not in characteristic.properties
        take = self._inbox.stored if stored else self._inbox.live

        def came(_sender: BleakGATTCharacteristic, data: bytearray) -> None:
            if not self._over:
                take(self._paired, uuid, bytes(data))

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
        """Read once what the device says of itself; what cannot be read is left out and counted."""
        facts: dict[str, str] = {}
        for uuid, field in information.FACTS.items():
            if (data := await self._read(uuid)) is not None:
                facts[field] = self._text(uuid, data)
        if (data := await self._read(body_sensor_location.UUID)) is not None:
            try:
                site = body_sensor_location.BodySensorLocation.from_bytes(data)
                facts["body_site"] = site.word
            except DecodeError as error:
                self._trouble(body_sensor_location.UUID, error.why)
        paired = self._paired
        self._inbox.post(DeviceFacts(paired.person, paired.device, paired.profile.title, **facts))
        names = {}
        if (data := await self._read(information.SERIAL_NUMBER)) is not None:
            names["serial_number"] = self._text(information.SERIAL_NUMBER, data)
        if (data := await self._read(system_id.UUID)) is not None:
            try:
                names["system_id"] = system_id.SystemId.from_bytes(data).text
            except DecodeError as error:
                self._trouble(system_id.UUID, error.why)
        at = self._now()
        events = [LocalName(paired.device, what, name, at) for what, name in names.items() if name]
        if events:
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

    def _text(self, uuid: str, data: bytes) -> str:
        try:
            return information.InformationText.from_bytes(data).text
        except DecodeError as error:
            self._trouble(uuid, error.why)
            return ""

    def _trouble(self, uuid: str, reason: str) -> None:
        self._inbox.trouble(self._paired.device, uuid, reason)
