"""From an entry of the export to one row of a series."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from adapters.errors import ReadingRefused
from adapters.healthkit.devices import Devices
from adapters.healthkit.elements import Entry
from adapters.healthkit.metadata import flags_of
from adapters.healthkit.times import Calendar
from adapters.healthkit.types import TypeRow, all_types
from adapters.kinds import Kind, kind
from adapters.reading import DeviceKey, Instant, SourceKey, Value, Waveform
from adapters.units import Conversion, conversion_from

UNKNOWN_TYPE: Final = "type not known to this version"
UNKNOWN_WORD: Final = "value not known to this version"
INCOMPLETE: Final = "an entry without type, source, value or date"
BACKWARDS: Final = "it ends before it starts"

UNKNOWN: Final = kind("unknown_in_healthkit")
_APPLES = re.compile(r"HK[A-Za-z0-9]{1,100}", re.ASCII)
_WRITTEN = re.compile(r"HK[A-Za-z0-9]{1,100}|[+-]?[0-9]{1,20}(\.[0-9]{1,25})?|", re.ASCII)
_UNIT = re.compile(r"[A-Za-z0-9%/<>.·*()_^-]{0,40}", re.ASCII)


class Series(NamedTuple):
    """What parts readings, of one person, from each other; ``unit`` is the one as written."""

    kind: Kind
    device: DeviceKey
    source: SourceKey
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One reading, and the creation date that may part it from its equals.

    ``waveform``: its samples, or its file, where ``value`` is a digest.
    """

    series: Series
    start: Instant
    duration: int
    value: Value
    decimals: int
    flags: int
    created: Instant | None
    waveform: Waveform | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """What all records have in common that differ in nothing but dates and value.

    Attributes:
        series: where they go.
        flags: the bits of their quality.
        numbers: how to convert the value, or None where it is a word.
        words: HealthKit's constant -> our word.
        named: Apple's name and the unit of a type that is not known; the value stands between.
        not_read: keys of their metadata of which nothing is read.
        beats: whether a list of beats stands in each.
    """

    series: Series
    flags: int
    numbers: Conversion | None
    words: Mapping[str, str]
    named: tuple[str, str] | None = None
    not_read: tuple[str, ...] = ()
    beats: bool = False

    def stored(self, written: str) -> tuple[Value, int]:
        """A value as the store keeps it, and its decimals.

        A word that is not known is kept as Apple writes it, and so is a type that is not.

        Raises:
            ReadingRefused: it is neither a number nor a word of Apple's.
        """
        if self.numbers is not None:
            return self.numbers.stored(written)
        word = self.words.get(written)
        if word is not None:
            return word, 0
        if not _WRITTEN.fullmatch(written):
            raise ReadingRefused(UNKNOWN_WORD)
        if self.named is not None:
            name, unit = self.named
            return f"{name} {written} {unit}".strip(), 0
        if not written:
            raise ReadingRefused(INCOMPLETE)
        return written, 0


class Records:
    """Turns records into rows.

    Args:
        devices: who measured and who passed it on.
        calendar: reads the dates.
    """

    def __init__(self, devices: Devices, calendar: Calendar) -> None:
        self.calendar = calendar
        self._devices = devices
        self._types = all_types()

    def record(self, entry: Entry) -> Row:
        """One row of a `Record`.

        Raises:
            ReadingRefused: the unit or value is not known, or something is missing.
        """
        start, duration = self.span(entry)
        shape = self.shape(entry, start)
        written = text_of(entry, "value") if shape.named is None else _value(entry)
        value, decimals = shape.stored(written)
        created = self.created(entry)
        return Row(shape.series, start, duration, value, decimals, shape.flags, created)

    def shape(self, entry: Entry, at: Instant) -> Shape:
        """Everything of a `Record` but its dates and its value.

        Raises:
            ReadingRefused: the unit is not known, or something is missing.
        """
        name = text_of(entry, "type")
        row = self._types.get(name)
        if row is None or row.shape not in ("quantity", "category"):
            return self._unknown(name, entry, at)
        numbers = None if row.shape == "category" else conversion(row.units, entry)
        series = self.series(row.kind, entry, at)
        if numbers is not None:
            series = series._replace(unit=entry.attributes.get("unit", ""))
        return Shape(series, flags_of(entry.metadata), numbers, row.words)

    def row(
        self,
        kind: Kind,
        entry: Entry,
        start: Instant,
        duration: int,
        value: Value,
        *,
        source: Entry | None = None,
        waveform: Waveform | None = None,
        created: Instant | None = None,
        unit: str = "",
    ) -> Row:
        """A row that is more than one number; ``source`` where the entry itself names none.

        ``unit``: those that its parts were written in, where they are not always the same.

        Raises:
            ReadingRefused: no source is named.
        """
        named = source or entry
        return Row(
            series=self.series(kind, named, start)._replace(unit=unit),
            start=start,
            duration=duration,
            value=value,
            decimals=0,
            flags=flags_of(named.metadata),
            created=created,
            waveform=waveform,
        )

    def span(self, entry: Entry) -> tuple[Instant, int]:
        """Start and duration of an entry.

        Raises:
            ReadingRefused: a date is missing or unreadable, or the end lies before the start.
        """
        start = self.calendar.instant(text_of(entry, "startDate"))
        duration = self.calendar.instant(text_of(entry, "endDate")) - start
        if duration < 0:
            raise ReadingRefused(BACKWARDS)
        return start, duration

    def created(self, entry: Entry) -> Instant | None:
        """When an entry was written down, if it says so.

        Raises:
            ReadingRefused: the date is unreadable.
        """
        text = entry.attributes.get("creationDate")
        return self.calendar.instant(text) if text else None

    def series(self, kind: Kind, entry: Entry, at: Instant, *, device: str = "") -> Series:
        """The series of an entry; ``device`` where the entry itself names none.

        Raises:
            ReadingRefused: no source is named, or too many are.
        """
        name = text_of(entry, "sourceName")
        written = entry.attributes.get("device") or device
        return Series(kind, self._devices.device(written, name, at), self._devices.source(name, at))

    def type_of(self, entry: Entry) -> TypeRow | None:
        """The row of an entry's type; None where it is not known."""
        return self._types.get(entry.attributes.get("type", ""))

    def _unknown(self, name: str, entry: Entry, at: Instant) -> Shape:
        """A type that is not known here: kept under Apple's name, as it is written."""
        unit = entry.attributes.get("unit", "")
        if not _APPLES.fullmatch(name) or not _UNIT.fullmatch(unit):
            raise ReadingRefused(UNKNOWN_TYPE)
        series = self.series(UNKNOWN, entry, at)
        return Shape(series, flags_of(entry.metadata), None, {}, (name, unit))


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
    unit = entry.attributes.get("unit", "")
    if not unit and "" not in units:
        raise ReadingRefused(INCOMPLETE)
    return conversion_from(units, unit)


def _value(entry: Entry) -> str:
    return entry.attributes.get("value", "")
