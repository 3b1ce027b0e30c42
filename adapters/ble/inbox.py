"""Where everything that devices send comes in, and arrivals go out in their order."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from datetime import UTC, tzinfo
from functools import partial

from adapters.ble import context
from adapters.ble.decoding import decoded
from adapters.ble.device_clock import DeviceClock, Fetched, Setting
from adapters.ble.hearing import Hearing
from adapters.ble.journalling import Journalling
from adapters.ble.lanes import Lanes
from adapters.ble.paired import Paired
from adapters.ble.record_access import RecordAccess
from adapters.ble.replay import replayed
from adapters.ble.state import Trouble
from adapters.ble.stream import Stream
from adapters.local_events import LocalBatch, Packet
from adapters.reading import DeviceKey, Instant
from adapters.source import LINK_BEGINS, Arrival, Journal

LONGEST_LANE = 2000
"""Live packets of one device that may wait: minutes of any sensor, a second of a flood."""

_REMEMBERED_RECORDS = 256
_CLOCK_STEPPED_BACK = 1000


class Inbox:
    """Stamps packets, journals those that a device believes delivered, decodes, and posts.

    A packet that cannot be decoded is counted, kept raw, and stops nothing.
    """

    def __init__(
        self,
        journal: Journal,
        now: Callable[[], Instant],
        *,
        zone: Callable[[], tzinfo] = lambda: UTC,
        gather: float = 0.0,
        longest: int = LONGEST_LANE,
    ) -> None:
        """Nothing is here yet.

        Args:
            journal: where records are written that a device believes delivered.
            now: the time, ms UTC.
            zone: where the house is.
            gather: for how many seconds live packets wait, to be decoded together.
            longest: how many live packets of one device may wait.
        """
        self.troubles: Counter[Trouble] = Counter()
        self.streams: defaultdict[DeviceKey, Stream] = defaultdict(Stream)
        self.journal = journal
        self._now = now
        self._zone = zone
        self._hearings: dict[DeviceKey, Hearing] = {}
        self._gather = gather
        self._lanes = Lanes(
            longest, lambda packet: self._complain(packet, "too many came at once"), self._decoded
        )
        self._journalling = Journalling(
            journal, lambda paired, make: self._lanes.put(paired, make, urgent=True)
        )
        self._unwritten: dict[DeviceKey, list[Packet]] = {}
        self._settings: dict[DeviceKey, Setting | None] = {}
        self._stamped: dict[DeviceKey, Instant] = {}
        self._open_links: dict[DeviceKey, bool] = {}  # whether a record came over it
        self._records: defaultdict[tuple[DeviceKey, str], deque[bytes]] = defaultdict(
            lambda: deque(maxlen=_REMEMBERED_RECORDS)
        )

    async def expect(self, paired: Paired) -> None:
        """Learn from the journal what has to be known before anything comes of a device."""
        if paired.device not in self._settings:
            self._settings[paired.device] = await self._last_setting(paired.device)
        for uuid in paired.profile.numbered:
            await self.recall(paired, uuid)

    async def begin(self, paired: Paired) -> Hearing:
        """A link begins: what comes is kept, but not decoded before `ready`.

        It may have begun with a record that came before anybody listened (`early`).
        """
        if paired.device not in self._settings:
            self._settings[paired.device] = await self._last_setting(paired.device)
        return self._begun(paired)

    def _begun(self, paired: Paired) -> Hearing:
        device = paired.device
        if device not in self._open_links:
            self._lanes.hold(paired)
            setting = self._settings.get(device)
            hearing = Hearing(DeviceClock(zone=self._zone(), setting=setting))
            self._hearings[device] = hearing
            begins = context.begins(device, self._stamp(device), hearing.clock)
            hearing.backlog.begins(begins.received)
            self._unwritten[device] = [begins]
            self._open_links[device] = False
        return self._hearings[device]

    def ended(self, paired: Paired) -> None:
        """A link ended, or did not come about."""
        self._open_links.pop(paired.device, None)
        self._lanes.release(paired)

    async def _last_setting(self, device: DeviceKey) -> Setting | None:
        """When we last set its clock, as far as the journal reaches back."""
        for word in (context.CLOCK_SET, LINK_BEGINS):
            if kept := await self.journal.kept_before(device, word, 1):
                return context.setting_in(kept[0])
        return None

    def said(self, paired: Paired, uuid: str, data: bytes) -> None:
        """Take up a value that was read, and that what comes later hangs on.

        Raises:
            DecodeError: it shows a clock, and cannot be read.
        """
        packet = context.said(paired.device, self._stamp(paired.device), uuid, data)
        self._unwritten.setdefault(paired.device, []).append(packet)
        context.take_up(self._hearings[paired.device], packet)

    async def name_session(self, paired: Paired, access: RecordAccess, hearing: Hearing) -> None:
        """Give the session of this link its name: that of the link before, if it is the same one.

        The journal keeps what was said on the newest link for as long as there is no newer one.
        """
        if access.names is None:
            return
        before = await self.journal.kept_before(paired.device, context.SAID + access.named, 1)
        name = access.names(hearing, before[-1].data if before else None)
        if name is not None:
            self.said(paired, access.named, name)

    def clock_was_set(self, paired: Paired, at: Instant, fetched: Fetched | None = None) -> None:
        """We set its clock: what was measured before was told by the clock as it was."""
        device, hearing = paired.device, self._hearings[paired.device]
        setting = Setting(max(at, self._stamp(device)), hearing.clock.ahead, fetched)
        packet = context.clock_set(device, setting)
        self._settings[device] = setting
        self._write_context(paired)
        self._journalling.soon(paired, packet, partial(self._take_up, hearing, packet))

    def slot_opened(self, paired: Paired, user: int) -> None:
        """The slot of a user was opened: what is fetched from now on is that user's."""
        self._write_later(context.slot_opened(paired.device, self._stamp(paired.device), user))

    def records_asked(self, paired: Paired) -> None:
        """It was asked for its stored records: what comes now may be old."""
        self._write_later(context.records_asked(paired.device, self._stamp(paired.device)))

    def _write_later(self, packet: Packet) -> None:
        """Write it once something hangs on it, in place of an earlier one of its sort."""
        before = self._unwritten.get(packet.device, [])
        kept = [one for one in before if one.characteristic != packet.characteristic]
        self._unwritten[packet.device] = [*kept, packet]

    def ready(self, paired: Paired) -> None:
        """All is known that decoding hangs on; also said when the link ends before that."""
        if self._open_links.get(paired.device):  # a record stands in the journal before it
            self._write_context(paired)
        self._lanes.release(paired)

    async def recall(self, paired: Paired, characteristic: str) -> None:
        """Learn from the journal which records are here already; before it is listened to.

        A device whose record was journalled, but not confirmed to it before the program ended,
        sends that record again.
        """
        key = paired.device, characteristic
        if characteristic in paired.profile.numbered and key not in self._records:
            kept = await self.journal.kept_before(*key, _REMEMBERED_RECORDS)
            self._records[key].extend(packet.data for packet in kept)

    def post(self, paired: Paired, arrival: Arrival) -> None:
        """Put one arrival behind the others of this device."""
        self._lanes.put(paired, lambda: [arrival])

    def post_behind_stored(self, paired: Paired, arrival: Arrival) -> None:
        """Put one arrival behind all packets that are being journalled now."""
        self._journalling.soon(paired, None, lambda: [arrival])

    def lost(self, paired: Paired, why: str) -> None:
        """The link is lost: behind what came over it there is a gap.

        Not of a device that several people use: nobody knows whom it is about.
        """
        stream = self.streams[paired.device]

        def gap() -> list[Arrival]:
            begun = stream.lost(paired.person, paired.device, why)
            return [] if begun is None or paired.several else [begun]

        self._lanes.put(paired, gap)

    async def arrivals(self, until: asyncio.Task[None]) -> AsyncIterator[Arrival]:
        """Arrivals as they come, until the task is done and nothing is left."""
        until.add_done_callback(lambda _task: self._lanes.wake())
        while True:
            for arrival in self.rest():
                yield arrival
            if until.done():
                return
            await self._lanes.wait(self._gather)

    def rest(self) -> Iterator[Arrival]:
        """What has come and was not yielded yet."""
        while made := self._lanes.take():
            yield from made

    def trouble(self, device: DeviceKey, characteristic: str, reason: str) -> None:
        """Count something that a device was asked and did not do."""
        self.troubles[Trouble(device, characteristic, reason, of_packet=False)] += 1

    def well_again(self, device: DeviceKey, characteristic: str, reason: str = "") -> None:
        """What a device was asked there and did not do counts no more; all of it, or one thing."""
        for one in [*self.troubles]:
            where = (one.device, one.characteristic, one.of_packet)
            if where == (device, characteristic, False) and reason in ("", one.reason):
                del self.troubles[one]

    def live(self, paired: Paired, characteristic: str, data: bytes) -> None:
        """Take in a packet of a live stream, or one that was read."""
        packet = self._packet(paired, characteristic, data, stored=False)
        hearing = self._hearings.setdefault(paired.device, Hearing())
        self._lanes.put_live(paired, packet, hearing)

    def stored(self, paired: Paired, characteristic: str, data: bytes) -> None:
        """Take in a packet that the device believes delivered; it is journalled first.

        Bluetooth stacks confirm it to the device by themselves, before it comes here: all that a
        crash can still cost is a record of the milliseconds until the journal's commit.

        One that bears a number of its own and is here already was sent again; it is let go.
        """
        if characteristic in paired.profile.numbered:
            known = self._records[paired.device, characteristic]
            if data in known:
                return
            known.append(data)
        packet = self._packet(paired, characteristic, data, stored=True)
        if paired.device in self._open_links:
            self._open_links[paired.device] = True
        hearing = self._hearings.setdefault(paired.device, Hearing())
        self._write_context(paired)
        self._journalling.soon(paired, packet, partial(self._decoded, paired, [packet], hearing))

    def early(self, paired: Paired, characteristic: str, data: bytes) -> None:
        """Take in a record that came before a session listens: its link has begun by that."""
        self._begun(paired)
        self.stored(paired, characteristic, data)

    async def keep_stored(self) -> None:
        """Journal what devices believe delivered, then decode it, for ever."""
        await self._journalling.for_ever()

    def _write_context(self, paired: Paired) -> None:
        """What was said on this link is journalled once there is something that hangs on it."""
        hearing = self._hearings[paired.device]
        for packet in self._unwritten.pop(paired.device, []):
            holds = packet.characteristic in context.IN_PLACE
            make = partial(self._take_up, hearing, packet) if holds else partial(_alone, packet)
            self._journalling.soon(paired, packet, make)

    async def replay(self, known: Iterable[Paired]) -> AsyncIterator[Arrival]:
        """The readings of packets that were journalled but never taken in, at their old times."""
        devices = {paired.device: paired for paired in known}
        packets = await self.journal.not_taken_in()
        for arrival in replayed(packets, devices, self._zone(), self._complain):
            yield arrival

    def _complain(self, packet: Packet, why: str) -> None:
        self.troubles[Trouble(packet.device, packet.characteristic, why)] += 1

    def _packet(self, paired: Paired, characteristic: str, data: bytes, stored: bool) -> Packet:
        received = self._stamp(paired.device)
        self.streams[paired.device].last_packet = received
        return Packet(paired.device, characteristic, received, data, stored)

    def _stamp(self, device: DeviceKey) -> Instant:
        """No two packets of a device bear one millisecond, or equal values would pass as one."""
        received = self._now()
        before = self._stamped.get(device)
        if before is not None and received <= before < received + _CLOCK_STEPPED_BACK:
            received = before + 1
        self._stamped[device] = received
        return received

    def _take_up(self, hearing: Hearing, packet: Packet) -> list[Arrival]:
        context.take_up(hearing, packet)
        return _alone(packet)

    def _decoded(
        self, paired: Paired, packets: Sequence[Packet], hearing: Hearing
    ) -> list[Arrival]:
        came = decoded(paired, packets, hearing, self._complain)
        if not came.streamed:
            return came.arrivals
        stream = self.streams[paired.device]
        gap = stream.heard(came.streamed[0])
        stream.heard(came.streamed[-1])
        return came.arrivals if gap is None or paired.several else [gap, *came.arrivals]


def _alone(packet: Packet) -> list[Arrival]:
    return [LocalBatch([packet])]
