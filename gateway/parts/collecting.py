"""The part of `run` that listens to devices and takes in what they say."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from datetime import UTC, tzinfo
from typing import Protocol

from adapters.ble.radio import Radio
from adapters.ble.source import BleSource
from adapters.ble.state import DeviceState, Trouble
from adapters.reading import DeviceKey, Instant, ReadingBatch
from adapters.source import Arrival
from gateway import clock
from gateway.app import House
from gateway.collect import Collector
from gateway.journal import PacketJournal
from gateway.log import Event, Log
from gateway.parts.adding import Adding
from gateway.parts.permission import Permission, look
from gateway.parts.silence import Silence
from gateway.parts.zone import zone_of
from gateway.pipeline import Stored, take_in
from gateway.radio import catalog_of, collecting_radio, radio_settings
from gateway.status import DeviceWords, note_device, running_file
from gateway.store.courtesy import announced
from gateway.store.thread import StoreThread
from gateway.telling import Telling

LOOK_EVERY = 1.0
"""Seconds from one look at what is allowed, and at how each device is doing, to the next."""


class Told(Protocol):
    """What a radio tells of its devices: `BleSource`."""

    def states(self) -> Mapping[DeviceKey, DeviceState]:
        """How each device is doing."""
        ...

    def troubles(self) -> Mapping[Trouble, int]:
        """What could not be read, counted."""
        ...


class Collecting:
    """Listens until cancelled. The house is used in its thread alone."""

    def __init__(
        self,
        house: House,
        thread: StoreThread,
        telling: Telling,
        log: Log,
        *,
        now: Callable[[], Instant] = clock.now,
        radio: Callable[[House], AbstractAsyncContextManager[Radio]] = collecting_radio,
    ) -> None:
        self._now = now
        self._radio = radio
        self._house = house
        self._thread = thread
        self._telling = telling
        self._log = log
        self._journal = PacketJournal(house, thread)
        self._permission = Permission()
        self._source: BleSource | None = None
        self._silence = Silence(house)
        self._said: dict[DeviceKey, DeviceWords] = {}
        self._zone: tzinfo = UTC
        self._rest: list[Arrival] = []
        self._adding = Adding(house, thread, self._look)

    async def run(self) -> None:
        """Collect for ever; what was gathered is committed before the end."""
        collector = Collector(self._take_in, self._log)
        with announced(running_file(self._house, "collect")):
            await self._look()
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(collector.commit_for_ever(), name="commit")
                    tasks.create_task(collector.listen_to("ble", self), name="listen")
                    tasks.create_task(self._watch(), name="watch")
                    tasks.create_task(self._adding.run(), name="add")
            finally:
                if self._rest:
                    await self._take_in(self._rest)
                await self._thread.do(self._house.readings.anchor_now)

    async def listen(self) -> AsyncGenerator[Arrival]:
        """The radio as a source: what a crash left undecoded first, then what comes."""
        await self._thread.do(self._silence.begin)
        async with self._radio(self._house) as radio:
            source = BleSource(
                self._permission.paired,
                self._journal,
                self._permission.allows,
                now=self._now,
                radio=radio,
                settings=radio_settings(
                    self._house.settings.bluetooth,
                    gather=self._house.settings.collect.commit_every,
                ),
                zone=lambda: self._zone,
                greet=self._adding.greeting.greet,
                may_come=self._adding.greeting.may_come,
            )
            async for arrival in source.replay():
                yield arrival
            self._source = source
            try:
                with self._adding.over(source, radio.pairs):
                    async with aclosing(source.listen()) as arrivals:
                        async for arrival in arrivals:
                            yield arrival
            finally:
                self._source = None
                self._rest += source.rest()

    async def _take_in(self, arrivals: Sequence[Arrival]) -> None:
        stored = await self._thread.do(self._store, arrivals)
        self._telling.stored(stored.acknowledged)
        if stored.taken.new:
            self._log.note(Event.STORED, rows=stored.taken.rows, new=stored.taken.new)

    def _store(self, arrivals: Sequence[Arrival]) -> Stored:
        at = self._now()
        with announced(self._house.opened.home.turn):
            stored = take_in(self._house, arrivals, adapter="ble", at=at, journal=self._journal)
        for batch in arrivals:
            if isinstance(batch, ReadingBatch):
                self._silence.heard(batch)
        return stored

    async def _watch(self) -> None:
        """Again and again: what is allowed, and how each device is doing."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            await self._look()
            if self._source is not None:
                for device, words in words_of(self._source).items():
                    if self._said.get(device) != words:
                        await self._say(device, words)

    async def _say(self, device: DeviceKey, words: DeviceWords) -> None:
        before = self._said.get(device)
        self._said[device] = words
        await self._thread.do(note_device, self._house, device, words)
        if before is None or before.state != words.state:
            self._log.note(Event.DEVICE_STATE, device=device, state=words.state)
            self._telling.tell("device", device=device, state=words.state)
        if words.unread and not (before and before.unread):
            self._log.note(Event.PACKETS_UNREAD, device=device, count=words.unread)

    async def _look(self) -> None:
        catalog, at = catalog_of(self._house), self._now()
        self._permission.update(await self._thread.do(look, self._house, catalog, at))
        self._zone = await self._thread.do(zone_of, self._house, at)


def words_of(source: Told) -> dict[DeviceKey, DeviceWords]:
    """How each device is doing, with how much of it could not be read since the start."""
    unread: Counter[DeviceKey] = Counter()
    undone: defaultdict[DeviceKey, set[str]] = defaultdict(set)
    for trouble, times in source.troubles().items():
        if trouble.of_packet:
            unread[trouble.device] += times
        else:
            undone[trouble.device].add(trouble.reason)
    return {
        device: DeviceWords(
            state.word,
            state.since,
            state.next_step,
            unread[device],
            tuple(sorted(undone[device])),
            state.pair_anew,
        )
        for device, state in source.states().items()
    }
