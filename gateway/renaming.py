"""Phones, watches and apps that were renamed: their history comes again under a new name.

A name that no import brought before is held back until its readings can be compared. If most of
them are here already, under a name that this export does not know any more, it is that one's alias:
what comes under it is taken in as the old one's, now and ever after. Names are compared by the
keys of what they belong to; none leaves `local.db`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from adapters.healthkit.devices import app_identity
from adapters.local_events import LocalBatch, LocalName
from adapters.reading import DeviceFacts, Instant, PersonKey, ReadingBatch, SourceKey
from adapters.source import Arrival
from gateway.app import House
from gateway.store.aliases import aliases, note_alias
from gateway.store.identity import SeriesRow

MOST_HELD = 50_000
"""Readings of new names that wait; beyond, a name is a new one."""

_COMPARED = 200
_KEYED = ("device", "source", "owner")


@dataclass(slots=True)
class _Held:
    """What came of a new name and waits."""

    arrivals: list[Arrival] = field(default_factory=list)
    rows: int = 0


class Renaming:
    """Gives arrivals on under the keys that they were known by.

    Args:
        house: where.
        person: whose export it is.
        named_now: tells which apps and phones this export names; asked once, if at all.
        at: when it is imported.

    Attributes:
        found: how many apps, phones and devices were found to be renamed.
    """

    def __init__(
        self,
        house: House,
        person: PersonKey,
        named_now: Callable[[], set[SourceKey]],
        at: Instant,
    ) -> None:
        self.found = 0
        self._house = house
        self._person = person
        self._named_now = named_now
        self._at = at
        self._aliases = aliases(house.local.db)
        self._before = [
            series
            for series in house.readings.series(person)
            if (device := house.devices.get(series.device)) is not None
            and device.adapter == "healthkit"
        ]
        self._known = {str(series.source) for series in self._before}
        self._devices = {str(series.device) for series in self._before}
        self._held: dict[str, _Held] = {}
        self._facts: dict[str, DeviceFacts] = {}

    @cached_property
    def _still_named(self) -> set[str]:
        return set(map(str, self._named_now()))

    def settled(self, arrival: Arrival) -> Iterator[Arrival]:
        """What may be taken in now: this arrival, none, or what waited for it."""
        if not self._before:  # the first import: there is nothing to be renamed
            yield arrival
            return
        for one in _apart(arrival):
            renamed = self._renamed(one)
            new = self._new_name(renamed)
            if new is not None:
                yield from self._hold(new, renamed)
            elif isinstance(renamed, DeviceFacts) and str(renamed.device) not in self._devices:
                self._facts[str(renamed.device)] = renamed
            else:
                yield from self._with_facts(renamed)

    def rest(self) -> Iterator[Arrival]:
        """At the end: what still waits is new."""
        for name in list(self._held):
            yield from self._let_go(name)
        yield from self._facts.values()

    def _with_facts(self, arrival: Arrival) -> Iterator[Arrival]:
        """A reading of a new device comes after the device; one that was renamed is none."""
        if isinstance(arrival, ReadingBatch):
            facts = self._facts.pop(str(arrival.device), None)
            if facts is not None:
                self._devices.add(str(facts.device))
                yield facts
        yield arrival

    def _hold(self, name: str, arrival: Arrival) -> Iterator[Arrival]:
        held = self._held.setdefault(name, _Held())
        held.arrivals.append(arrival)
        if not isinstance(arrival, ReadingBatch):
            return
        held.rows += len(arrival)
        old = self._same(arrival)
        if old is not None:
            self._alias(name, str(old.source))
            self._alias_app(held, str(old.source))
            if str(arrival.device) not in self._devices | {str(old.device)}:
                self._alias(str(arrival.device), str(old.device))
                self._facts.pop(str(arrival.device), None)
        elif sum(one.rows for one in self._held.values()) <= MOST_HELD:
            return
        yield from self._let_go(name)

    def _let_go(self, name: str) -> Iterator[Arrival]:
        self._known.add(name)
        for arrival in self._held.pop(name).arrivals:
            yield from self._with_facts(self._renamed(arrival))

    def _alias(self, key: str, known_as: str) -> None:
        self.found += 1
        self._aliases[key] = known_as
        note_alias(self._house.local.db, key, known_as, self._at)

    def _alias_app(self, held: _Held, known_as: str) -> None:
        """What names no device is known by the app; so the app's old name stays its device."""
        old = [
            name
            for (name,) in self._house.local.db.conn.execute(
                "SELECT name FROM local_name WHERE owner = ? AND what = 'source_name' ORDER BY at",
                (known_as,),
            )
        ]
        devices = [self._app(name) for name in old if self._app(name) in self._devices]
        for arrival in held.arrivals:
            if devices and isinstance(arrival, LocalBatch):
                for event in arrival.events:
                    if isinstance(event, LocalName):
                        self._aliases[self._app(event.name)] = devices[0]
                        note_alias(
                            self._house.local.db, self._app(event.name), devices[0], self._at
                        )
                        self._facts.pop(self._app(event.name), None)

    def _app(self, name: str) -> str:
        return str(self._house.device_key(app_identity(self._person, name)))

    def _new_name(self, arrival: Arrival) -> str | None:
        """The new app or phone that an arrival is of."""
        match arrival:
            case ReadingBatch(source=source):
                name = str(source)
            case LocalBatch(events=[LocalName(owner=owner, what="source_name")]):
                name = str(owner)
            case _:
                return None
        return name if name and name not in self._known else None

    def _renamed(self, arrival: Arrival) -> Arrival:
        if isinstance(arrival, LocalBatch):
            return LocalBatch([self._one(event) for event in arrival.events])
        made: Arrival = self._one(arrival)
        return made

    def _one(self, told: Any) -> Any:
        changed = {
            name: self._aliases[key]
            for name in _KEYED
            if (key := getattr(told, name, None)) in self._aliases
        }
        return replace(told, **changed) if changed else told

    def _same(self, batch: ReadingBatch) -> SeriesRow | None:
        """The series, under a name that is gone, that has most of these readings."""
        candidates = [
            series
            for series in self._before
            if series.kind == batch.kind
            and series.n
            and (series.device == batch.device or str(batch.device) not in self._devices)
        ]
        for series in candidates:
            if self._coincide(series, batch) and str(series.source) not in self._still_named:
                return series
        return None

    def _coincide(self, series: SeriesRow, batch: ReadingBatch) -> bool:
        """Whether most readings up to the last of a series are in it, and more than by chance."""
        if series.last is None:
            return False
        step = max(1, len(batch) // _COMPARED)
        rows = [i for i in range(0, len(batch), step) if batch.starts[i] <= series.last]
        here = self._house.readings.have(series.id, batch, rows)
        return 2 * here > len(rows) and (here > 1 or here == series.n == len(batch))


def _apart(arrival: Arrival) -> Sequence[Arrival]:
    """Local events one by one, since each may be of another app."""
    if isinstance(arrival, LocalBatch) and isinstance(arrival.events[0], LocalName):
        return [LocalBatch([event]) for event in arrival.events]
    return [arrival]
