"""Where somebody was: GPX routes and the inline points of old exports. They stay here.

A route is named after its first instant, because the name of its file holds the local time and
so changes with the zone of the phone; the same route keeps one name over all exports.

Source: Topografix, GPX 1.1 schema (trkpt, ele, time); Apple's DTD (element Location).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from xml.parsers import expat

from adapters.errors import ArchiveRefused, ReadingRefused
from adapters.healthkit.archive import CutShort
from adapters.healthkit.body import cleaned, without_head
from adapters.healthkit.elements import Entry
from adapters.healthkit.points import MARK, Point, Points
from adapters.healthkit.records import text_of
from adapters.healthkit.times import Calendar
from adapters.local_events import Position
from adapters.reading import Instant

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_TEXT = 64
_MOST_WAITING = 2**20

NOWHERE = "a place that cannot be read"
DAMAGED_ROUTE = "what was damaged of a route; its other places are kept"


class Tracks:
    """Names the points of routes that stand inside workouts.

    Attributes:
        routes: how many routes had a point so far.
    """

    def __init__(self, calendar: Calendar) -> None:
        self.routes = 0
        self._calendar = calendar
        self._name = ""

    def begin(self) -> None:
        """A new route begins."""
        self._name = ""

    def point(self, entry: Entry) -> Position:
        """The position of a `Location`.

        Raises:
            ReadingRefused: it is no place on earth, or has no date.
        """
        at = self._calendar.instant(text_of(entry, "date"))
        name = self._name or route_name(at)
        found = _position(
            at,
            _number(text_of(entry, "latitude")),
            _number(text_of(entry, "longitude")),
            _number(entry.attributes.get("altitude", "")),
            name,
        )
        self.routes += not self._name
        self._name = name
        return found


def route_name(first: Instant) -> str:
    """The name of the route whose first point is of that instant."""
    return f"route-{first}"


def positions(
    blocks: Iterator[bytes], missed: list[str], *, fast: bool = True
) -> Iterator[Position]:
    """The points of a GPX file.

    A file that breaks off gives the points before the break.

    Args:
        blocks: the file, in portions.
        missed: gets a reason for each point that cannot be read.
        fast: take points of the usual form together; this gives the same.
    """
    track, damaged = _Track(missed, Points() if fast else None), False
    try:
        for block in cleaned(without_head(blocks, "gpx"), lambda _: None):
            track.feed(block)
            yield from track.taken()
    except (CutShort, ArchiveRefused, expat.ExpatError) as odd:
        damaged = isinstance(odd, CutShort)
        yield from track.taken()
    finally:
        track.close()
    if not track.ended:
        missed.append("a route that cannot be read to its end")
    elif damaged:
        missed.append(DAMAGED_ROUTE)


class _Track:
    """expat over one GPX file."""

    def __init__(self, missed: list[str], points: Points | None) -> None:
        self.ended = False
        self._points = points
        self._missed = missed
        self._fed = 0
        self._name = ""
        self._point: dict[str, str] | None = None
        self._open = ""
        self._taken: list[Position] = []
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def feed(self, block: bytes) -> None:
        if self._points is not None:
            block = self._points.replaced(block)
        self._fed += len(block)
        self._parser.Parse(block, False)
        if self._fed - self._parser.CurrentByteIndex > _MOST_WAITING:
            raise CutShort("a tag without end")

    def close(self) -> None:
        """Let go of the parser, whose buffers would else wait for the collector of circles."""
        self._parser.StartElementHandler = None
        self._parser.EndElementHandler = None
        self._parser.CharacterDataHandler = None

    def taken(self) -> list[Position]:
        taken, self._taken = self._taken, []
        return taken

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "trkpt":
            self._point = {each: attributes.get(each, "") for each in ("lat", "lon")}
            self._open = ""
        elif self._point is not None and name in ("time", "ele"):
            self._open = name
            self._point[name] = ""
        elif name == MARK and self._points is not None:
            self._many(self._points.next_run())

    def _text(self, text: str) -> None:
        if self._open and self._point is not None:
            self._point[self._open] = (self._point[self._open] + text)[:_LONGEST_TEXT]

    def _end(self, name: str) -> None:
        if name == self._open:
            self._open = ""
        if name == "gpx":
            self.ended = True
        if name != "trkpt" or self._point is None:
            return
        point, self._point = self._point, None
        self._place(point["lon"], point["lat"], point.get("ele", ""), point.get("time", ""))

    def _many(self, points: list[Point] | None) -> None:
        if points is None:
            return
        self._point, self._open = None, ""
        minute, began = b"", 0
        for _, longitude, latitude, height, time in points:
            try:
                if time[:16] != minute:
                    minute, began = time[:16], _utc(time.decode("ascii")) // 60_000 * 60_000
                self._keep(
                    began + _second(time[17:19]), float(latitude), float(longitude), float(height)
                )
            except ReadingRefused as refused:
                self._missed.append(refused.reason)

    def _place(self, longitude: str, latitude: str, height: str, time: str) -> None:
        try:
            at = _utc(time)
            self._keep(at, _number(latitude), _number(longitude), _number(height))
        except ReadingRefused as refused:
            self._missed.append(refused.reason)

    def _keep(self, at: Instant, north: float | None, east: float | None, up: float | None) -> None:
        name = self._name or route_name(at)
        self._taken.append(_position(at, north, east, up, name))
        self._name = name


def _second(text: bytes) -> int:
    second = int(text)
    if second > 59:
        raise ReadingRefused(NOWHERE)
    return second * 1000


def _utc(text: str) -> Instant:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as odd:
        raise ReadingRefused(NOWHERE) from odd
    if at.tzinfo is None:
        raise ReadingRefused(NOWHERE)
    since = at - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000


def _position(
    at: Instant, north: float | None, east: float | None, up: float | None, name: str
) -> Position:
    if north is None or east is None or abs(north) > 90 or abs(east) > 180:
        raise ReadingRefused(NOWHERE)
    return Position(at, north, east, up, name)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
