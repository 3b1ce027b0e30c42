"""The part of `run` that listens to devices and takes in what they say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from adapters.ble.source import BleSource
from adapters.kinds import Kind, row_of
from adapters.reading import DeviceKey, Instant, ReadingBatch
from adapters.source import Arrival
from gateway import clock
from gateway.app import House
from gateway.collect import Collector
from gateway.journal import PacketJournal
from gateway.log import Event, Log
from gateway.parts.permission import Permission, look
from gateway.pipeline import Stored, take_in
from gateway.radio import catalog_of, radio_of, radio_settings
from gateway.status import DeviceWords, note_device, running_file
from gateway.store.courtesy import announced
from gateway.store.thread import StoreThread
from gateway.telling import Telling

LIVE_WITHIN = 600
"""Kinds whose value is old after this many seconds are live streams: their silence is a gap."""

NOT_RUNNING = "The gateway was not running."


class Collecting:
    """Listens until cancelled. The house is used in its thread alone."""

    def __init__(self, house: House, thread: StoreThread, telling: Telling, log: Log) -> None:
        self._house = house
        self._thread = thread
        self._telling = telling
        self._log = log
        self._journal = PacketJournal(house, thread)
        self._permission = Permission()
        self._source: BleSource | None = None
        self._silent: set[DeviceKey] = set()
        self._said: dict[DeviceKey, str] = {}

    async def run(self) -> None:
        """Collect for ever; what was gathered is committed before the end."""
        every = self._house.settings.collect.commit_every
        collector = Collector(self._take_in, self._log, commit_every=every)
        with announced(running_file(self._house, "collect")):
            await self._look()
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(collector.commit_for_ever(), name="commit")
                    tasks.create_task(collector.listen_to("ble", self), name="listen")
                    tasks.create_task(self._watch(), name="watch")
            finally:
                await self._thread.do(self._house.readings.anchor_now)

    async def listen(self) -> AsyncGenerator[Arrival]:
        """The radio as a source: what a crash left undecoded first, then what comes."""
        self._silent |= await self._thread.do(self._note_silence)
        async with radio_of(self._house) as radio:
            source = BleSource(
                self._permission.paired,
                self._journal,
                self._permission.allows,
                now=clock.now,
                radio=radio,
                settings=radio_settings(self._house.settings.bluetooth),
            )
            async for arrival in source.replay():
                yield arrival
            self._source = source
            try:
                async with aclosing(source.listen()) as arrivals:
                    async for arrival in arrivals:
                        yield arrival
            finally:
                self._source = None

    async def _take_in(self, arrivals: Sequence[Arrival]) -> None:
        stored = await self._thread.do(self._store, arrivals)
        self._telling.stored(stored.acknowledged)
        if stored.taken.new:
            self._log.note(Event.STORED, rows=stored.taken.rows, new=stored.taken.new)

    def _store(self, arrivals: Sequence[Arrival]) -> Stored:
        at = clock.now()
        stored = take_in(self._house, arrivals, adapter="ble", at=at, journal=self._journal)
        for batch in arrivals:
            if isinstance(batch, ReadingBatch) and batch.device in self._silent and _streams(batch):
                self._silent.discard(batch.device)
                self._house.readings.close_gap(batch.device, min(batch.starts))
        return stored

    def _note_silence(self) -> set[DeviceKey]:
        """A live stream that was heard before is silent since its last reading."""
        newest: dict[DeviceKey, tuple[Instant, str]] = {}
        for series in self._house.readings.series():
            if series.last is not None and _is_live(series.kind):
                known = newest.get(series.device, (0, ""))
                newest[series.device] = max(known, (series.last, series.person))
        for device in self._house.devices.list():
            if device.adapter == "ble" and device.key in newest:
                since, _ = newest[device.key]
                self._house.readings.open_gap(device.facts.person, device.key, since, NOT_RUNNING)
        return {one.key for one in self._house.devices.list() if one.key in newest}

    async def _watch(self) -> None:
        """Once a second: what is allowed, and how each device is doing."""
        while True:
            await asyncio.sleep(1.0)
            await self._look()
            for device, state in (self._source.states() if self._source else {}).items():
                if self._said.get(device) != state.word:
                    self._said[device] = state.word
                    words = DeviceWords(state.word, state.since, state.next_step)
                    await self._thread.do(note_device, self._house, device, words)
                    self._telling.tell("device", device=device, state=state.word)

    async def _look(self) -> None:
        catalog = catalog_of(self._house)
        self._permission.update(await self._thread.do(look, self._house, catalog, clock.now()))


def _is_live(kind: Kind) -> bool:
    return row_of(kind).stale_after <= LIVE_WITHIN


def _streams(batch: ReadingBatch) -> bool:
    """Not a record of an earlier time, nor the battery, which is read as soon as a link is up."""
    return batch.live and _is_live(batch.kind)
