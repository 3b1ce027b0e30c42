"""A house for tests: a virtual radio, a `BleSource` on it, and all that has arrived."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from adapters.ble.catalog import built_in
from adapters.ble.characteristics import heart_rate
from adapters.ble.paired import Paired, RadioSettings
from adapters.ble.radio import Radio
from adapters.ble.source import BleSource
from adapters.local_events import LinkEvent, LocalBatch, Synced
from adapters.reading import DeviceKey, Gap, PersonKey, ReadingBatch
from adapters.simulator.link import RadioLink
from adapters.simulator.radio import virtual_radio
from adapters.source import Arrival
from tests.fakes_ble import STRAP_SERVICES, HeldSensor, MemoryJournal

STRAP, BREATH = DeviceKey("strap"), DeviceKey("breath")
STRAP_ADDRESS, BREATH_ADDRESS = "F0:00:00:00:00:01", "F0:00:00:00:00:02"
ANNA = PersonKey("anna")
STRAP_PROFILE = built_in()["heart-rate-strap"]
BREATH_PROFILE = built_in()["breath-carbon-monoxide-monitor"]
(BREATH_SERVICE,) = BREATH_PROFILE.matches.services
(RECORD,) = BREATH_PROFILE.reads
QUICK = RadioSettings(
    connect_timeout=2,
    operation_timeout=2,
    close_timeout=1,
    fresh_for=2,
    first_pause=0.02,
    longest_pause=0.1,
    permission_every=0.02,
    silence=5,
    record_timeout=2,
)


@dataclass
class Clock:
    """A clock that goes on by a millisecond each time it is looked at."""

    at: int = 1_700_000_000_000

    def __call__(self) -> int:
        self.at += 1
        return self.at


@dataclass
class House:
    """A radio, a source on it, and all that has arrived."""

    link: RadioLink
    radio: Radio
    journal: MemoryJournal
    known: dict[str, Paired] = field(default_factory=dict)
    forbidden: set[DeviceKey | None] = field(default_factory=set)
    arrived: list[Arrival] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)
    settings: RadioSettings = QUICK
    zone: tzinfo = UTC
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    def strap(self, address: str = STRAP_ADDRESS, device: DeviceKey = STRAP) -> HeldSensor:
        self.known[address] = Paired(device, ANNA, STRAP_PROFILE)
        return HeldSensor(self.link, address, "Strap 7", heart_rate.SERVICE, STRAP_SERVICES)

    def breath(self) -> HeldSensor:
        self.known[BREATH_ADDRESS] = Paired(BREATH, ANNA, BREATH_PROFILE)
        services = {BREATH_SERVICE: {RECORD: "indicate"}}
        return HeldSensor(self.link, BREATH_ADDRESS, "Breath", BREATH_SERVICE, services)

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[BleSource]:
        source = BleSource(
            self.known,
            self.journal,
            lambda device: device not in self.forbidden,
            now=self.clock,
            radio=self.radio,
            settings=self.settings,
            zone=lambda: self.zone,
        )
        listening = asyncio.create_task(self.listen_to(source))
        try:
            yield source
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def listen_to(self, source: BleSource) -> None:
        async with contextlib.aclosing(source.listen()) as arrivals:
            async for arrival in arrivals:
                self.arrived.append(arrival)
                if isinstance(arrival, LocalBatch):
                    for one in arrival.events:
                        if isinstance(one, Synced):
                            self.journal.note(one)
                self._more.set()

    async def until(self, come: Callable[[], object]) -> None:
        """Return once something has arrived."""
        async with asyncio.timeout(60):
            while not come():
                self._more.clear()
                await self._more.wait()

    def batches(self, kind: str = "heart_rate", device: DeviceKey = STRAP) -> list[ReadingBatch]:
        every = [one for one in self.arrived if isinstance(one, ReadingBatch)]
        return [one for one in every if (one.kind, one.device) == (kind, device)]

    def values(self, kind: str = "heart_rate", device: DeviceKey = STRAP) -> list[object]:
        return [value for batch in self.batches(kind, device) for value in batch.values]

    def gaps(self) -> list[Gap]:
        return [one for one in self.arrived if isinstance(one, Gap)]

    def events(self, what: type) -> list[object]:
        batches = [one for one in self.arrived if isinstance(one, LocalBatch)]
        return [event for batch in batches for event in batch.events if isinstance(event, what)]

    def links(self) -> list[LinkEvent]:
        return [event for event in self.events(LinkEvent) if isinstance(event, LinkEvent)]

    async def beat(self, strap: HeldSensor, rate: int, device: DeviceKey = STRAP) -> None:
        """Send a rate and wait until it has come."""
        count = len(self.values(device=device))
        await strap.notify(heart_rate.UUID, bytes(heart_rate.HeartRateMeasurement(rate)))
        await self.until(lambda: len(self.values(device=device)) > count)


@contextlib.asynccontextmanager
async def open_house() -> AsyncIterator[House]:
    link = RadioLink()
    async with virtual_radio(link) as radio:
        yield House(link, radio, MemoryJournal())


async def settled(come: Callable[[], object]) -> None:
    """Return once something is so that does not arrive."""
    async with asyncio.timeout(60):
        while not come():  # noqa: ASYNC110  # nobody could set an event for a test
            await asyncio.sleep(0.01)
