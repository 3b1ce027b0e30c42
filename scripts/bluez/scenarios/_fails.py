"""Fails on purpose, to show that a failure is seen."""

from __future__ import annotations

from scripts.bluez.guest.guest import Guest


async def play(guest: Guest) -> dict[str, object]:
    """What this asserts is wrong."""
    assert await guest.bluetoothd.devices(), "nobody is here"
    return {}
