"""Never ends, on purpose, to show that this is seen."""

from __future__ import annotations

import asyncio

from scripts.bluez.guest.guest import Guest

SECONDS = 4


async def play(_guest: Guest) -> dict[str, object]:
    """Wait for what does not come."""
    await asyncio.Event().wait()
    return {}
