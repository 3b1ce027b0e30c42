"""Waits until bleak knows every characteristic that BlueZ has of a device.

BlueZ says that it has found out the services before it has told of all of them, and bleak takes
what it knows by then for all there is (BlueZ 5.66 and 5.82, a busy computer; bleak 3.1).
"""

from __future__ import annotations

import asyncio
from typing import Final

from bleak import BleakClient
from dbus_fast.aio import MessageBus

from adapters.ble.bluez.bus import CHARACTERISTIC, all_objects

_TIMES: Final = 20
_PAUSE: Final = 0.1


async def complete(bus: MessageBus, device: str, client: BleakClient) -> bool:
    """Let a connected client look again, for two seconds at most, until it knows all.

    Args:
        bus: a connection of our own.
        device: the path of the device.
        client: of bleak, over BlueZ.

    Returns:
        whether it does.

    Raises:
        BusError: BlueZ does not run.
        BleakError: the link is lost.
    """
    for _ in range(_TIMES):
        there = {
            path
            for path, interfaces in (await all_objects(bus)).items()
            if path.startswith(f"{device}/") and CHARACTERISTIC in interfaces
        }
        if there <= {str(one.obj[0]) for one in client.services.characteristics.values()}:
            return True
        await asyncio.sleep(_PAUSE)
        # bleak has no word for it: it looks only where it knows nothing yet.
        backend = client._backend
        backend.services = None
        await backend._get_services()  # type: ignore[attr-defined]
    return False
