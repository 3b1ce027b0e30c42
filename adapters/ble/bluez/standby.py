"""What the understudy does: it asks BlueZ in place of another process, and hears what that hears.

When the other is gone without a word, the links are let go of, so that devices keep what they have
not sent yet. What still comes until they are down is kept with the rest.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from dbus_fast import Message
from dbus_fast.aio import MessageBus

from adapters.ble.bluez.bus import (
    BLUEZ,
    CHARACTERISTIC,
    DBUS,
    DEVICE,
    BusError,
    all_objects,
    call,
    changes_of,
    follow,
    listen_for,
    open_bus,
)
from adapters.reading import Instant

MOST: Final = 10_000
"""Values that are remembered."""

KEEP_MS: Final = 60_000
"""So long they are: whoever is there has journalled them by then."""

_FORGET_EVERY: Final = 60.0
_RESOLVED_WITHIN: Final = 3.0
_DOWN_WITHIN: Final = 8.0
_LOOK_EVERY: Final = 0.1
_LAST_WORD_WITHIN: Final = 1.0

_RULES: Final = (f"type='signal',sender='{DBUS}',member='NameOwnerChanged',arg0='{BLUEZ}'",)


@dataclass(frozen=True, slots=True)
class Heard:
    """One value. ``at``: when it came, ms UTC."""

    address: str
    uuid: str
    at: Instant
    data: bytes


class Standby:
    """Stands by for one other process, until that is gone or says that it ends.

    Args:
        lines: what the other says, a line each.
        answer: says a line to it.
        now: the time, ms UTC.
        bus: the address of another bus than the system's.
    """

    def __init__(
        self,
        lines: asyncio.StreamReader,
        answer: Callable[[bytes], None],
        now: Callable[[], Instant],
        *,
        bus: str | None = None,
    ) -> None:
        self._lines = lines
        self._answer = answer
        self._now = now
        self._address = bus
        self._held: dict[str, tuple[str, str]] = {}
        self._heard: deque[Heard] = deque(maxlen=MOST)
        self._listens: set[str] = set()

    async def until_needed(self, parent: int) -> list[Heard]:
        """What was heard last, once the other is gone; nothing where it said that it ends.

        Args:
            parent: the id of the other process.

        Raises:
            BusError: there is no bus, or it is gone.
        """
        bus = await open_bus(self._address)
        following = asyncio.create_task(
            follow(bus, _RULES, self._hear, asyncio.Event(), self._see_nothing)
        )
        serving = asyncio.create_task(self._serve(bus))
        gone = asyncio.create_task(_until_ended(parent))
        forgetting = asyncio.create_task(self._forget_old())
        tasks: tuple[asyncio.Task[Any], ...] = (following, serving, gone, forgetting)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if following.done() and not (gone.done() or serving.done()):
                raise BusError("", "the bus is gone")
            await asyncio.wait([serving], timeout=_LAST_WORD_WITHIN)
            if serving.done() and serving.result():
                return []
            self._forget_before(self._now() - KEEP_MS)
            await self._let_go_of_links(bus)
            return list(self._heard)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            bus.disconnect()

    async def _serve(self, bus: MessageBus) -> bool:
        """Do as the other says; whether it said that it ends."""
        while line := await self._lines.readline():
            said = json.loads(line)
            if "end" in said:
                return True
            if "let_go" in said:
                await self._let_go(bus, said["let_go"])
            elif "forget" in said:
                self._forget(said["forget"])
            else:
                error = await self._hold(bus, said)
                words = {"held": said["hold"], "error": error}
                with contextlib.suppress(OSError):  # it is gone; that is seen next
                    self._answer(json.dumps(words).encode() + b"\n")
        return False

    async def _hold(self, bus: MessageBus, said: dict[str, str]) -> str:
        """Be notified of a characteristic; the name of the error if that did not come about."""
        path = said["hold"]
        self._held[path] = said["address"], said["uuid"]
        try:
            if path not in self._listens:
                await listen_for(bus, changes_of(path))
                self._listens.add(path)
            await call(bus, path, CHARACTERISTIC, "StartNotify")
        except BusError as error:
            if error.short != "InProgress":  # we are notified already
                self._held.pop(path, None)
            return error.name or "org.bluez.Error.Failed"
        return ""

    async def _let_go(self, bus: MessageBus, path: str) -> None:
        self._held.pop(path, None)
        with contextlib.suppress(BusError):
            if path in self._listens:
                self._listens.discard(path)
                await listen_for(bus, changes_of(path), stop=True)
            await call(bus, path, CHARACTERISTIC, "StopNotify")

    def _hear(self, message: Message) -> None:
        match message.member, message.body:
            case "NameOwnerChanged", [name, *_] if name == BLUEZ:
                self._held.clear()
            case "PropertiesChanged", [interface, changed, _] if interface == CHARACTERISTIC:
                self._value(message.path or "", changed)

    def _value(self, path: str, changed: dict[str, Any]) -> None:
        if path in self._held and "Value" in changed:
            data = bytes(changed["Value"].value)
            self._heard.append(Heard(*self._held[path], self._now(), data))

    def _forget(self, address: str) -> None:
        """Nothing of this device is wanted any more."""
        kept = [one for one in self._heard if one.address != address]
        self._heard.clear()
        self._heard.extend(kept)

    async def _forget_old(self) -> None:
        while True:
            await asyncio.sleep(_FORGET_EVERY)
            self._forget_before(self._now() - KEEP_MS)

    def _forget_before(self, at: Instant) -> None:
        """What is older may have been let go of by the journal too: it would be there twice."""
        while self._heard and self._heard[0].at < at:
            self._heard.popleft()

    async def _see_nothing(self, bus: MessageBus) -> None:
        """What there is, is the other's matter."""

    async def _let_go_of_links(self, bus: MessageBus) -> None:
        """End the links to the devices whose values are held, and hear them to their end.

        Not while BlueZ finds out their services: what is interrupted there cannot be subscribed
        to before the next link has been up for a while (src/device.c, browse_request_cancel).
        """
        devices = {path.partition("/service")[0] for path in self._held}
        with contextlib.suppress(BusError, TimeoutError):
            async with asyncio.timeout(_RESOLVED_WITHIN):
                while await _up(bus, devices, "ServicesResolved") != await _up(bus, devices):  # noqa: ASYNC110
                    await asyncio.sleep(_LOOK_EVERY)
        with contextlib.suppress(BusError, TimeoutError):
            async with asyncio.timeout(_DOWN_WITHIN):
                up = await _up(bus, devices)
                await asyncio.gather(
                    *(call(bus, path, DEVICE, "Disconnect") for path in up), return_exceptions=True
                )
                while await _up(bus, devices):  # noqa: ASYNC110  # it is told by polling
                    await asyncio.sleep(_LOOK_EVERY)


async def _up(bus: MessageBus, devices: set[str], what: str = "Connected") -> set[str]:
    """Which of these devices are connected."""
    objects = await all_objects(bus)
    return {
        path
        for path in devices
        if (said := objects.get(path, {}).get(DEVICE)) is not None
        and what in said
        and said[what].value
    }


async def _until_ended(process: int) -> None:
    """Return once a process has ended, also where others keep its pipes open (pidfd_open(2))."""
    try:
        pidfd = os.pidfd_open(process)
    except ProcessLookupError:
        return
    except OSError:
        await asyncio.Event().wait()  # a kernel that has none: the end of its words must do
        return
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    try:
        loop.add_reader(pidfd, ended.set)
        await ended.wait()
    finally:
        loop.remove_reader(pidfd)
        os.close(pidfd)
