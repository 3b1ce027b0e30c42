"""What the readings pages show of the store. Runs in the store's thread; makes no words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from functools import lru_cache

from adapters.kinds import Kind, KindRow, all_kinds
from adapters.reading import DeviceKey, Instant, PersonKey
from gateway.htmlkit.chart import Drawing, Frame, Line, draw, gaps
from gateway.store.clock_answers import SETTLED, Verdicts
from gateway.store.device_names import Called, DeviceNames
from gateway.store.driver import Database
from gateway.store.intake import highest_intake
from gateway.store.query import Latest, ReadingRow
from gateway.store.readings import Readings
from gateway.store.trend import TrendPoint
from gateway.web.lines import Lines
from gateway.web.shown import Shown, shown
from gateway.web.spans import Cut, Span, cut, today

_NEWEST = 25
_ABOUTS = ("person", "room", "device")


@dataclass(frozen=True, slots=True)
class Card:
    """The newest of one kind, with its day.

    Attributes:
        total: what was counted since local midnight, for kinds that add up.
        stale: whether the newest is too old to stand for now.
    """

    row: KindRow
    newest: Shown
    total: float | None
    stale: bool
    simulated: bool
    drawing: Drawing


@dataclass(frozen=True, slots=True)
class Story:
    """One kind over a span of time.

    Attributes:
        lo, mean, hi: over the span, a line each; ``total`` for kinds that add up.
        silences: how many stretches between the first and the last reading had none.
    """

    row: KindRow
    span: Span
    drawing: Drawing
    n: int
    total: float
    silences: int
    newest: Sequence[Shown]
    card: Card | None


class ReadingsBook:
    """The readings of one person, looked at."""

    def __init__(self, db: Database, readings: Readings, names: DeviceNames) -> None:
        self._db = db
        self._readings = readings
        self._names = names
        self._lines = Lines(db, readings)

    def newest_intake(self) -> int:
        """How far arrival has come; changes with every commit that brought something."""
        return highest_intake(self._db)

    def cards(self, person: PersonKey, now: Instant, zone: tzinfo) -> list[Card]:
        """A card for each kind that was ever measured: the person's, the room's, the devices'."""
        rows = all_kinds()
        order = sorted(rows, key=lambda kind: _ABOUTS.index(rows[kind].about))
        found = {one.kind: one for one in self._readings.latest(person) if one.kind in rows}
        titles = self._names.all()
        cuts = {kind: _cut_of(rows[kind], now, zone) for kind in found}
        lines: dict[Kind, list[Line]] = {}
        for time in set(cuts.values()):
            those = [rows[kind] for kind, one in cuts.items() if one == time]
            lines |= self._lines.of_many(person, those, time)
        sums = [kind for kind in found if _sums(rows[kind])]
        totals = self._readings.trends_between(person, sums, today(now, zone))
        return [
            self._card(
                found[kind], titles, now, zone, cuts[kind], lines[kind], totals.get(kind, [])
            )
            for kind in order
            if kind in found
        ]

    def story(self, person: PersonKey, kind: Kind, span: Span, now: Instant, zone: tzinfo) -> Story:
        """One kind over a span, with its newest readings."""
        row, titles = all_kinds()[kind], self._names.all()
        time = cut(span, now, zone, sums=row.aggregation == "sum")
        lines = self._lines.of(person, row, time)
        newest = self._readings.latest(person, kind)
        card = self._card_of(person, newest[0], titles, now, zone) if newest else None
        return Story(
            row=row,
            span=span,
            drawing=draw(time.frame, lines, bars=_sums(row), zone=zone),
            n=sum(point.n for point in lines[0].points) if lines else 0,
            total=sum(p.mean for line in lines for p in line.points) if _sums(row) else 0.0,
            silences=gaps(lines[0].points, time.frame.step) if lines else 0,
            newest=self._rows(person, row, time.frame, titles),
            card=card,
        )

    def called(self, device: DeviceKey) -> Called | None:
        """What a device is called."""
        return self._names.all().get(device)

    def kinds(self, person: PersonKey) -> Mapping[Kind, int]:
        """How many readings there are of each kind."""
        counts: dict[Kind, int] = {}
        for series in self._readings.series(person):
            counts[series.kind] = counts.get(series.kind, 0) + series.n
        return counts

    def _card_of(
        self,
        person: PersonKey,
        newest: Latest,
        titles: Mapping[DeviceKey, Called],
        now: Instant,
        zone: tzinfo,
    ) -> Card:
        row = all_kinds()[newest.kind]
        time = _cut_of(row, now, zone)
        points = (
            self._readings.trend_between(person, row.kind, today(now, zone)) if _sums(row) else []
        )
        return self._card(
            newest, titles, now, zone, time, self._lines.of(person, row, time), points
        )

    def _card(
        self,
        newest: Latest,
        titles: Mapping[DeviceKey, Called],
        now: Instant,
        zone: tzinfo,
        time: Cut,
        lines: list[Line],
        of_today: Sequence[TrendPoint],
    ) -> Card:
        row = all_kinds()[newest.kind]
        latest = self._shown(row, newest.reading, titles.get(newest.device))
        total = (of_today[0].total if of_today else 0.0) if _sums(row) else None
        return Card(
            row=row,
            newest=latest,
            total=total,
            stale=now - latest.until > row.stale_after * 1000,
            simulated=newest.simulated,
            drawing=draw(time.frame, lines, bars=_sums(row), bare=True),
        )

    def _shown(self, row: KindRow, reading: ReadingRow, device: Called | None) -> Shown:
        """A reading; a time that the person confirmed is not doubtful any more."""
        if reading.flags & SETTLED:
            series = self._readings.series_by_id(reading.series)
            if not Verdicts(self._db, series).doubt(reading.flags, reading.intake):
                reading = replace(reading, flags=reading.flags & ~SETTLED)
        return shown(row, reading, device)

    def _newest(self, series: int) -> list[ReadingRow]:
        rows = self._db.conn.execute(
            "SELECT series, start, duration, value, nth, flags, intake, current_value,"
            " current_decimals, version FROM current_reading WHERE series = ?"
            " ORDER BY start DESC, duration DESC, value DESC, nth DESC LIMIT ?",
            (series, _NEWEST),
        )
        return [ReadingRow(*row) for row in rows]

    def _rows(
        self, person: PersonKey, row: KindRow, frame: Frame, titles: Mapping[DeviceKey, Called]
    ) -> list[Shown]:
        """The newest readings of the span, newest first."""
        found: list[Shown] = []
        for series in self._readings.series(person, row.kind):
            if series.last is None or series.last < frame.since:
                continue
            rows = self._newest(series.id)
            title = titles.get(series.device)
            found += [self._shown(row, each, title) for each in rows if each.start >= frame.since]
        return sorted(found, key=lambda one: -one.at)[:_NEWEST]


def _cut_of(row: KindRow, now: Instant, zone: tzinfo) -> Cut:
    """The time that the card of a kind shows: a day, or a month where it is measured rarely."""
    span: Span = "day" if row.stale_after < 2 * 86_400 else "month"
    return _cut(span, now, zone, sums=_sums(row))


@lru_cache(maxsize=16)
def _cut(span: Span, now: Instant, zone: tzinfo, *, sums: bool) -> Cut:
    return cut(span, now, zone, sums=sums)


def _sums(row: KindRow) -> bool:
    return row.aggregation == "sum"
