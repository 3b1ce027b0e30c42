"""What the readings pages show of the store. Runs in the store's thread; makes no words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal, InvalidOperation

from adapters.kinds import Kind, KindRow, all_kinds
from adapters.reading import DeviceKey, Instant, PersonKey, Quality, Value, text_of
from gateway.htmlkit.chart import Drawing, Frame, Line, Point, draw, gaps
from gateway.store.devices import Devices
from gateway.store.driver import Database
from gateway.store.intake import highest_intake
from gateway.store.query import Latest, ReadingRow
from gateway.store.readings import Readings
from gateway.web.spans import Cut, Span, cut, today

_MOST_ROWS = 20_000
_NEWEST = 25
_ABOUTS = ("person", "room", "device")
_PPM = Decimal("1000000") * Decimal("24.45") / Decimal("28.01")
"""From kg/m³ of carbon monoxide to ppm: molar volume at 25 °C and 101.325 kPa, molar mass."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One reading for a page: each part with its digits, its unit as a UCUM code.

    ``numbers`` are the parts as numbers (None for a word or an absence), ``words`` as they came.
    """

    at: Instant
    until: Instant
    words: Sequence[str]
    numbers: Sequence[Decimal | None]
    unit: str
    device: str
    doubts: Quality
    corrected: bool


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


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


class ReadingsBook:
    """The readings of one person, looked at."""

    def __init__(self, db: Database, readings: Readings, devices: Devices) -> None:
        self._db = db
        self._readings = readings
        self._devices = devices

    def newest_intake(self) -> int:
        """How far arrival has come; changes with every commit that brought something."""
        return highest_intake(self._db)

    def cards(self, person: PersonKey, now: Instant, zone: tzinfo) -> list[Card]:
        """A card for each kind that was ever measured: the person's, the room's, the devices'."""
        rows = all_kinds()
        order = sorted(rows, key=lambda kind: _ABOUTS.index(rows[kind].about))
        found = [one for one in self._readings.latest(person) if one.kind in rows]
        titles = self._titles(person)
        return [
            self._card(person, one, titles, now, zone)
            for one in sorted(found, key=lambda one: order.index(one.kind))
        ]

    def story(self, person: PersonKey, kind: Kind, span: Span, now: Instant, zone: tzinfo) -> Story:
        """One kind over a span, with its newest readings."""
        row, titles = all_kinds()[kind], self._titles(person)
        time = cut(span, now, zone, sums=row.aggregation == "sum")
        lines = self._lines(person, row, time)
        newest = self._readings.latest(person, kind)
        return Story(
            row=row,
            span=span,
            drawing=_drawing(row, time.frame, lines, zone),
            n=sum(point.n for point in lines[0].points) if lines else 0,
            total=sum(p.mean for line in lines for p in line.points) if _sums(row) else 0.0,
            silences=gaps(lines[0].points, time.frame.step) if lines else 0,
            newest=self._rows(person, row, time.frame, titles),
            card=self._card(person, newest[0], titles, now, zone) if newest else None,
        )

    def kinds(self, person: PersonKey) -> Mapping[Kind, int]:
        """How many readings there are of each kind."""
        counts: dict[Kind, int] = {}
        for series in self._readings.series(person):
            counts[series.kind] = counts.get(series.kind, 0) + series.n
        return counts

    def _titles(self, person: PersonKey) -> dict[DeviceKey, str]:
        devices = self._devices.list(person, forgotten=True)
        return {device.key: device.facts.title for device in devices}

    def _card(
        self,
        person: PersonKey,
        newest: Latest,
        titles: Mapping[DeviceKey, str],
        now: Instant,
        zone: tzinfo,
    ) -> Card:
        row = all_kinds()[newest.kind]
        shown = _shown(row, newest.reading, titles.get(newest.device, ""))
        total = None
        if _sums(row):
            points = self._readings.trend_between(person, row.kind, list(today(now, zone)))
            total = points[0].total if points else 0.0
        span: Span = "day" if row.stale_after < 2 * 86_400 else "month"
        time = cut(span, now, zone, sums=_sums(row))
        return Card(
            row=row,
            newest=shown,
            total=total,
            stale=now - shown.until > row.stale_after * 1000,
            simulated=newest.simulated,
            drawing=_drawing(row, time.frame, self._lines(person, row, time), zone),
        )

    def _lines(self, person: PersonKey, row: KindRow, time: Cut) -> list[Line]:
        if row.shape == "quantity" and time.edges:
            points = self._readings.trend_between(person, row.kind, time.edges)
            scale = float(_PPM) if row.unit == "kg/m3" else 1.0
            middle = [p.total if _sums(row) else p.mean for p in points]
            return [
                Line(
                    "",
                    [
                        Point(p.start, p.n, *_ends(row, p.lo, m, p.hi, scale))
                        for p, m in zip(points, middle, strict=True)
                    ],
                )
            ]
        if row.shape in ("category", "waveform"):
            return []
        return _minute_lines(row, time.frame, self._window(person, row.kind, time.frame))

    def _window(self, person: PersonKey, kind: Kind, frame: Frame) -> list[tuple[str, ReadingRow]]:
        found: list[tuple[str, ReadingRow]] = []
        for series in self._readings.series(person, kind):
            if series.last is None or series.last < frame.since:
                continue
            rows = self._readings.window(series.id, frame.since, frame.until - 1, _MOST_ROWS)
            found += [(series.device, row) for row in rows]
        return found

    def _newest(self, series: int) -> list[ReadingRow]:
        rows = self._db.conn.execute(
            "SELECT series, start, duration, value, nth, flags, intake, current_value,"
            " current_decimals, version FROM current_reading WHERE series = ?"
            " ORDER BY start DESC, duration DESC, value DESC, nth DESC LIMIT ?",
            (series, _NEWEST),
        )
        return [ReadingRow(*row) for row in rows]

    def _rows(
        self, person: PersonKey, row: KindRow, frame: Frame, titles: Mapping[DeviceKey, str]
    ) -> list[Shown]:
        """The newest readings of the span, newest first."""
        found: list[Shown] = []
        for series in self._readings.series(person, row.kind):
            if series.last is None or series.last < frame.since:
                continue
            rows = self._newest(series.id)
            title = titles.get(series.device, "")
            found += [_shown(row, each, title) for each in rows if each.start >= frame.since]
        return sorted(found, key=lambda shown: -shown.at)[:_NEWEST]


