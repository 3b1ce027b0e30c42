"""A gateway in little, as a process to be killed: connects to all, prints what it hears."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable

from bleak import BleakClient, BleakScanner
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from adapters.simulator.radio import hci_radio


def telling(address: str) -> Callable[[BleakGATTCharacteristic, bytearray], None]:
    def tell(characteristic: BleakGATTCharacteristic, value: bytearray) -> None:
        print(json.dumps([address, characteristic.uuid, bytes(value).hex()]), flush=True)

    return tell


async def main(transport: str, addresses: list[str]) -> None:
    async with hci_radio(transport) as radio:
        heard: dict[str, BLEDevice] = {}

        def hear(device: BLEDevice, _: AdvertisementData) -> None:
            heard[device.address] = device

        async with BleakScanner(hear, backend=radio.scanner):
            while not set(addresses) <= set(heard):  # noqa: ASYNC110 - several must come
                await asyncio.sleep(0.01)
        for address in addresses:
            client = BleakClient(heard[address], backend=radio.client)
            await client.connect()
            for characteristic in client.services.characteristics.values():
                if {"notify", "indicate"} & set(characteristic.properties):
                    await client.start_notify(characteristic, telling(address))
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
