"""The lines of a trend, from the roll-ups; for the last hour from the readings themselves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from adapters.kinds import Kind, KindRow
from adapters.reading import PersonKey
from gateway.htmlkit.chart import Frame, Line, Point
from gateway.store.driver import Database
from gateway.store.readings import Readings
from gateway.store.trend import TrendPoint
from gateway.web.shown import number_of, scale_of
from gateway.web.spans import Cut

_MOST_ROWS = 20_000
_PER_STEP = """
    SELECT (start - :since) / :step, COUNT(*), MIN(v), SUM(v), MAX(v) FROM (
        SELECT start, CAST(current_value AS REAL) AS v FROM current_reading
        WHERE series = :series AND start >= :since AND start < :until
          AND current_value IS NOT NULL
          AND (typeof(current_value) <> 'text' OR current_value NOT GLOB 'absent:*'))
    GROUP BY 1"""


class Lines:
    """Draws from the readings of a home. Runs in the store's thread."""

    def __init__(self, db: Database, readings: Readings) -> None:
        self._db = db
        self._readings = readings

    def of(self, person: PersonKey, row: KindRow, time: Cut) -> list[Line]:
        """One line a component; none for kinds that are words."""
        if row.shape == "components":
            return self._components(person, row, time.frame)
        if row.shape != "quantity":
            return []
        if not time.edges:
            return [Line("", self._steps(person, row, time.frame))]
        return [_line(row, self._readings.trend_between(person, row.kind, time.edges))]

    def of_many(
        self, person: PersonKey, rows: Collection[KindRow], time: Cut
    ) -> Mapping[Kind, list[Line]]:
        """The lines of many kinds over the same time, which has edges."""
        kinds = [row.kind for row in rows if row.shape == "quantity"]
        points = self._readings.trends_between(person, kinds, time.edges)
        return {
            row.kind: [_line(row, points.get(row.kind, []))]
            if row.shape == "quantity"
            else self.of(person, row, time)
            for row in rows
        }

    def _steps(self, person: PersonKey, row: KindRow, frame: Frame) -> list[Point]:
        steps: dict[int, tuple[int, float, float, float]] = {}
        for series in self._readings.series(person, row.kind):
            found = self._db.conn.execute(
                _PER_STEP,
                {
                    "series": series.id,
                    "since": frame.since,
                    "until": frame.until,
                    "step": frame.step,
                },
            )
            for step, n, lo, total, hi in found:
                before = steps.get(step, (0, lo, 0.0, hi))
                steps[step] = (
                    before[0] + n, min(before[1], lo), before[2] + total, max(before[3], hi)
                )  # fmt: skip
        return [
            _point(row, frame.since + step * frame.step, n, lo, total, hi)
            for step, (n, lo, total, hi) in sorted(steps.items())
        ]

    def _components(self, person: PersonKey, row: KindRow, frame: Frame) -> list[Line]:
        found: list[dict[int, list[float]]] = [{} for _ in row.components]
        for start, value in self._values(person, row.kind, frame):
            for part, text in zip(found, value.split("|"), strict=False):
                number = number_of(text)
                if number is not None:
                    part.setdefault((start - frame.since) // frame.step, []).append(float(number))
        return [
            Line(label, _points(part, row, frame), hue=hue)
            for hue, (label, part) in enumerate(zip(row.components, found, strict=True), start=1)
            if part or label not in row.optional
        ]

    def _values(self, person: PersonKey, kind: Kind, frame: Frame) -> list[tuple[int, str]]:
        found: list[tuple[int, str]] = []
        for series in self._readings.series(person, kind):
            rows = self._readings.window(series.id, frame.since, frame.until - 1, _MOST_ROWS)
            found += [(row.start, str(row.current_value or "")) for row in rows]
        return found


def _line(row: KindRow, points: Sequence[TrendPoint]) -> Line:
    return Line("", [_point(row, p.start, p.n, p.lo, p.total, p.hi) for p in points])


def _points(part: dict[int, list[float]], row: KindRow, frame: Frame) -> Sequence[Point]:
    return [
        _point(row, frame.since + step * frame.step, len(v), min(v), sum(v), max(v))
        for step, v in sorted(part.items())
    ]


def _point(row: KindRow, start: int, n: int, lo: float, total: float, hi: float) -> Point:
    """A step of a line; for kinds that add up, its sum is all there is."""
    if row.aggregation == "sum":
        return Point(start, n, total, total, total)
    scale = float(scale_of(row))
    return Point(start, n, lo * scale, total / n * scale, hi * scale)
