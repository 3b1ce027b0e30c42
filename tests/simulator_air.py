"""A bare device on the virtual air, for tests of the radio itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from bumble import att
from bumble.core import AdvertisingData
from bumble.device import Device, DeviceConfiguration
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import Address

from adapters.simulator.fast_loop import run_fast
from adapters.simulator.link import RadioLink
from adapters.simulator.table import just_works

HEART_RATE = "0000180d-0000-1000-8000-00805f9b34fb"
ADDRESS = "C0:00:00:00:00:07"
NAME = "Bare device"
APPLICATION_ERROR = 0x80

_P = Characteristic.Properties
_MAY = Characteristic.Permissions


@dataclass
class Bare:
    """Its attributes, and what was written to it."""

    device: Device
    notified: Characteristic[bytes]
    indicated: Characteristic[bytes]
    written: list[bytes] = field(default_factory=list)

    async def drop(self) -> None:
        for connection in list(self.device.connections.values()):
            await connection.disconnect()


@contextlib.asynccontextmanager
async def bare_device(link: RadioLink, address: str = ADDRESS) -> AsyncIterator[Bare]:
    """Advertises a service in its advertisement and its name in the scan response alone."""
    chip = link.controller("bare")
    config = DeviceConfiguration(
        name=NAME,
        address=Address(address),
        irk=bytes(range(16)),
        address_resolution_offload=True,
        advertising_interval_min=20,
        advertising_interval_max=20,
    )
    device = Device.from_config_with_hci(config, chip, chip)
    bare = Bare(
        device,
        Characteristic("2A37", _P.NOTIFY, _MAY(0), b""),
        Characteristic("2A35", _P.INDICATE, _MAY(0), b""),
    )

    def write(_bearer: object, value: bytes) -> None:
        if value != b"\x01":
            raise att.ATT_Error(APPLICATION_ERROR)
        bare.written.append(value)

    control: Characteristic[bytes] = Characteristic(
        "2A39",
        _P.WRITE | _P.WRITE_WITHOUT_RESPONSE,
        _MAY.WRITEABLE,
        CharacteristicValue(write=write),
    )
    where = Characteristic("2A38", _P.READ, _MAY.READABLE, b"\x01")
    secret = Characteristic(
        "2A2B", _P.READ, _MAY.READABLE | _MAY.READ_REQUIRES_ENCRYPTION, b"secret"
    )
    every = [bare.notified, bare.indicated, control, where, secret]
    device.add_service(Service("180D", every))
    device.pairing_config_factory = just_works
    device.advertising_data = bytes(
        AdvertisingData(
            [
                (AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS, b"\x0d\x18"),
                (AdvertisingData.MANUFACTURER_SPECIFIC_DATA, b"\xff\xff\x2a"),
                (AdvertisingData.TX_POWER_LEVEL, b"\xfc"),
                (AdvertisingData.SERVICE_DATA_16_BIT_UUID, b"\x0f\x18\x5a"),
            ]
        )
    )
    device.scan_response_data = bytes(
        AdvertisingData([(AdvertisingData.COMPLETE_LOCAL_NAME, NAME.encode())])
    )
    await device.power_on()
    await device.start_advertising(auto_restart=True)
    try:
        yield bare
    finally:
        await device.power_off()
        link.remove(chip)


def fast(story: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """A test on the loop on which waiting takes no time."""

    def test() -> None:
        run_fast(story())

    test.__name__, test.__doc__ = story.__name__, story.__doc__
    return test


async def until(true: Callable[[], bool], within: float = 3.0) -> None:
    """Wait until a function says yes."""
    async with asyncio.timeout(within):
        while not true():  # noqa: ASYNC110 - many things may make it true
            await asyncio.sleep(0.005)
