"""The guest's own bluetoothd, and what it says on the bus."""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from dbus_fast import BusType, Message, MessageType
from dbus_fast.aio import MessageBus

BONDS = Path("/var/lib/bluetooth")
_PROGRAM = "/usr/libexec/bluetooth/bluetoothd"
_OBJECTS = "org.freedesktop.DBus.ObjectManager"
_NAME = "org.bluez"


def tied(words: Sequence[str], log: int | IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a program that does not outlive this process."""
    return subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *words], stdout=log, stderr=log)


class Bluetoothd:
    """One that can be killed and started as often as a scenario likes."""

    def __init__(self, log: Path) -> None:
        """Not started yet.

        Args:
            log: where it writes.
        """
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._bus: MessageBus | None = None

    async def start(self) -> None:
        """Start it, and wait until it can be asked."""
        with self._log.open("ab") as log:
            self._process = tied([_PROGRAM, "--nodetach", "--debug"], log)
        async with asyncio.timeout(30):
            while not await self._answers():  # noqa: ASYNC110 - nobody tells when
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """End it at once, as a crash would; what it knows of bonds stays on its disk."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            await asyncio.to_thread(self._process.wait)
            self._process = None

    @staticmethod
    def forget_everything() -> None:
        """Leave it nothing of what an earlier one knew."""
        for one in BONDS.iterdir():
            shutil.rmtree(one) if one.is_dir() else one.unlink()

    async def objects(self) -> dict[str, dict[str, dict[str, Any]]]:
        """All that it has on the bus: properties by path and interface."""
        answer = await self._call("/", _OBJECTS, "GetManagedObjects")
        return {
            path: {face: {k: v.value for k, v in has.items()} for face, has in faces.items()}
            for path, faces in answer.items()
        }

    async def devices(self) -> dict[str, dict[str, Any]]:
        """What it knows of each device, by address."""
        every = (faces.get("org.bluez.Device1") for faces in (await self.objects()).values())
        return {str(one["Address"]): one for one in every if one is not None}

    async def is_bonded(self, address: str) -> bool:
        """Whether it keeps the keys of a pairing with this device."""
        known = (await self.devices()).get(address)
        return known is not None and bool(known["Bonded"])

    async def adapter(self, index: int) -> None:
        """Wait until an adapter is there and switched on."""
        async with asyncio.timeout(20):
            while True:
                faces = (await self.objects()).get(f"/org/bluez/hci{index}", {})
                if faces.get("org.bluez.Adapter1", {}).get("Powered"):
                    return
                await asyncio.sleep(0.05)

    async def close(self) -> None:
        """End it, and leave the bus."""
        if self._bus is not None:
            self._bus.disconnect()
            self._bus = None
        await self.kill()

    async def _answers(self) -> bool:
        try:
            await self.objects()
        except RuntimeError:
            return False
        return True

    async def _call(self, path: str, face: str, member: str) -> Any:
        if self._bus is None:
            self._bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
        answer = await self._bus.call(
            Message(destination=_NAME, path=path, interface=face, member=member)
        )
        if answer is None or answer.message_type is MessageType.ERROR:
            raise RuntimeError(
                f"bluetoothd: {answer and answer.error_name} {answer and answer.body}"
            )
        return answer.body[0]
