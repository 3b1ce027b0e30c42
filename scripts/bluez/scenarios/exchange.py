"""A meter and a strap are spoken to over real BlueZ as on the virtual radio, packet by packet."""

from __future__ import annotations

import time

from adapters.ble.radio import Radio
from scripts.bluez.guest.exchange import differences, exchange
from scripts.bluez.guest.guest import Guest
from scripts.bluez.guest.meter_and_strap import AIR, listened, on_virtual_radio
from scripts.bluez.guest.snoop import said

SECONDS = 240


async def play(guest: Guest) -> dict[str, object]:
    """The same scenario on both; what was said is left beside the logs, a line a packet."""
    began = time.monotonic()
    async with guest.air(AIR) as air:
        devices = await air.devices()
        values = await listened(Radio(), devices, lambda at: air.measure("strap", at_s=at))
    between = time.monotonic()
    virtual = guest.folder / "virtual.btsnoop"
    ours, addresses = await on_virtual_radio(virtual)
    assert values == ours, f"{values} over BlueZ, {ours} on the virtual radio"
    figures: dict[str, object] = {
        "bluez_s": round(between - began, 1),
        "virtual_s": round(time.monotonic() - between, 1),
    }
    found = []
    for device, address in addresses.items():
        bluez = list(exchange(said(guest.folder / "adapter-0.btsnoop"), address))
        same = list(exchange(said(virtual), address))
        for name, lines in (("bluez", bluez), ("virtual", same)):
            text = "".join(f"{line}\n" for line in lines)
            (guest.folder / f"{device}.{name}.txt").write_text(text, encoding="utf-8")
        found += [f"{device}: {one}" for one in differences(same, bluez)]
        figures[device] = {"the_same": len(same), "of_bluetoothd": len(bluez) - len(same)}
    assert not found, found
    return figures
