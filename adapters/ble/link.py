"""One paired device: heard, connected, listened to, lost, waited for again, without end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Literal

from bleak import BleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from adapters.ble.connecting import Connecting
from adapters.ble.keeping import Holds
from adapters.ble.overhearing import Overhearing
from adapters.ble.paired import Paired
from adapters.ble.session import Session
from adapters.ble.standing import Standing
from adapters.ble.state import DeviceState
from adapters.ble.station import Heard, Station
from adapters.ble.talk import RADIO_ERRORS, PairingWanted
from adapters.local_events import LinkEvent, LocalBatch, LocalName


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
        self._wants_pairing = False
        self._held: Holds | None = None
        self._visiting = False
        self._refused: set[tuple[int, int]] = set()
        self._again = asyncio.Event()
        self._connecting = Connecting(address, paired.device, station)
        self._standing = Standing(address, paired, station)

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
        else:
            self._standing.heard()
        self._last_heard = at
        self._heard = Heard(device, name, rssi, at)
        self._was_heard.set()
        if said is not None and self._allowed():
            self._overhearing.hear(said)

    @property
    def is_up(self) -> bool:
        """Whether it is connected and listened to."""
        return self._standing.is_up

    def lose(self) -> None:
        """The adapter or Bluetooth itself went, and with it whatever link there was."""
        self._heard = None
        self._standing.bond.begin_anew()
        self._connecting.lose()

    def is_here(self) -> bool:
        """Whether it is connected, or was heard just now."""
        return self.is_up or self._is_fresh(self._heard)

    def begin_anew(self) -> None:
        """It is paired again: whatever spoke against it is past, and it is tried at once."""
        self._heard, self._wants_pairing = None, False
        self._standing.begin_anew()
        self._again.set()

    def state(self) -> DeviceState:
        """How it is doing now."""
        return self._standing.state()

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
                self._held.let_go(forget=not self._allowed())

    async def _hold(self) -> None:
        """Let a keeper hold what the device believes delivered, from before the first link on."""
        keeps, profile = self._station.radio.keeps, self.paired.profile
        if keeps is not None and not profile.hears:
            await self._station.inbox.expect(self.paired)
            self._held = keeps.hold(self._address, profile.delivers, self._came_early)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._station.settings.operation_timeout):
                    await self._held.settled()

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
            except Exception as error:  # whatever a driver raises, the other devices go on
                if isinstance(error, RADIO_ERRORS) and self._connecting.gone.is_set():
                    continue  # it was not the device
                await self._failed(error)
            finally:
                self._visiting = False
                self._station.inbox.ended(self.paired)
                if self._held is not None:
                    self._held.link_over()
            if self._station.inbox.streams[self.paired.device].last_packet != before:
                pause = self._station.settings.first_pause
                continue
            self._again.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._again.wait()
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
        with contextlib.ExitStack() as at_last:
            async with self._connection(heard) as (client, lost):
                self._heard = None
                if self._held is not None:
                    self._held.link_up()
                station = self._station
                session = Session(
                    client,
                    self.paired,
                    station.inbox,
                    station.settings,
                    station.now,
                    lost,
                    self._held,
                    self._standing.bond,
                )
                at_last.callback(session.end)  # once the link is down
                try:
                    await self._listen(session)
                except RADIO_ERRORS:
                    if not lost.is_set() or not self.is_up:
                        raise
                finally:
                    session.close()
                    if self.withdrawn or not self._allowed():
                        session.end()
                    self._over()

    async def _listen(self, session: Session) -> None:
        await session.open()
        next_step = await session.consent(self._refused)
        await self._standing.begins(next_step)
        await session.start()
        await session.fetch()
        if not self._introduced:
            await session.introduce()
            self._introduced = True
        await session.stay()

    @contextlib.asynccontextmanager
    async def _connection(self, heard: Heard) -> AsyncIterator[tuple[BleakClient, asyncio.Event]]:
        station, lost = self._station, asyncio.Event()
        async with station.turn:
            latest = self._heard
            may_come = self._allowed() and station.may_come(self.paired.device)
            if latest is None or not self._is_fresh(latest) or not may_come:
                raise _NotNow
            heard = latest
            try:
                await station.greet(self.paired.device, self._wants_pairing)
                client = await self._connecting.attempt(
                    heard.device, lost, patient=self._standing.failures > 0
                )
            except BaseException:
                await self._connecting.give_up()
                raise
        async with self._connecting.letting_go(client):
            self._note("connected", rssi=heard.rssi)
            if heard.name:
                name = LocalName(
                    self.paired.device, "advertised_name", heard.name, self._station.now()
                )
                station.inbox.post(self.paired, LocalBatch([name]))
            yield client, lost

    def _over(self) -> None:
        """The link is lost or let go."""
        self._note("disconnected")
        self._standing.over()
        if not self.withdrawn:
            self._station.inbox.lost(self.paired, "the link to the device was lost")

    async def _failed(self, error: Exception) -> None:
        """It did not work out this time."""
        self._note("failed", detail=type(error).__name__)
        self._wants_pairing |= isinstance(error, PairingWanted)
        connecting = self._connecting
        asleep = self._heard is not None and self._heard.at <= connecting.tried
        await self._standing.failed(error, links=connecting.links, asleep=asleep)

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