def _sums(row: KindRow) -> bool:
    return row.aggregation == "sum"


def _ends(
    row: KindRow, lo: float, middle: float, hi: float, scale: float
) -> tuple[float, float, float]:
    if _sums(row):
        return middle, middle, middle
    return lo * scale, middle * scale, hi * scale


def _drawing(row: KindRow, frame: Frame, lines: list[Line], zone: tzinfo) -> Drawing:
    return draw(frame, lines, bars=_sums(row), zone=zone)


def _parts(row: KindRow, value: Value | None, decimals: int) -> list[str]:
    if value is None:
        return []
    text = text_of(value, decimals)
    return text.split("|") if row.shape == "components" else [text]


def _shown(row: KindRow, reading: ReadingRow, device: str) -> Shown:
    words = _parts(row, reading.current_value, reading.current_decimals)
    numbers = [_number(word) for word in words]
    unit = row.unit
    if unit == "kg/m3":
        numbers = [None if n is None else round(n * _PPM, 1) for n in numbers]
        unit = "[ppm]"
    return Shown(
        at=reading.start,
        until=reading.start + reading.duration,
        words=words,
        numbers=numbers,
        unit=unit,
        device=device,
        doubts=Quality(reading.flags),
        corrected=reading.version > 0,
    )


def _minute_lines(row: KindRow, frame: Frame, rows: Sequence[tuple[str, ReadingRow]]) -> list[Line]:
    labels = row.components or ("",)
    found: list[dict[int, list[float]]] = [{} for _ in labels]
    for _device, reading in rows:
        shown = _shown(row, reading, "")
        for part, number in zip(found, shown.numbers, strict=False):
            if number is not None:
                step = (reading.start - frame.since) // frame.step
                part.setdefault(step, []).append(float(number))
    return [
        Line(label, _points(part, frame, sums=_sums(row)), hue=index)
        for index, (label, part) in enumerate(zip(labels, found, strict=True), start=1)
    ]


def _points(part: Mapping[int, Sequence[float]], frame: Frame, *, sums: bool) -> list[Point]:
    made = []
    for step, values in sorted(part.items()):
        total = sum(values)
        middle = total if sums else total / len(values)
        lo, hi = (middle, middle) if sums else (min(values), max(values))
        made.append(Point(frame.since + step * frame.step, len(values), lo, middle, hi))
    return made
