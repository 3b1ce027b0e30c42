"""What anybody on the guest asks of BlueZ, to see that something was not asked."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from scripts.bluez.guest.bluetoothd import tied
from scripts.bluez.guest.guest import Guest

REMOVE = "RemoveDevice"


class Calls:
    """All calls of one method so far."""

    def __init__(self, guest: Guest, method: str) -> None:
        self._file = guest.folder / f"{method}.txt"
        self._method = method

    @property
    def count(self) -> int:
        """How often it was called."""
        return self._file.read_text(encoding="utf-8").count(f"member={self._method}")

    @classmethod
    @contextlib.asynccontextmanager
    async def of(cls, guest: Guest, method: str) -> AsyncIterator[Calls]:
        """Count the calls of a method from now on."""
        calls = cls(guest, method)
        with calls._file.open("wb") as log:
            rule = f"type='method_call',member='{method}'"
            monitor = tied(["dbus-monitor", "--system", rule], log)
        try:
            async with asyncio.timeout(10):
                while not calls._file.stat().st_size:  # noqa: ASYNC110 - its first words
                    await asyncio.sleep(0.05)
            yield calls
        finally:
            monitor.kill()
            await asyncio.to_thread(monitor.wait)
