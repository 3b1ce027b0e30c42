"""Where everything that devices send comes in, and arrivals go out in their order."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterable

from adapters.ble.hearing import Hearing
from adapters.ble.paired import RADIO, Paired
from adapters.ble.profile import told_by
from adapters.ble.settling import Settled, settle
from adapters.ble.state import Trouble
from adapters.ble.stream import Stream
from adapters.errors import DecodeError, ReadingRefused
from adapters.local_events import LocalBatch, Packet, Unclaimed
from adapters.reading import DeviceKey, Instant, batches
from adapters.source import Arrival, Journal

_REMEMBERED_RECORDS = 256
_CLOCK_STEPPED_BACK = 1000


class Inbox:
    """Stamps packets, journals those that a device believes delivered, decodes, and posts.

    A packet that cannot be decoded is counted, kept raw, and stops nothing.
    """

    def __init__(self, journal: Journal, now: Callable[[], Instant]) -> None:
        self.troubles: Counter[Trouble] = Counter()
        self.streams: defaultdict[DeviceKey, Stream] = defaultdict(Stream)
        self.hearings: defaultdict[DeviceKey, Hearing] = defaultdict(Hearing)
        self._journal = journal
        self._now = now
        self._posted: deque[Arrival] = deque()
        self._more = asyncio.Event()
        self._to_keep: deque[tuple[Paired, Packet]] = deque()
        self._to_keep_more = asyncio.Event()
        self._stamped: dict[DeviceKey, Instant] = {}
        self._records: defaultdict[tuple[DeviceKey, str], deque[bytes]] = defaultdict(
            lambda: deque(maxlen=_REMEMBERED_RECORDS)
        )

    async def recall(self, paired: Paired, characteristic: str) -> None:
        """Learn from the journal which records are here already; before it is listened to.

        A device whose record was journalled, but not confirmed to it before the program ended,
        sends that record again.
        """
        key = paired.device, characteristic
        if characteristic in paired.profile.numbered and key not in self._records:
            kept = await self._journal.kept_before(*key, _REMEMBERED_RECORDS)
            self._records[key].extend(packet.data for packet in kept)

    def post(self, arrival: Arrival) -> None:
        """Put one arrival behind the others."""
        self._posted.append(arrival)
        self._more.set()

    async def arrivals(self, until: asyncio.Task[None]) -> AsyncIterator[Arrival]:
        """Arrivals as they come, until the task is done and nothing is left."""
        until.add_done_callback(lambda _task: self._more.set())
        while True:
            while self._posted:
                yield self._posted.popleft()
            if until.done():
                return
            self._more.clear()
            await self._more.wait()

    def trouble(self, device: DeviceKey, characteristic: str, reason: str) -> None:
        """Count something that could not be read."""
        self.troubles[Trouble(device, characteristic, reason)] += 1

    def live(self, paired: Paired, characteristic: str, data: bytes) -> None:
        """Take in a packet of a live stream, or one that was read."""
        self._take_in(paired, self._packet(paired, characteristic, data, stored=False))

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
        self._to_keep.append((paired, self._packet(paired, characteristic, data, stored=True)))
        self._to_keep_more.set()

    async def keep_stored(self) -> None:
        """Journal what devices believe delivered, then decode it, for ever.

        When cancelled, what has come is journalled still. What could not be journalled waits for
        the next call.
        """
        writing: asyncio.Future[None] = asyncio.ensure_future(self._keep())
        try:
            while True:
                await asyncio.shield(writing)
                await self._to_keep_more.wait()
                self._to_keep_more.clear()
                writing = asyncio.ensure_future(self._keep())
        finally:
            await asyncio.wait([writing])
            await self._keep()

    async def _keep(self) -> None:
        while self._to_keep:
            waiting = list(self._to_keep)
            await self._journal.keep([packet for _, packet in waiting])
            for paired, packet in waiting:
                self._to_keep.popleft()
                self._take_in(paired, packet)

    async def replay(self, known: Iterable[Paired]) -> AsyncIterator[Arrival]:
        """The readings of packets that were journalled but never taken in, at their old times."""
        devices = {paired.device: paired for paired in known}
        for packet in await self._journal.not_taken_in():
            paired = devices.get(packet.device)
            if paired is None:
                continue
            for arrival in self._decoded(paired, packet):
                yield arrival

    def _packet(self, paired: Paired, characteristic: str, data: bytes, stored: bool) -> Packet:
        """No two packets of a device bear one millisecond, or equal values would pass as one."""
        received = self._now()
        before = self._stamped.get(paired.device)
        if before is not None and received <= before < received + _CLOCK_STEPPED_BACK:
            received = before + 1
        self._stamped[paired.device] = received
        return Packet(paired.device, characteristic, received, data, stored)

    def _take_in(self, paired: Paired, packet: Packet) -> None:
        stream = self.streams[paired.device]
        stream.last_packet = packet.received
        arrivals = self._decoded(paired, packet)
        streams = not packet.stored and packet.characteristic in paired.profile.reads
        has_readings = len(arrivals) > 1
        if streams and has_readings and (gap := stream.heard(packet.received)) is not None:
            self.post(gap)
        for arrival in arrivals:
            self.post(arrival)

    def _decoded(self, paired: Paired, packet: Packet) -> list[Arrival]:
        """Readings first, the packet last: once it comes out, its readings have come out."""
        made: list[Arrival] = []
        hearing = self.hearings[paired.device]
        try:
            told = told_by(paired.profile, packet, hearing)
            made.extend(
                _arrivals(paired, packet, [settle(t, packet, paired, hearing) for t in told])
            )
        except DecodeError as error:
            self.trouble(packet.device, packet.characteristic, error.why)
        except ReadingRefused as error:
            self.trouble(packet.device, packet.characteristic, error.reason)
        made.append(LocalBatch([packet]))
        return made


def _arrivals(paired: Paired, packet: Packet, settled: list[Settled]) -> list[Arrival]:
    """Batches of each person, and what waits for somebody to say whose it is."""
    made: list[Arrival] = []
    for person in dict.fromkeys(one.person for one in settled if one.person is not None):
        own = [one for one in settled if one.person == person]
        readings, records = [one.reading for one in own], [one.record for one in own]
        made += batches(
            person, paired.device, RADIO, readings, live=not packet.stored, records=records
        )
    unclaimed = [
        Unclaimed(paired.device, one.user or 0, one.reading, one.record, packet.received)
        for one in settled
        if one.person is None
    ]
    return [*made, LocalBatch(unclaimed)] if unclaimed else made
