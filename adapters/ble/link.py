"""One paired device: heard, connected, listened to, lost, waited for again, without end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from bleak import BleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from adapters.ble.consenting import CODE_WANTED
from adapters.ble.inbox import Inbox
from adapters.ble.keeping import Holds
from adapters.ble.overhearing import Overhearing
from adapters.ble.paired import Paired, RadioSettings
from adapters.ble.radio import Radio
from adapters.ble.session import Session
from adapters.ble.state import DeviceState, Word
from adapters.ble.talk import RADIO_ERRORS, PairingWanted
from adapters.errors import AdapterError
from adapters.local_events import LinkEvent, LocalBatch, LocalName
from adapters.reading import DeviceKey, Instant

_FAILURES_UNTIL_TROUBLE = 3
_ATTEMPTS = 2
_CLOSER = "Bring it closer, switch it on, and make sure that no phone or watch is connected to it."


Greet = Callable[[DeviceKey, bool], Awaitable[None]]
"""Called before each connection: a device that is being added is paired with here, so that nothing
protected was touched before. It is told whether the device said that it wants to be paired; raises
AdapterError to let it go."""


async def greet_nobody(_device: DeviceKey, _wants: bool) -> None:
    """Where no device is being added."""


def anybody(_device: DeviceKey) -> bool:
    """Where no device is being added, none waits for it."""
    return True


@dataclass(frozen=True, slots=True)
class Station:
    """What all links of one adapter share.

    Attributes:
        turn: one connection is attempted at a time, those who wait in the order they came.
        greet: see `Greet`.
        may_come: whether a device may be connected to now; while one is being added, others wait.
    """

    radio: Radio
    settings: RadioSettings
    inbox: Inbox
    allowed: Callable[[DeviceKey | None], bool]
    now: Callable[[], Instant]
    turn: asyncio.Lock
    greet: Greet = greet_nobody
    may_come: Callable[[DeviceKey], bool] = anybody


@dataclass(frozen=True, slots=True)
class Heard:
    """The latest advertisement of a device; ``at`` is the loop's time."""

    device: BLEDevice
    name: str | None
    rssi: int | None
    at: float


