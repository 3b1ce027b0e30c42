"""The one scanner of an adapter: on while somebody may be listened to, off otherwise."""

from __future__ import annotations

import asyncio
import contextlib

from bleak import BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakBluetoothNotAvailableError
from bleak.exc import BleakBluetoothNotAvailableReason as Reason

from adapters.ble.paired import RadioSettings
from adapters.ble.radio import OnHeard, Radio
from adapters.ble.talk import RADIO_ERRORS
from adapters.ble.watching import Chosen
from adapters.errors import AdapterError

_NEXT_STEPS = {
    Reason.NO_BLUETOOTH: "Plug in a Bluetooth adapter.",
    Reason.NO_BLE_CENTRAL_ROLE: "Plug in an adapter for Bluetooth 4.0 or later.",
    Reason.POWERED_OFF: "Switch Bluetooth on.",
    Reason.DENIED_BY_USER: "Allow this program to use Bluetooth, in the system's settings.",
    Reason.DENIED_BY_SYSTEM: "Ask whoever looks after this computer to allow Bluetooth.",
}


def no_radio(error: BaseException) -> AdapterError:
    """Say in words why the radio cannot be used."""
    step = "Switch Bluetooth on, or plug in a Bluetooth adapter."
    if isinstance(error, BleakBluetoothNotAvailableError):
        step = _NEXT_STEPS.get(error.reason, step)
    return AdapterError("The Bluetooth radio does not answer.", step)


class Ear:
    """Listens for advertisements.

    Attributes:
        silences: how often in a row the scan was started anew, without anything heard since.
    """

    def __init__(self, radio: Radio, settings: RadioSettings, heard: OnHeard) -> None:
        self._radio = radio
        self._settings = settings
        self._tell = heard
        self._scanner: BleakScanner | None = None
        self._last: float | None = None
        self._chosen: Chosen | None = None
        self.silences = 0

    @property
    def is_open(self) -> bool:
        """Whether it listens."""
        return self._scanner is not None

    def is_over(self) -> bool:
        """Whether the adapter it was opened on is another now, or was begun anew.

        Raises:
            AdapterError: there is none any more.
        """
        return self._radio.chosen() != self._chosen

    async def open(self) -> None:
        """Start to listen.

        Raises:
            AdapterError: there is no radio that answers.
        """
        self._chosen = self._radio.chosen()
        scanner = self._radio.listening(self._heard)
        self._scanner = scanner
        try:
            async with asyncio.timeout(self._settings.operation_timeout):
                await scanner.start()
        except RADIO_ERRORS as error:
            await self.close()
            raise no_radio(error) from error

    async def close(self) -> None:
        """Stop to listen."""
        scanner, self._scanner, self._last = self._scanner, None, None
        if scanner is not None:
            with contextlib.suppress(*RADIO_ERRORS):
                async with asyncio.timeout(self._settings.close_timeout):
                    await scanner.stop()

    async def check(self) -> None:
        """Start anew after a long silence: a radio that was reset tells nobody (bleak, BlueZ).

        Armed by a first advertisement, so that a lonely place is left in peace until then.

        Raises:
            AdapterError: the radio is gone.
        """
        now = asyncio.get_running_loop().time()
        if self._last is not None and now - self._last > self._settings.silence:
            await self.close()
            await self.open()
            self._last = now
            self.silences += 1

    def _heard(self, device: BLEDevice, said: AdvertisementData) -> None:
        if self._scanner is not None:
            self._last = asyncio.get_running_loop().time()
            self.silences = 0
            self._tell(device, said)
