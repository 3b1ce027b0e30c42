"""What counted a day's total, and in which order sources count. Runs in the store's thread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta, tzinfo

from adapters.kinds import Kind
from adapters.reading import DeviceKey, Instant, PersonKey, SourceKey
from gateway.store.calendar import midnight
from gateway.store.device_names import Called, DeviceNames
from gateway.store.driver import Database
from gateway.store.identity import SeriesRow
from gateway.store.local import LocalStore
from gateway.store.readings import Readings
from gateway.store.source_order import Origin, SourceOrder


@dataclass(frozen=True, slots=True)
class Counter:
    """A device, and what passed its readings on.

    Attributes:
        name: that of the app or phone, where it was asked for; it stays here.
        nth: 2, 3 … where others before it are called the same.
    """

    device: DeviceKey
    source: SourceKey
    called: Called | None
    name: str = ""
    nth: int = 1


@dataclass(frozen=True, slots=True)
class Part:
    """What one of them recorded in a day, and what of that counts."""

    by: Counter
    n: int
    recorded: float
    counted: float


@dataclass(frozen=True, slots=True)
class DayTotal:
    """A local day's total, and how it came about, in the order in which sources count."""

    day: date
    total: float
    parts: Sequence[Part]
    before: date
    after: date | None


@dataclass(frozen=True, slots=True)
class Place:
    """One source in the order: of which kinds, and whether the person put it there."""

    by: Counter
    kinds: Sequence[Kind]
    chosen: bool


class SourcesBook:
    """The sources of what adds up, looked at and put in order."""

    def __init__(
        self, db: Database, readings: Readings, names: DeviceNames, local: LocalStore | None
    ) -> None:
        self._readings = readings
        self._names = names
        self._local = local
        self._order = SourceOrder(db)

    def day(self, person: PersonKey, kind: Kind, day: date, today: date, zone: tzinfo) -> DayTotal:
        """The total of a day, from midnight to midnight where the person lives; without names."""
        since, until = midnight(zone, day), midnight(zone, day + timedelta(days=1))
        series = {one.id: one for one in self._readings.series(person, kind)}
        found = self._readings.accounts(person, kind, since, until)
        counters = self._counters(series[one.series] for one in found)
        parts = [
            Part(by, one.n, one.recorded, one.counted)
            for by, one in zip(counters, found, strict=True)
        ]
        return DayTotal(
            day=day,
            total=sum(part.counted for part in parts),
            parts=parts,
            before=day - timedelta(days=1),
            after=day + timedelta(days=1) if day < today else None,
        )

    def order(self, person: PersonKey) -> list[Place]:
        """The sources of a person with their names, the one that counts first first."""
        found = self._order.of(person)
        return [
            Place(replace(by, name=self._name(one.source)), one.kinds, one.chosen)
            for by, one in zip(self._counters(found), found, strict=True)
        ]

    def put_first(self, person: PersonKey, device: str, source: str, at: Instant) -> bool:
        """Let a source of this person count before all others; False if there is no such one."""
        for one in self._order.of(person):
            if (one.device, one.source) == (device, source):
                self._order.put_first(person, one.device, one.source, at)
                return True
        return False

    def _counters(self, found: Iterable[SeriesRow | Origin]) -> list[Counter]:
        called = self._names.all()
        before: dict[str, int] = {}
        made: list[Counter] = []
        for one in found:
            is_called = called.get(one.device)
            title = is_called.name if is_called is not None else ""
            before[title] = before.get(title, 0) + 1
            made.append(Counter(one.device, one.source, is_called, nth=before[title]))
        return made

    def _name(self, source: SourceKey) -> str:
        names = self._local.names(source) if self._local is not None else {}
        return names.get("source_name", "")
