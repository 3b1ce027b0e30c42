"""From an entry of the export to one row of a series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from adapters.errors import ReadingRefused
from adapters.healthkit.devices import Devices
from adapters.healthkit.elements import Entry
from adapters.healthkit.times import Calendar
from adapters.healthkit.types import WORKOUT, TypeRow, all_types
from adapters.healthkit.units import UNKNOWN_UNIT, Conversion
from adapters.kinds import Kind
from adapters.reading import DeviceKey, Instant, Quality, SourceKey, Value

UNKNOWN_TYPE = "type not known to this version"
UNKNOWN_WORD = "value not known to this version"
UNKNOWN_SPORT = "workout of a sort not known to this version"
INCOMPLETE = "an entry without type, source, value or date"
BACKWARDS = "it ends before it starts"


class Series(NamedTuple):
    """What parts readings, of one person, from each other; ``unit`` is the one as written."""

    kind: Kind
    device: DeviceKey
    source: SourceKey
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One reading, and the creation date that may part it from its equals."""

    series: Series
    start: Instant
    duration: int
    value: Value
    decimals: int
    flags: int
    created: Instant | None


@dataclass(frozen=True, slots=True)
class Shape:
    """What all records have in common that differ in nothing but dates and value.

    Attributes:
        series: where they go.
        flags: the bits of their quality.
        numbers: how to convert the value, or None where it is a word.
        words: HealthKit's constant -> our word.
    """

    series: Series
    flags: int
    numbers: Conversion | None
    words: Mapping[str, str]

    def stored(self, written: str) -> tuple[Value, int]:
        """A value as the store keeps it, and its decimals.

        Raises:
            ReadingRefused: it is not a number, or a word that is not known.
        """
        return _stored(self.words, self.numbers, written)


class Records:
    """Turns records and workouts into rows.

    Args:
        devices: who measured and who passed it on.
        calendar: reads the dates.
    """

    def __init__(self, devices: Devices, calendar: Calendar) -> None:
        self._devices = devices
        self._calendar = calendar
        self._types = all_types()

    def record(self, entry: Entry) -> Row:
        """One row of a `Record`.

        Raises:
            ReadingRefused: the type, unit or value is not known, or something is missing.
        """
        start, duration = self.span(entry)
        row, numbers = self._meaning(entry)
        value, decimals = _stored(row.words, numbers, text_of(entry, "value"))
        created = self.created(entry)
        shape = self.shape(entry, start)
        return Row(shape.series, start, duration, value, decimals, shape.flags, created)

    def shape(self, entry: Entry, at: Instant) -> Shape:
        """Everything of a `Record` but its dates and its value.

        Raises:
            ReadingRefused: the type or unit is not known, or something is missing.
        """
        row, numbers = self._meaning(entry)
        series = self.series(row.kind, entry, at)
        if numbers is not None:
            series = series._replace(unit=text_of(entry, "unit"))
        return Shape(series, flags(entry.by_hand), numbers, row.words)

    def workout(self, entry: Entry) -> Row:
        """One row of a `Workout`: what was done, and for how long.

        Raises:
            ReadingRefused: the sport is not known, or something is missing.
        """
        row = self._types[WORKOUT]
        start, duration = self.span(entry)
        word = _word(row, text_of(entry, "workoutActivityType"), UNKNOWN_SPORT)
        return self._row(row.kind, entry, start, duration, word, 0)

    def span(self, entry: Entry) -> tuple[Instant, int]:
        """Start and duration of an entry.

        Raises:
            ReadingRefused: a date is missing or unreadable, or the end lies before the start.
        """
        start = self._calendar.instant(text_of(entry, "startDate"))
        duration = self._calendar.instant(text_of(entry, "endDate")) - start
        if duration < 0:
            raise ReadingRefused(BACKWARDS)
        return start, duration

    def created(self, entry: Entry) -> Instant | None:
        """When an entry was written down, if it says so.

        Raises:
            ReadingRefused: the date is unreadable.
        """
        text = entry.attributes.get("creationDate")
        return self._calendar.instant(text) if text else None

    def series(self, kind: Kind, entry: Entry, at: Instant, *, device: str = "") -> Series:
        """The series of an entry; ``device`` where the entry itself names none.

        Raises:
            ReadingRefused: no source is named, or too many are.
        """
        name = text_of(entry, "sourceName")
        written = entry.attributes.get("device") or device
        return Series(kind, self._devices.device(written, name, at), self._devices.source(name, at))

    def _meaning(self, entry: Entry) -> tuple[TypeRow, Conversion | None]:
        row = self._types.get(text_of(entry, "type"))
        if row is None:
            raise ReadingRefused(UNKNOWN_TYPE)
        return row, None if row.words else conversion(row.units, entry)

    def _row(
        self, kind: Kind, entry: Entry, start: Instant, duration: int, value: Value, decimals: int
    ) -> Row:
        return Row(
            series=self.series(kind, entry, start),
            start=start,
            duration=duration,
            value=value,
            decimals=decimals,
            flags=flags(entry.by_hand),
            created=self.created(entry),
        )


def flags(by_hand: bool) -> int:
    """The bits of a reading's quality."""
    return int(Quality.ENTERED_BY_HAND if by_hand else Quality.NONE)


def text_of(entry: Entry, attribute: str) -> str:
    """An attribute that has to be there.

    Raises:
        ReadingRefused: it is not.
    """
    text = entry.attributes.get(attribute)
    if text is None:
        raise ReadingRefused(INCOMPLETE)
    return text


def conversion(units: Mapping[str, Conversion], entry: Entry) -> Conversion:
    """How to convert an entry's number.

    Raises:
        ReadingRefused: its unit is missing or not known.
    """
    found = units.get(text_of(entry, "unit"))
    if found is None:
        raise ReadingRefused(UNKNOWN_UNIT)
    return found


def _stored(
    words: Mapping[str, str], numbers: Conversion | None, written: str
) -> tuple[Value, int]:
    if numbers is not None:
        return numbers.stored(written)
    word = words.get(written)
    if word is None:
        raise ReadingRefused(UNKNOWN_WORD)
    return word, 0


def _word(row: TypeRow, constant: str, reason: str) -> str:
    word = row.words.get(constant)
    if word is None:
        raise ReadingRefused(reason)
    return word
