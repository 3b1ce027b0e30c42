"""Pairs the device that a person is adding, and says in words what did not work."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

from dbus_fast.aio import MessageBus

from adapters.ble.asking import Asker, NotPaired
from adapters.ble.bluez.agent import CAPABILITY, PATH, Adding, Agent
from adapters.ble.bluez.bus import (
    ADAPTER,
    DEVICE,
    BusError,
    KnownDevice,
    all_objects,
    call,
    device_of,
    open_bus,
)

_AGENTS: Final = "org.bluez.AgentManager1"
_BLUEZ_PATH: Final = "/org/bluez"

PAIR_WITHIN: Final = 75.0
"""Seconds: longer than BlueZ waits for an agent (60 s), so that its own word comes first."""


_AGAIN: Final = "Put the device into pairing mode and try again"


def why(error: BusError, adding: Adding) -> NotPaired:
    """What a failed pairing means to the person."""
    digits = "type" in adding.asked or "compare" in adding.asked
    if adding.late or (digits and not adding.answered and error.short == "AuthenticationTimeout"):
        return NotPaired(
            "late",
            "Nobody answered in time, so the device is not paired.",
            f"{_AGAIN}; have its six digits in sight, they must be typed within 25 seconds.",
        )
    if adding.refused:
        return NotPaired(
            "refused here",
            "It was not paired, as you wished.",
            f"{_AGAIN} if you want to. If the digits differed, another device may have answered.",
        )
    if digits and adding.answered:
        return NotPaired(
            "wrong digits",
            "The six digits were not those that the device shows.",
            f"{_AGAIN}, and type the digits that it shows then; they may be new.",
        )
    if "show" in adding.asked:
        return NotPaired(
            "wrong digits",
            "The device was not told the right six digits.",
            f"{_AGAIN}, and type the digits that are shown here into the device.",
        )
    if error.short in ("ConnectionAttemptFailed", "NotConnected", "DoesNotExist", "UnknownObject"):
        return NotPaired(
            "gone",
            "The device ended the connection instead of pairing.",
            f"It may be paired with a phone or another computer: remove it there first. {_AGAIN}.",
        )
    if error.name in ("", "org.freedesktop.DBus.Error.ServiceUnknown"):
        return NotPaired(
            "no answer",
            "The system's Bluetooth service did not answer.",
            "Check that it runs (systemctl status bluetooth), then add the device again.",
        )
    return NotPaired(
        "refused",
        "The device refused to be paired.",
        f"{_AGAIN}: its manual says how. If it is paired with a phone, remove it there first.",
    )


class Meeting:
    """One device while it is being added: what it asks is answered, and what others ask refused."""

    def __init__(self, bus: MessageBus, address: str, adapter: str | None, adding: Adding) -> None:
        self._bus = bus
        self._address = address
        self._adapter = adapter
        self._adding = adding

    async def known(self) -> KnownDevice | None:
        """How BlueZ knows it, or None."""
        with contextlib.suppress(BusError):
            known = device_of(await all_objects(self._bus), self._address, self._adapter)
            if known is not None:
                self._adding.path = known.path
            return known
        return None

    async def is_paired(self) -> bool:
        """Whether this computer keeps the keys of a pairing with it."""
        known = await self.known()
        return known is not None and known.bonded

    @property
    def was_asked(self) -> bool:
        """Whether the device wanted an answer."""
        return bool(self._adding.asked)

    async def pair(self) -> str:
        """Connect and pair, asking the person what is wanted; returns its address from now on.

        A device that changes its address for privacy tells the lasting one while it is paired.

        Raises:
            NotPaired: it did not come about, with what to do next.
        """
        known = await self.known()
        if known is None:
            raise why(BusError("org.bluez.Error.DoesNotExist"), self._adding)
        if not known.bonded:
            await self._pair(known.path)
        for path, interfaces in (await all_objects(self._bus)).items():
            if path == known.path and DEVICE in interfaces:
                return str(interfaces[DEVICE]["Address"].value).upper()
        raise why(BusError("org.bluez.Error.DoesNotExist"), self._adding)

    async def _pair(self, path: str) -> None:
        try:
            await call(self._bus, path, DEVICE, "Pair", within=PAIR_WITHIN)
        except BusError as error:
            if error.short == "AlreadyExists":
                return
            for end in ("CancelPairing", "Disconnect"):  # or it stays connected, and is not heard
                with contextlib.suppress(BusError):
                    await call(self._bus, path, DEVICE, end)
            raise why(error, self._adding) from error
        except asyncio.CancelledError:
            self._bus.disconnect()  # BlueZ takes that as the end of what this connection began
            raise

    async def forget_pairing(self) -> None:
        """See `Meets.forget_pairing`."""
        known = await self.known()
        if known is None:
            return
        adapter = known.path.rpartition("/")[0]
        try:
            await call(self._bus, adapter, ADAPTER, "RemoveDevice", "o", [known.path])
        except BusError as error:
            raise why(error, self._adding) from error


class Pairing:
    """Pairs on Linux, over BlueZ."""

    def __init__(self, adapter: str | None = None, *, bus: str | None = None) -> None:
        """Put together; nothing is connected yet.

        Args:
            adapter: its name, e.g. ``hci1``; None for whichever knows the device.
            bus: the address of another bus than the system's.
        """
        self._adapter = adapter
        self._address = bus

    @contextlib.asynccontextmanager
    async def meeting(self, address: str, called: str, asker: Asker) -> AsyncIterator[Meeting]:
        """While this lasts, our agent answers for this device, and refuses every other.

        A desktop's own agent answers for all again once it is over.

        Args:
            address: the device that a person is adding.
            called: what the questions call it.
            asker: who puts them.

        Raises:
            AdapterError: the system's Bluetooth service does not answer.
        """
        adding = Adding(address, called, asker)
        try:
            bus = await open_bus(self._address)
        except BusError as error:
            raise why(error, adding) from error
        agent = Agent(adding)
        try:
            bus.export(PATH, agent)
            try:
                await call(bus, _BLUEZ_PATH, _AGENTS, "RegisterAgent", "os", [PATH, CAPABILITY])
                await call(bus, _BLUEZ_PATH, _AGENTS, "RequestDefaultAgent", "o", [PATH])
            except BusError as error:
                raise why(error, adding) from error
            yield Meeting(bus, address, self._adapter, adding)
        finally:
            agent.take_back()
            with contextlib.suppress(BusError):
                await call(bus, _BLUEZ_PATH, _AGENTS, "UnregisterAgent", "o", [PATH])
            bus.disconnect()
