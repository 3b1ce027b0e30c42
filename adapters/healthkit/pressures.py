"""Blood pressure: one reading with two components, counted once.

An export holds a pressure twice: a `Correlation` with a systolic and a diastolic record inside,
and the same two records again at the top level, usually long before. In a stream neither can
wait for the other, so:

- a Correlation becomes its reading at once, and its two halves are remembered as *taken*;
- a half at the top level becomes nothing yet; it is remembered as *waiting*, or, if it is taken
  already, forgotten;
- at the end of the file the halves that still wait belong to no Correlation. Two of one source
  and one instant are a pressure all the same; a lone one is a pressure whose other component is
  absent.

A half is known by source, which half, start, duration and number; copies of one half are one.
Memory holds halves only, a few thousand in ten years; `Limits.halves` bounds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from adapters.errors import ReadingRefused
from adapters.healthkit.elements import Entry
from adapters.healthkit.metadata import flags_of
from adapters.healthkit.records import INCOMPLETE, Records, Row, Series, conversion, text_of
from adapters.healthkit.types import DIASTOLIC, SYSTOLIC, pressure_units
from adapters.kinds import kind
from adapters.reading import Absence, DeviceKey, Instant, Quality, SourceKey, quality_of
from adapters.units import together

BLOOD_PRESSURE = kind("blood_pressure")
ABSENT = f"absent:{Absence.UNKNOWN.value}"

TOO_MANY = "more loose blood pressure values than can be paired"
UNCLEAR = "a blood pressure that does not have one systolic and one diastolic value"

_Which = Literal["systolic", "diastolic"]
_HALVES: dict[str, _Which] = {SYSTOLIC: "systolic", DIASTOLIC: "diastolic"}
_Key = tuple[SourceKey, _Which, Instant, int, str]


@dataclass(frozen=True, slots=True)
class _Half:
    device: DeviceKey
    flags: int
    unit: str


class Pressures:
    """Brings the halves of an export's blood pressures together."""

    def __init__(self, records: Records, most: int) -> None:
        self._records = records
        self._most = most
        self._units = pressure_units()
        self._waiting: dict[_Key, _Half] = {}
        self._taken: set[_Key] = set()
        self._absorbed = 0

    @property
    def absorbed(self) -> int:
        """How many records at the top level became part of a reading, or are none of their own."""
        return self._absorbed

    def half(self, entry: Entry) -> None:
        """Remember a systolic or diastolic record of the top level.

        Raises:
            ReadingRefused: unit, number or date is not readable, or too many wait already.
        """
        start, duration = self._records.span(entry)
        series = self._records.series(BLOOD_PRESSURE, entry, start)
        key = self._key(entry, series, start, duration)
        if key not in self._taken and key not in self._waiting:
            if len(self._waiting) + len(self._taken) >= self._most:
                raise ReadingRefused(TOO_MANY)
            unit = entry.attributes.get("unit", "")
            self._waiting[key] = _Half(series.device, flags_of(entry.metadata), unit)
        self._absorbed += 1

    def whole(self, entry: Entry) -> Row:
        """The reading of a Correlation.

        Raises:
            ReadingRefused: a component is missing twice or there twice, or is not readable.
        """
        halves: dict[_Which, Entry] = {}
        for child in entry.children:
            which = _HALVES.get(text_of(child, "type"))
            if which is None:
                continue
            if which in halves:
                raise ReadingRefused(UNCLEAR)
            halves[which] = child
        if not halves:
            raise ReadingRefused(INCOMPLETE)
        start, duration = self._records.span(entry)
        device = next((d for each in halves.values() if (d := each.attributes.get("device"))), "")
        series = self._records.series(BLOOD_PRESSURE, entry, start, device=device)
        keys = {
            which: self._key(half, series, *self._records.span(half))
            for which, half in halves.items()
        }
        for key in keys.values():
            if self._waiting.pop(key, None) is None and len(self._taken) < self._most:
                self._taken.add(key)
        unit = together(half.attributes.get("unit", "") for half in halves.values())
        return Row(
            series=series._replace(unit=unit),
            start=start,
            duration=duration,
            value=_text(keys),
            decimals=0,
            flags=_together([entry, *halves.values()]),
            created=self._records.created(entry),
        )

    def loose(self) -> list[Row]:
        """At the end of the file: the readings of the halves that no Correlation took."""
        together: dict[tuple[SourceKey, DeviceKey, Instant, int], list[_Key]] = {}
        for key, half in self._waiting.items():
            source, _, start, duration, _ = key
            together.setdefault((source, half.device, start, duration), []).append(key)
        rows: list[Row] = []
        for keys in together.values():
            if {key[1] for key in keys} == {"systolic", "diastolic"} and len(keys) == 2:
                rows.append(self._loose({key[1]: key for key in keys}))
            else:
                rows.extend(self._loose({key[1]: key}) for key in keys)
        self._waiting.clear()
        return rows

    def _loose(self, keys: dict[_Which, _Key]) -> Row:
        halves = [self._waiting[key] for key in keys.values()]
        source, _, start, duration, _ = next(iter(keys.values()))
        return Row(
            series=Series(
                BLOOD_PRESSURE, halves[0].device, source, together(h.unit for h in halves)
            ),
            start=start,
            duration=duration,
            value=_text(keys),
            decimals=0,
            flags=halves[0].flags | int(quality_of(halves[-1].flags)),
            created=None,
        )

    def _key(self, entry: Entry, series: Series, start: Instant, duration: int) -> _Key:
        digits = conversion(self._units, entry).digits(text_of(entry, "value"))
        return (series.source, _HALVES[text_of(entry, "type")], start, duration, digits)


def _together(entries: Sequence[Entry]) -> int:
    """What the metadata of a Correlation or of either half say; of two places the first."""
    metadata: dict[str, str] = {}
    for entry in entries:
        metadata = entry.metadata | metadata
    by_hand = any(entry.by_hand for entry in entries)
    return flags_of(metadata) | int(Quality.ENTERED_BY_HAND if by_hand else Quality.NONE)


def _text(keys: dict[_Which, _Key]) -> str:
    """``120|80``, in the order of the kind's components."""
    return "|".join(
        keys[which][4] if which in keys else ABSENT for which in ("systolic", "diastolic")
    )
