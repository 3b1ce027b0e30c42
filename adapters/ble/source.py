"""The radio as a source of readings."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from datetime import UTC, tzinfo

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from adapters.ble import consenting
from adapters.ble.ear import Ear
from adapters.ble.inbox import Inbox
from adapters.ble.link import Link
from adapters.ble.paired import Paired, RadioSettings
from adapters.ble.radio import OnHeard, Radio
from adapters.ble.state import DeviceState, Trouble
from adapters.ble.station import Greet, Station, anybody, greet_nobody
from adapters.errors import AdapterError
from adapters.reading import DeviceKey, Instant
from adapters.source import Arrival, Journal

_SILENCES_UNTIL_POWER_CYCLE = 3

Allowed = Callable[[DeviceKey | None], bool]
"""Whether Bluetooth may be used here (None), and whether this device may be read."""


class BleSource:
    """Listens to paired devices for as long as that is allowed.

    Nothing is scanned for, connected to or read before `allowed` says yes; it is asked again
    before each connection and about once a second, and a no ends scan and links.
    """

    def __init__(
        self,
        known: Mapping[str, Paired],
        journal: Journal,
        allowed: Allowed,
        *,
        now: Callable[[], Instant],
        radio: Radio | None = None,
        settings: RadioSettings | None = None,
        zone: Callable[[], tzinfo] = lambda: UTC,
        greet: Greet = greet_nobody,
        may_come: Callable[[DeviceKey], bool] = anybody,
    ) -> None:
        """Put together; nothing is switched on yet.

        Args:
            known: paired devices by address. What is added or taken out while listening counts
                from the next second on.
            journal: where records are written that a device believes delivered.
            allowed: see `Allowed`.
            now: the time, ms UTC.
            radio: another radio than the machine's own.
            settings: time-outs and pauses.
            zone: where the house is, for devices whose clock shows the local time of day.
            greet: called before each connection; see `Greet`.
            may_come: whether a device may be connected to now.
        """
        self._known = known
        self._allowed = allowed
        self._now = now
        self._settings = settings or RadioSettings()
        self._inbox = Inbox(journal, now, zone=zone, gather=self._settings.gather)
        radio = radio or Radio()
        self._station = Station(
            radio, self._settings, self._inbox, allowed, now, asyncio.Lock(), greet, may_come
        )
        self._ear = Ear(radio, self._settings, self._hear)
        self._links: dict[str, tuple[Link, asyncio.Task[None]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._since = now()
        self._stopped: AdapterError | None = None
        self._looking: OnHeard | None = None
        self._helped = False
        self._look_for_links = 0.0

    @contextlib.contextmanager
    def looking_around(self, heard: OnHeard) -> Iterator[None]:
        """While this lasts, whoever looks around is told of all that is in the air.

        Only for a person who asked for it, and is allowed to.
        """
        self._looking = heard
        try:
            yield
        finally:
            self._looking = None

    def is_here(self, device: DeviceKey) -> bool:
        """Whether a device is connected, or was heard just now."""
        return any(link.is_here() for link in self._links_of(device))

    def begin_anew(self, device: DeviceKey) -> None:
        """A device is to be paired again: what spoke against its pairing is past."""
        for link in self._links_of(device):
            link.begin_anew()

    def _links_of(self, device: DeviceKey) -> list[Link]:
        return [link for link, _ in self._links.values() if link.paired.device == device]

    async def listen(self) -> AsyncGenerator[Arrival]:
        """Yield what arrives until closed.

        Live readings are in live batches; records that a device believes delivered are in
        batches that are not, and were journalled before. Each packet comes out after its
        readings; one that is `stored` is in the journal already.

        Where the radio is watched, one that goes is waited for, and all goes on when it is back.

        Raises:
            AdapterError: there is no radio that answers; listen again later.
        """
        running = asyncio.create_task(self._run(), name="ble")
        try:
            async for arrival in self._inbox.arrivals(running):
                yield arrival
            await running
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None
        finally:
            await self._stop(running)

    async def _stop(self, running: asyncio.Task[None]) -> None:
        """Let go of all links at once; of a radio that does not answer, without its answer.

        What has come is journalled whatever the radio does.
        """
        links = [task for task in self._tasks if not task.done()]
        for task in (*links, running):
            task.cancel()
        for _ in range(2):
            if (await asyncio.wait({running}, timeout=self._settings.stop_within / 2))[0]:
                break
            for task in links:
                task.cancel()
        if running.done() and not running.cancelled():
            running.exception()  # it was raised where it could be of use, or comes too late

    def rest(self) -> Iterator[Arrival]:
        """What had come when listening ended, and was not yielded any more."""
        return self._inbox.rest()

    async def replay(self) -> AsyncGenerator[Arrival]:
        """Yield the readings of records that were journalled but never taken in.

        To be taken in before listening begins. Times are those at which the records came.
        """
        known = [paired for paired in self._known.values() if self._allowed(paired.device)]
        async for arrival in self._inbox.replay(known):
            yield arrival

    def states(self) -> Mapping[DeviceKey, DeviceState]:
        """How each device is doing."""
        links = {link.paired.device: link for link, _ in self._links.values()}
        return {one.device: self._state(one, links.get(one.device)) for one in self._known.values()}

    def troubles(self) -> Mapping[Trouble, int]:
        """What could not be read, counted."""
        return dict(self._inbox.troubles)

    def _state(self, paired: Paired, link: Link | None) -> DeviceState:
        if not (self._allowed(None) and self._allowed(paired.device)):
            return DeviceState("not allowed", self._since, "Allow Bluetooth for this device.")
        if link is not None and link.is_up:
            return link.state()
        if self._stopped is not None:
            words = f"{self._stopped} {self._stopped.next_step}"
            return DeviceState("trouble", self._since, words)
        if link is None or not self._ear.is_open:
            return DeviceState("starting", self._since)
        return link.state()

    async def _run(self) -> None:
        """The journal goes on until the last link is down: records come until then."""
        self._stopped = None
        async with asyncio.TaskGroup() as lasting:
            keeping = lasting.create_task(self._inbox.keep_stored(), name="ble journal")
            try:
                await self._run_links()
            except BaseExceptionGroup as group:
                raise group.exceptions[0] from None
            finally:
                self._links.clear()
                keeping.cancel()

    async def _run_links(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            try:
                while True:
                    await self._follow(self._wanted(), tasks)
                    await self._wait()
            finally:
                await self._ear.close()

    def _wanted(self) -> dict[str, Paired]:
        """Who may be listened to at this moment, by address."""
        if not self._allowed(None):
            return {}
        return {
            address.upper(): paired
            for address, paired in self._known.items()
            if self._allowed(paired.device)
        }

    async def _follow(self, wanted: Mapping[str, Paired], tasks: asyncio.TaskGroup) -> None:
        """Begin and end links and the scan, so that just those who are wanted are listened to."""
        for address, (link, task) in list(self._links.items()):
            if wanted.get(address) != link.paired:
                link.withdrawn = True
                task.cancel()
                del self._links[address]
                # What was said of users, numbers or codes, is not so any more.
                self._inbox.well_again(link.paired.device, consenting.UUID)
        for address, paired in wanted.items():
            if address not in self._links:
                link = Link(address, paired, self._station)
                task = tasks.create_task(link.run(), name="ble link")
                self._links[address] = link, task
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        try:
            await self._attend(bool(wanted) or self._looking is not None)
            self._stopped = None
        except AdapterError as error:
            self._stands(error)
            if self._station.radio.watches is None:
                raise

    def _stands(self, error: AdapterError) -> None:
        """From now on it stands so, until it goes well again."""
        if self._stopped is None or str(self._stopped) != str(error):
            self._stopped, self._since = error, self._now()

    async def _attend(self, somebody: bool) -> None:
        """See to it that what is in the air is heard, while there is somebody to be heard."""
        if not somebody:
            await self._ear.close()
            return
        try:
            over = self._ear.is_open and self._ear.is_over()
        except AdapterError as error:
            self._stands(error)
            await self._lose()
            raise
        if over:
            await self._lose()
        if not self._ear.is_open:
            await self._open()
            return
        await self._ear.check()
        await self._help()
        if asyncio.get_running_loop().time() >= self._look_for_links:
            await self._take_up_links()

    async def _lose(self) -> None:
        """The adapter, or Bluetooth itself, went: so did all links, and nobody else tells that."""
        for link, _ in self._links.values():
            link.lose()
        await self._ear.close()
        if (watches := self._station.radio.watches) is not None:
            await watches.forget()

    async def _help(self) -> None:
        """Where a person allowed it: an adapter that hears nothing any more is begun anew."""
        watches = self._station.radio.watches
        if watches is None or not self._settings.power_cycle:
            return
        linked = any(link.is_up for link, _ in self._links.values())
        if self._ear.silences < _SILENCES_UNTIL_POWER_CYCLE:
            self._helped = False
        elif not (linked or self._helped):
            self._helped = True
            await watches.power_cycle()

    async def _wait(self) -> None:
        """Until it is time to look again, or the radio changed."""
        if (watches := self._station.radio.watches) is None:
            await asyncio.sleep(self._settings.permission_every)
        else:
            await watches.changed(self._settings.permission_every)

    async def _open(self) -> None:
        await self._ear.open()
        await self._take_up_links()

    async def _take_up_links(self) -> None:
        """Links that are up though nobody here uses them: such a device does not advertise.

        A crash leaves one, and an attempt that was given up just before it came about.
        """
        self._look_for_links = asyncio.get_running_loop().time() + self._settings.links_every
        for device in await self._station.radio.connected():
            known = self._links.get(device.address.upper())
            if known is not None and not known[0].is_up:
                self._find(device, device.name, None)

    def _hear(self, device: BLEDevice, said: AdvertisementData) -> None:
        """Of all that is in the air, only devices of this house are looked at."""
        if self._looking is not None:
            self._looking(device, said)
        self._find(device, said.local_name, said.rssi, said)

    def _find(
        self,
        device: BLEDevice,
        name: str | None,
        rssi: int | None,
        said: AdvertisementData | None = None,
    ) -> None:
        if (known := self._links.get(device.address.upper())) is not None:
            known[0].hear(device, name, rssi, said)