def _asked_to_end() -> bool:
    """Whether this task was cancelled, also where a driver made another error of it."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class _NotNow(Exception):
    """Its turn came too late, or permission went."""


class Link:
    """The way to one device."""

    def __init__(self, address: str, paired: Paired, station: Station) -> None:
        self.paired = paired
        self.withdrawn = False
        self._address = address
        self._station = station
        self._overhearing = Overhearing(paired, station.inbox)
        self._heard: Heard | None = None
        self._was_heard = asyncio.Event()
        self._last_heard: float | None = None
        self._introduced = False
        self._is_up = False
        self._wants_pairing = False
        self._held: Holds | None = None
        self._visiting = False
        self._refused: set[tuple[int, int]] = set()
        self._failures = 0
        self._state = DeviceState("listening", station.now())

    def hear(
        self,
        device: BLEDevice,
        name: str | None,
        rssi: int | None,
        said: AdvertisementData | None = None,
    ) -> None:
        """Its advertisement was heard, or (``said`` is None) its link is up already."""
        at = asyncio.get_running_loop().time()
        quiet = self._station.settings.quiet
        if self._last_heard is None or at - self._last_heard > quiet:
            self._note("seen", rssi=rssi)
        self._last_heard = at
        self._heard = Heard(device, name, rssi, at)
        self._was_heard.set()
        if said is not None and self._allowed():
            self._overhearing.hear(said)

    def state(self) -> DeviceState:
        """How it is doing now."""
        state, stream = self._state, self._station.inbox.streams[self.paired.device]
        word, next_step = state.word, state.next_step
        quiet = self._station.settings.quiet * 1000
        silent = self._station.now() - max(state.since, stream.last_packet or 0) > quiet
        if word == "listening" and silent:
            word, next_step = "waiting for the device", "Switch the device on, or put it on."
        elif word == "connected" and silent and self._streams():
            next_step = "It is connected but sends nothing. Check that it sits well."
        return DeviceState(word, state.since, next_step, stream.last_packet)

    def _streams(self) -> bool:
        profile = self.paired.profile
        return any(profile.streams(uuid) for uuid in profile.subscribes)

    def _allowed(self) -> bool:
        allowed = self._station.allowed
        return allowed(None) and allowed(self.paired.device)

    async def run(self) -> None:
        """Connect whenever it is heard, and listen to it, until cancelled."""
        if self.paired.profile.hears:
            await self._overhearing.take_in()
        try:
            await self._hold()
            await self._visit_for_ever()
        finally:
            if self._held is not None:
                self._held.let_go()

    async def _hold(self) -> None:
        """Let a keeper hold what the device believes delivered, from before the first link on."""
        keeps, profile = self._station.radio.keeps, self.paired.profile
        if keeps is not None and not profile.hears:
            await self._station.inbox.expect(self.paired)
            self._held = keeps.hold(self._address, profile.delivers, self._came_early)

    def _came_early(self, uuid: str, data: bytes) -> None:
        """A record, while no session listens."""
        if self._allowed():
            self._station.inbox.early(self.paired, uuid, data)
            if not self._visiting:  # another program connected to it
                self._station.inbox.ended(self.paired)

    async def _visit_for_ever(self) -> None:
        pause = self._station.settings.first_pause
        while not _asked_to_end():
            heard = await self._chance()
            if not (self._allowed() and self._station.may_come(self.paired.device)):
                await asyncio.sleep(self._station.settings.permission_every)
                continue
            before = self._station.inbox.streams[self.paired.device].last_packet
            try:
                self._visiting = True
                await self._visit(heard)
            except _NotNow:
                continue
            except AdapterError as error:
                self._wants_pairing |= isinstance(error, PairingWanted)
                self._failed(type(error).__name__, error.next_step)
            except RADIO_ERRORS as error:
                self._failed(type(error).__name__)
            except Exception as error:  # whatever a driver raises, the other devices go on
                self._failed(type(error).__name__)
            finally:
                self._visiting = False
                self._station.inbox.ended(self.paired)
                if self._held is not None:
                    self._held.link_over()
            if self._station.inbox.streams[self.paired.device].last_packet != before:
                pause = self._station.settings.first_pause
                continue
            await asyncio.sleep(pause)
            pause = min(pause * 2, self._station.settings.longest_pause)

    async def _chance(self) -> Heard:
        """An advertisement so fresh that the device still listens."""
        while not self._is_fresh(self._heard):
            self._was_heard.clear()
            await self._was_heard.wait()
        assert self._heard is not None  # noqa: S101  # fresh ones are there
        return self._heard

    def _is_fresh(self, heard: Heard | None) -> bool:
        age = self._station.settings.fresh_for
        return heard is not None and asyncio.get_running_loop().time() - heard.at <= age

    async def _visit(self, heard: Heard) -> None:
        """Connect, and stay until the link is lost."""
        async with self._connection(heard) as (client, lost):
            self._heard = None
            station = self._station
            session = Session(
                client,
                self.paired,
                station.inbox,
                station.settings,
                station.now,
                lost,
                self._held,
            )
            try:
                await session.open()
                next_step = await session.consent(self._refused)
                self._is_up, self._failures = True, 0
                well = next_step in ("", CODE_WANTED)
                self._turn_to("connected" if well else "trouble", next_step)
                await session.start()
                await session.fetch()
                if not self._introduced:
                    await session.introduce()
                    self._introduced = True
                await session.stay()
            except RADIO_ERRORS:
                if client.is_connected or not self._is_up:
                    raise
            finally:
                session.end()
                self._over()

    @contextlib.asynccontextmanager
    async def _connection(self, heard: Heard) -> AsyncIterator[tuple[BleakClient, asyncio.Event]]:
        station, lost = self._station, asyncio.Event()
        async with station.turn:
            heard = self._heard or heard
            may_come = self._allowed() and station.may_come(self.paired.device)
            if not self._is_fresh(heard) or not may_come:
                raise _NotNow
            await station.greet(self.paired.device, self._wants_pairing)
            async with asyncio.timeout(station.settings.connect_timeout):
                client = await station.radio.connect(
                    heard.device,
                    self.paired.device,
                    lambda _client: lost.set(),
                    attempts=_ATTEMPTS,
                )
        try:
            if client.is_connected:
                lost.clear()
            self._note("connected", rssi=heard.rssi)
            if heard.name:
                name = LocalName(
                    self.paired.device, "advertised_name", heard.name, self._station.now()
                )
                station.inbox.post(self.paired, LocalBatch([name]))
            yield client, lost
        finally:
            with contextlib.suppress(Exception):  # it is let go, whatever the driver says
                async with asyncio.timeout(station.settings.close_timeout):
                    await client.disconnect()

    def _over(self) -> None:
        """The link is lost or let go."""
        self._note("disconnected")
        if self._state.word == "connected":
            self._turn_to("waiting for the device", self._state.next_step)
        self._is_up = False
        if not self.withdrawn:
            self._station.inbox.lost(self.paired, "the link to the device was lost")

    def _failed(self, what: str, next_step: str = "") -> None:
        """It did not work out this time."""
        self._failures += 1
        self._note("failed", detail=what)
        if next_step or self._failures >= _FAILURES_UNTIL_TROUBLE:
            self._turn_to("trouble", next_step or _CLOSER)

    def _turn_to(self, word: Word, next_step: str = "") -> None:
        if (word, next_step) != (self._state.word, self._state.next_step):
            self._state = DeviceState(word, self._station.now(), next_step)

    def _note(
        self,
        what: Literal["seen", "connected", "disconnected", "failed"],
        rssi: int | None = None,
        detail: str = "",
    ) -> None:
        event = LinkEvent(
            self.paired.device, self._station.now(), what, self._address, rssi, detail
        )
        self._station.inbox.post(self.paired, LocalBatch([event]))
