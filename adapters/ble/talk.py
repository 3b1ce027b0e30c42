"""What is asked of a connected device, each with a time-out, and what it answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.exc import BleakError, BleakGATTProtocolError

from adapters.ble.bond import Bond
from adapters.ble.gatt_errors import NEEDS_PAIRING, code_of
from adapters.ble.paired import RadioSettings
from adapters.errors import AdapterError, DecodeError

T = TypeVar("T")

RADIO_ERRORS = (BleakError, TimeoutError, OSError, EOFError)
"""What bleak raises when a device or the radio does not do as asked."""


_STUCK = "it did not answer before, and is not asked again"


class PairingWanted(AdapterError):
    """The device tells this only to those it is paired with."""

    def __init__(self) -> None:
        super().__init__(
            "The device speaks only to those it is paired with.",
            "Put it into pairing mode, then pair it.",
        )


class Talk:
    """One link, as reads, writes and subscriptions.

    Attributes:
        settings: how long things may take.
        lost: set once the link is lost.
        bond: told what answered and what did not.
    """

    def __init__(
        self,
        client: BleakClient,
        settings: RadioSettings,
        lost: asyncio.Event,
        complain: Callable[[str, str], None],
        bond: Bond | None = None,
    ) -> None:
        """Put together; ``complain`` is told the characteristic and what was not done."""
        self.settings = settings
        self.lost = lost
        self.complain = complain
        self.bond = bond or Bond()
        self._client = client

    @property
    def is_up(self) -> bool:
        """Whether the link is up."""
        return self._client.is_connected and not self.lost.is_set()

    def offered(self, uuid: str, *may: str) -> list[BleakGATTCharacteristic]:
        """The characteristics with this UUID that may be used in all these ways."""
        every = self._client.services.characteristics.values()
        return [one for one in every if one.uuid == uuid and set(may) <= set(one.properties)]

    def beside(self, other: BleakGATTCharacteristic, uuid: str) -> BleakGATTCharacteristic | None:
        """The characteristic with this UUID in the same service as another."""
        same = (one for one in self.offered(uuid) if one.service_handle == other.service_handle)
        return next(same, None)

    async def read(self, uuid: str) -> bytes | None:
        """The value, or None where there is none or it is not given.

        Raises:
            BleakError: the link is lost.
        """
        one = next(iter(self.offered(uuid, "read")), None)
        if one is None:
            return None
        if uuid in self.bond.stuck:
            self.complain(uuid, _STUCK)
            return None
        try:
            return bytes(await self._in_time(uuid, self._client.read_gatt_char(one)))
        except RADIO_ERRORS:
            if not self.is_up:
                raise
            self.complain(uuid, "the device did not let it be read")
            return None

    async def descriptor(self, one: BleakGATTCharacteristic, uuid: str) -> bytes | None:
        """What a descriptor of a characteristic says, or None where there is none or it fails.

        Raises:
            BleakError: the link is lost.
        """
        found = one.get_descriptor(uuid)
        if found is None:
            return None
        try:
            async with asyncio.timeout(self.settings.operation_timeout):
                return bytes(await self._client.read_gatt_descriptor(found))
        except RADIO_ERRORS:
            if not self.is_up:
                raise
            self.complain(uuid, "the device did not let it be read")
            return None

    async def decoded(self, uuid: str, decode: Callable[[bytes], T]) -> T | None:
        """The value, decoded; None where there is none that can be."""
        if (data := await self.read(uuid)) is None:
            return None
        try:
            return decode(data)
        except DecodeError as error:
            self.complain(uuid, error.why)
            return None

    async def write(
        self, characteristic: BleakGATTCharacteristic, data: bytes, *, answered: bool = True
    ) -> None:
        """Write a value, and wait until the device has taken it, if it says so (``answered``).

        Raises:
            BleakError: it refused, or the link is lost.
        """
        asked = self._client.write_gatt_char(characteristic, data, response=answered)
        await self._in_time(characteristic.uuid, asked)

    async def listen(
        self, characteristic: BleakGATTCharacteristic, came: Callable[[bytes], None]
    ) -> None:
        """Subscribe: from now on each value is given to ``came``.

        Raises:
            AdapterError: the device wants to be paired.
            BleakError: it did not do as asked.
        """
        asked = self._client.start_notify(characteristic, lambda _sender, data: came(bytes(data)))
        try:
            await self._in_time(characteristic.uuid, asked)
        except BleakGATTProtocolError as error:
            if code_of(error) in NEEDS_PAIRING:
                raise PairingWanted from None
            raise

    async def _in_time(self, uuid: str, asked: Coroutine[Any, Any, T]) -> T:
        """What a characteristic answers, while the link is up."""
        try:
            async with asyncio.timeout(self.settings.operation_timeout):
                answer = await self.while_linked(asked)
        except TimeoutError:
            if self.is_up:
                self.bond.was_late(uuid)
            raise
        self.bond.answered(uuid)
        return answer

    async def while_linked(self, asked: Coroutine[Any, Any, T]) -> T:
        """Await something that never comes once the link is lost.

        Raises:
            BleakError: the link is lost.
        """
        answer = asyncio.ensure_future(asked)
        gone = asyncio.ensure_future(self.lost.wait())
        try:
            await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                raise BleakError("the link is lost")
            return answer.result()
        finally:
            answer.cancel()
            gone.cancel()
