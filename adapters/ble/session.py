"""One connection to one device, from the first question to the lost link.

What is asked first is what the rest hangs on: the device's clock, then what it can do. What it
believes delivered is listened to in between, so that no record is missed that it sends at once.
Its clock is set before anything was told by the new time: before it sends by itself, or after all
its stored records were fetched (docs/decisions/0014-device-clocks.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic

from adapters.ble import consenting
from adapters.ble.bond import Bond
from adapters.ble.characteristics import battery_level
from adapters.ble.commanding import command
from adapters.ble.consenting import Consenting, Refused
from adapters.ble.control_point import NoAnswer
from adapters.ble.device_clock import Fetched
from adapters.ble.duties import Duty, serve
from adapters.ble.ended_sessions import EndedSessions
from adapters.ble.fetching import Fetching
from adapters.ble.hearing import Hearing
from adapters.ble.inbox import Inbox
from adapters.ble.introducing import introduction
from adapters.ble.keeping import Holds
from adapters.ble.paired import Paired, RadioSettings
from adapters.ble.sampling import Sampled
from adapters.ble.starting import start
from adapters.ble.talk import RADIO_ERRORS, Talk
from adapters.ble.timekeeping import Timekeeper
from adapters.errors import AdapterError, DecodeError
from adapters.reading import Instant

_SILENCE = 1.0
"""Seconds without a record after which a device has sent all that it had of a user."""


class Session:
    """What is done while one link is up."""

    def __init__(
        self,
        client: BleakClient,
        paired: Paired,
        inbox: Inbox,
        settings: RadioSettings,
        now: Callable[[], Instant],
        lost: asyncio.Event,
        held: Holds | None = None,
        bond: Bond | None = None,
    ) -> None:
        self._paired = paired
        self._inbox = inbox
        self._settings = settings
        self._now = now
        self._lost = lost
        self._held = held
        self._talk = Talk(client, settings, lost, partial(inbox.trouble, paired.device), bond)
        self._fetching: list[Fetching | EndedSessions] = []
        self._timekeeper: Timekeeper | None = None
        self._slots: Consenting | None = None
        self._last_stored = 0.0
        self._over = self._closing = False
        self._listens = False

    async def open(self) -> None:
        """Learn how its clock stands and what it can do, and listen to all that it measures.

        Raises:
            AdapterError: the device has nothing that its profile reads, or wants to be paired.
            BleakError: it did not do as asked.
            TimeoutError: nothing that it measures could be listened to.
        """
        profile, talk = self._paired.profile, self._talk
        wanted = [one for uuid in profile.subscribes for one in talk.offered(uuid)]
        if not wanted:
            raise AdapterError(
                "The device does not offer what its kind measures.",
                "Remove this device and add it again as another kind.",
            )
        hearing = await self._inbox.begin(self._paired)
        keeper = Timekeeper(talk, self._paired, hearing, self._inbox, self._now)
        self._timekeeper = keeper
        fetchings = (
            Fetching(talk, self._paired, access, hearing, self._inbox, self._now)
            for access in profile.records
        )
        kept = EndedSessions(talk, self._paired, self._inbox, self._now)
        every: tuple[Fetching | EndedSessions, ...] = (*fetchings, kept)
        self._fetching = [one for one in every if one.is_offered]
        await keeper.look()
        if not self._fetching:
            await keeper.set_right()
        if profile.sampled:
            wanted = await Sampled(talk, self._paired, self._inbox).chosen(wanted)
        for characteristic in filter(self._is_stored, wanted):
            await self._listen_beside_others(characteristic)
        await self._ask(hearing)
        self._inbox.ready(self._paired)
        for characteristic in wanted:
            if characteristic.uuid in profile.extras:
                await self._listen_if_it_tells(characteristic)
            elif not self._is_stored(characteristic):
                await self._listen_beside_others(characteristic)
        if wanted and not self._listens:
            raise TimeoutError
        for battery in talk.offered(battery_level.UUID, "notify"):
            await self._listen_if_it_tells(battery)
        await command(talk, profile.commands, self._now(), hearing.clock.zone)
        for fetching in self._fetching:
            await fetching.open()

    async def _ask(self, hearing: Hearing) -> None:
        profile = self._paired.profile
        sessions = (access.session for access in profile.records if access.session)
        for uuid in dict.fromkeys((*profile.asks, *sessions)):
            if uuid in hearing.said or (data := await self._talk.read(uuid)) is None:
                continue
            try:
                self._inbox.said(self._paired, uuid, data)
            except DecodeError as error:
                self._talk.complain(uuid, error.why)
        for access in profile.records:
            if access.names is not None:
                await self._inbox.name_session(self._paired, access, hearing)

    def _is_stored(self, one: BleakGATTCharacteristic) -> bool:
        return self._paired.profile.stores(one.uuid) or "notify" not in one.properties

    async def _listen_if_it_tells(self, characteristic: BleakGATTCharacteristic) -> None:
        """It is good to know, but nothing fails for want of it."""
        try:
            await self._listen_to(characteristic)
        except (AdapterError, *RADIO_ERRORS):
            if not self._talk.is_up:
                raise
            self._talk.complain(characteristic.uuid, "the device does not tell it by itself")

    async def _listen_beside_others(self, characteristic: BleakGATTCharacteristic) -> None:
        """One that does not answer holds up no other."""
        if characteristic.uuid in self._talk.bond.stuck:
            self._talk.complain(characteristic.uuid, "it did not answer before")
            return
        try:
            await self._listen_to(characteristic)
        except TimeoutError:
            if not self._talk.is_up:
                raise
            self._talk.complain(characteristic.uuid, "the device did not answer in time")

    async def _listen_to(self, characteristic: BleakGATTCharacteristic) -> None:
        uuid, stored = characteristic.uuid, self._is_stored(characteristic)
        take = self._inbox.stored if stored else self._inbox.live

        def came(data: bytes) -> None:
            if self._over or (self._closing and not stored):
                return
            take(self._paired, uuid, data)
            if stored:
                self._last_stored = asyncio.get_running_loop().time()
            for fetching in self._fetching:
                fetching.came(uuid, data)

        if stored:
            await self._inbox.recall(self._paired, uuid)
            if self._held is not None and await self._held.take(characteristic, came):
                self._listens = True
                return
        await self._talk.listen(characteristic, came)
        self._listens = True

    async def consent(self, refused: Refused) -> str:
        """Open the slots of its users whose codes are known; returns what the person is to do.

        Raises:
            AdapterError: the device wants to be paired.
            BleakError: it did not do as asked.
        """
        self._slots = Consenting(self._talk, self._paired, refused, self._slot_opened)
        return await self._slots.open_each(self._silence)

    def _slot_opened(self, user: int) -> None:
        self._inbox.slot_opened(self._paired, user)
        refused = f"{consenting.REFUSED}{user}"
        self._inbox.well_again(self._paired.device, consenting.UUID, refused)

    async def start(self) -> None:
        """Ask it to measure, where it does so only then.

        Raises:
            AdapterError: the device wants to be paired.
            BleakError: the link is lost.
        """
        profile = self._paired.profile
        await start(self._talk, profile.starts)
        if profile.opens is None:
            return
        try:
            await profile.opens(self._talk)
        except (AdapterError, *RADIO_ERRORS):
            if not self._talk.is_up:
                raise
            for uuid in profile.extras:
                self._talk.complain(uuid, "the device did not begin to tell it")

    async def _silence(self) -> None:
        """A device that sends by itself what it has of a user is let finish."""
        clock, longest = asyncio.get_running_loop().time, self._settings.record_timeout
        until = clock() + longest
        self._last_stored = clock()
        while not self._fetching and clock() < min(self._last_stored + _SILENCE, until):
            await self._talk.while_linked(asyncio.sleep(_SILENCE / 10))

    async def fetch(self) -> None:
        """Fetch the stored records that are new, and set the clock once all have come.

        They are those of one user after the other, where the device tells its users apart.

        Raises:
            BleakError: the link is lost.
        """
        users = (None,) if self._slots is None else self._slots.users
        asked, newest = self._now(), dict[str, int]()
        came = [await self._fetch(user, newest) for user in users]
        if self._timekeeper is not None and self._fetching and all(came):
            await self._timekeeper.set_right(Fetched(asked, newest))

    async def _fetch(self, user: int | None, newest: dict[str, int]) -> bool:
        """Fetch those of one user, and note what the highest numbers are; whether all came."""
        if not self._fetching:
            return True
        try:
            if user is not None and self._slots is not None and not await self._slots.open(user):
                return False
        except NoAnswer:
            return False
        self._inbox.records_asked(self._paired)
        came = [await fetching.run(user) for fetching in self._fetching]
        for one in self._fetching:
            if isinstance(one, Fetching) and one.newest is not None:
                newest[one.series(user)] = one.newest
        return all(came)

    async def introduce(self) -> None:
        """Read once what the device says of itself.

        Raises:
            BleakError: the link is lost.
        """
        said = await introduction(self._talk, self._paired, self._now())
        self._inbox.post(self._paired, said.facts)
        if said.names.events:
            self._inbox.post(self._paired, said.names)

    async def stay(self) -> None:
        """Stay until the link is lost, and do now and then what is to be done.

        Raises:
            BleakError: the link is lost.
        """
        clock, settings = asyncio.get_running_loop().time, self._settings
        tells = bool(self._talk.offered(battery_level.UUID, "notify"))
        duties = (
            Duty(self._read_battery, None if tells else settings.battery_every, clock()),
            Duty(self._keep_time, settings.clock_every, clock() + settings.clock_every),
            Duty(self.fetch, settings.records_every, clock() + settings.records_every),
        )
        await serve(duties, self._lost)

    async def _keep_time(self) -> None:
        """A link may be up for weeks; meanwhile summer time begins, or somebody sets the clock."""
        keeper = self._timekeeper
        if keeper is None or not keeper.has_clock:
            return
        await keeper.look()
        if not self._fetching:
            await keeper.set_right()

    async def _read_battery(self) -> None:
        if (data := await self._talk.read(battery_level.UUID)) is not None:
            self._inbox.live(self._paired, battery_level.UUID, data)

    def close(self) -> None:
        """The link is about to be let go: live values no longer count.

        What the device believes delivered is taken in until the link is down: the system confirms
        it until then.
        """
        self._closing = True

    def end(self) -> None:
        """Whatever still comes over this link is not taken in, but for what is held for us."""
        self._over = True
        if self._held is not None:
            self._held.give_back()
        self._inbox.ready(self._paired)
