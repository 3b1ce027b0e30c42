"""Devices are added at a terminal: Just Works and six digits; wrong and late digits explained."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from scripts.bluez.guest.guest import Guest
from scripts.bluez.guest.terminal import House
from scripts.bluez.guest.to_be_added import AIR, RIGHT, WRONG

SECONDS = 400


async def play(guest: Guest) -> dict[str, object]:
    """Each is found, paired with, somebody's, and shows its first reading."""
    house = House(Path(tempfile.mkdtemp(prefix="health-", dir="/var/lib")) / "home")
    await house.ask("setup", "--key-file")
    await house.ask("people", "add", "Ada", "--born", "1985-04")
    await house.ask("consent", "grant", "collect", "ble")
    async with guest.air(AIR) as air:
        devices = await air.devices()
        cuff, meter = devices["cuff"]["address"], devices["thermometer"]["address"]
        await air.measure("cuff")
        await air.measure("thermometer")
        found = await house.ask("devices", "scan", "--seconds", "5")
        assert "Blood pressure cuff" in found, found
        took = {"just_works_s": await _added(guest, house, cuff, "Blood pressure")}
        await _refused(guest, house, meter, WRONG, "were not those that the device shows")
        await _refused(guest, house, meter, None, "Nobody answered in time")
        assert not await guest.bluetoothd.is_bonded(meter), "a failed pairing leaves nothing behind"
        listed = await house.ask("devices", "list")
        assert "thermometer" not in listed.lower(), listed
        await air.measure("thermometer")
        took["six_digits_s"] = await _added(guest, house, meter, "Body temperature", RIGHT)
        assert await guest.bluetoothd.is_bonded(cuff)
        assert await guest.bluetoothd.is_bonded(meter)
    return dict(took)


async def _added(guest: Guest, house: House, address: str, title: str, digits: str = "") -> float:
    began = time.monotonic()
    terminal = house.at("devices", "add", address)
    if digits:
        await terminal.until("Which six digits does")
        terminal.type(digits)
    code = await terminal.ended()
    guest.say(terminal.text)
    assert code == 0, terminal.text
    assert "belongs to Ada now" in terminal.text, terminal.text
    assert f"It says: {title}" in terminal.text, terminal.text
    return round(time.monotonic() - began, 1)


async def _refused(
    guest: Guest, house: House, address: str, digits: str | None, words: str
) -> None:
    terminal = house.at("devices", "add", address)
    await terminal.until("Which six digits does")
    if digits is not None:
        terminal.type(digits)
    code = await terminal.ended()
    guest.say(terminal.text)
    assert code == 4, terminal.text
    assert words in terminal.text, terminal.text
    assert "try again" in terminal.text, terminal.text
