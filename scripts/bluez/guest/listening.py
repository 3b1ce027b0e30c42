"""Our own Bluetooth source on the guest's real radio, in the scenario's own process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from adapters.ble.catalog import built_in
from adapters.ble.paired import Paired, RadioSettings
from adapters.ble.radio import Radio
from adapters.ble.source import BleSource
from adapters.local_events import LinkEvent, LocalBatch
from adapters.reading import DeviceKey, Instant, PersonKey, ReadingBatch
from adapters.source import Arrival
from gateway import clock
from tests.fakes_ble import MemoryJournal

PERSON = PersonKey("anna")
PATIENCE = 60.0


@dataclass
class Listening:
    """A source, and all that has arrived; nothing is stored.

    Attributes:
        known: whom it listens to, by address; may be added to.
        arrived: everything, in order.
        now: the time, ms UTC.
        zone: where the house is.
    """

    known: dict[str, Paired] = field(default_factory=dict)
    arrived: list[Arrival] = field(default_factory=list)
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    settings: RadioSettings = field(default_factory=RadioSettings)
    radio: Radio = field(default_factory=Radio)
    now: Callable[[], Instant] = clock.now
    zone: tzinfo = UTC
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    def knows(self, told: dict[str, str], profile: str = "") -> DeviceKey:
        """Make a device of the air (`Air.devices`) one of this house's; its key is its id."""
        key = DeviceKey(told["id"])
        self.known[told["address"]] = Paired(key, PERSON, built_in()[profile or told["model"]])
        return key

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[BleSource]:
        """Listen while the block lasts."""
        source = BleSource(
            self.known,
            self.journal,
            lambda _device: True,
            now=self.now,
            radio=self.radio,
            settings=self.settings,
            zone=lambda: self.zone,
        )
        task = asyncio.create_task(self._listen_to(source))
        try:
            yield source
        except BaseException:
            print(*self.links(), source.states(), source.troubles(), sep="\n", flush=True)
            raise
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _listen_to(self, source: BleSource) -> None:
        async with contextlib.aclosing(source.listen()) as arrivals:
            async for arrival in arrivals:
                self.arrived.append(arrival)
                self._more.set()

    async def until(self, come: Callable[[], object], within: float = PATIENCE) -> None:
        """Return once this is true of what has arrived."""
        async with asyncio.timeout(within):
            while not come():
                self._more.clear()
                await self._more.wait()

    def links(self) -> list[LinkEvent]:
        """What became of the links, in order."""
        batches = (one for one in self.arrived if isinstance(one, LocalBatch))
        return [event for one in batches for event in one.events if isinstance(event, LinkEvent)]

    def values(self, kind: str, device: str) -> list[object]:
        """Every value of this kind, in the order in which it came."""
        batches = (one for one in self.arrived if isinstance(one, ReadingBatch))
        mine = (one for one in batches if (one.kind, one.device) == (kind, device))
        return [value for batch in mine for value in batch.values]
