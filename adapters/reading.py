"""Readings, one and many: the ground floor that every package stands on."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum, IntFlag
from itertools import chain, zip_longest
from typing import Final, NewType, TypeVar

from adapters.errors import ReadingRefused
from adapters.kinds import Kind, row_of

_T = TypeVar("_T")

PersonKey = NewType("PersonKey", str)
"""Our own name for somebody who lives in this house."""

DeviceKey = NewType("DeviceKey", str)
"""Our own keyed name for a device; never its address or serial number (architecture.md)."""

SourceKey = NewType("SourceKey", str)
"""Our own keyed name for what passed the reading on: an app, a phone, our own radio (`"radio"`)."""

Instant = int
"""Milliseconds since 1970-01-01T00:00:00Z. Half-open intervals everywhere."""

Value = int | float | str
"""A value as the store keeps it; see `stored()` and `text_of()`."""


class Quality(IntFlag):
    """What is known to be doubtful about a reading. Bits are stored: add, never renumber."""

    NONE = 0
    NO_SKIN_CONTACT = 1
    ENTERED_BY_HAND = 2
    CLOCK_NOT_TRUSTED = 4
    POSSIBLE_DUPLICATE = 8
    MOVED = 1 << 4
    """The body moved while it was measured."""
    LOOSE = 1 << 5
    """The cuff or sensor did not sit as it should (too loose, unplugged, interfered with)."""
    WRONG_POSITION = 1 << 6
    """The body or the sensor was held in the wrong place."""
    IRREGULAR_PULSE = 1 << 7
    """The device noticed an irregular pulse."""
    BEYOND_RANGE = 1 << 8
    """The true value is above or below what the device can measure."""
    NOT_SETTLED = 1 << 9
    """An early estimate: the device had not finished."""
    POOR_SIGNAL = 1 << 10
    """A weak or disturbed signal, or too little sample."""
    DEVICE_FAULT = 1 << 11
    """The device reported a fault of its own (also: battery too low to measure well)."""
    NOT_A_MEASUREMENT = 1 << 12
    """Demonstration, test or calibration data, or a control solution: never the person's."""
    NOT_CALIBRATED = 1 << 13
    """The device asked for a calibration, or was being calibrated."""
    BELOW_LIMIT = 1 << 14
    """Below a limit that is set on the device."""
    ABOVE_LIMIT = 1 << 15
    """Above a limit that is set on the device."""
    CLOCK_CORRECTED = 1 << 16
    """The device's clock was off by minutes; the time was set right by as much."""
    VALUE_AS_CONVERTED = 1 << 17
    """The device measured in another unit; its digits are those of the conversion."""
    TIME_OF_ARRIVAL = 1 << 18
    """The device told no time, and may have kept it for long: the time is that of its arrival."""


_PLACE_BITS = 24

PLACES: Final = (
    "",
    "armpit",
    "body",
    "ear",
    "finger",
    "gastrointestinal tract",
    "mouth",
    "rectum",
    "toe",
    "tympanum",
    "chest",
    "wrist",
    "hand",
    "ear lobe",
    "foot",
    "arm",
    "forehead",
    "capillary whole blood",
    "capillary plasma",
    "venous whole blood",
    "venous plasma",
    "arterial whole blood",
    "arterial plasma",
    "whole blood",
    "plasma",
    "interstitial fluid",
    "control solution",
    "temporal artery",
)
"""Where a reading can say that it was measured: on the body, or in which sample.

Their order is stored: add at the end, never renumber."""


_SITUATION_BITS = 32

SITUATIONS: Final = (
    "",
    "at rest",
    "active",
    "before a meal",
    "after a meal",
    "basal insulin",
    "insulin for a meal",
    "first day of a cycle",
    "with protection",
    "without protection",
    "spot check",
)
"""In what situation a reading can say that it was made.

Their order is stored: add at the end, never renumber."""


class Absence(Enum):
    """Why there is no value. The words are those of HL7 FHIR R4, data-absent-reason."""

    NOT_A_NUMBER = "not-a-number"
    NEGATIVE_INFINITY = "negative-infinity"
    POSITIVE_INFINITY = "positive-infinity"
    ERROR = "error"
    UNKNOWN = "unknown"
    NOT_PERFORMED = "not-performed"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit, e.g. ``Quantity(Decimal("72"), "/min")``.

    ``unit`` is a UCUM code. ``value`` keeps the digits that the device sent:
    120 and 120.0 say different things about its precision.
    """

    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Components:
    """Several numbers of one measurement, in the order of the kind's components, in its unit.

    A part that the device could not measure is an `Absence`. Parts that the kind calls optional
    may be left out at the end.
    """

    values: tuple[Decimal | Absence, ...]
    unit: str


@dataclass(frozen=True, slots=True)
class Category:
    """One word of a list, e.g. ``Category("asleep-deep")``."""

    word: str


@dataclass(frozen=True, slots=True)
class Waveform:
    """Samples over time: ``value[i] = samples[i] * factor``, every ``period_ms`` milliseconds.

    ``samples`` are whole numbers of 32 bits, signed, little endian. Made by `waveform()`. Of a
    kind whose shape is "document" they are the bytes of a file, and ``period_ms`` is 0.
    """

    digest: str
    period_ms: float
    factor: str
    samples: bytes


def waveform(period_ms: float, factor: str, samples: bytes) -> Waveform:
    """A waveform with its digest, by which a reading names it."""
    told = f"{period_ms!r} {factor} ".encode() + samples
    return Waveform(hashlib.sha256(told).hexdigest(), period_ms, factor, samples)


@dataclass(frozen=True, slots=True)
class ClockLook:
    """A look at a device's clock by which the time of a reading was set right.

    It tells nothing of a zone (docs/decisions/0014-device-clocks.md).

    Attributes:
        at: when its clock was read, ms UTC by ours.
        ahead: how far ahead of ours it was then, ms, behind if below zero; None where that is more
            than may be told.
    """

    at: Instant
    ahead: int | None


@dataclass(frozen=True, slots=True)
class Reading:
    """One measurement in our words.

    Attributes:
        kind: what was measured.
        start: when it was true of the person, ms UTC.
        duration: for how long, ms; 0 for an instant.
        value: what was measured, or why there is no value.
        nth: 0, 1, 2 … parts equal measurements of one instant (order in the packet).
        quality: what is doubtful about it.
        where: the place on the body, or the sample, that this reading was taken from, where the
            device says so with the reading; one of `PLACES`.
        waveform: of a kind that is one: its samples; ``value`` is a `Category` of their digest.
        situation: in what situation it was made, one of `SITUATIONS`.
        look: by which look at the device's clock its time was set right; None mostly.
    """

    kind: Kind
    start: Instant
    value: Quantity | Components | Category | Absence
    duration: int = 0
    nth: int = 0
    quality: Quality = Quality.NONE
    where: str = ""
    waveform: Waveform | None = None
    situation: str = ""
    look: ClockLook | None = None


@dataclass(frozen=True, slots=True)
class ReadingBatch:
    """Many readings of one series (person, kind, device, source), as columns of one length.

    An import gives columns of whole numbers as `array.array`.

    A live reading is a batch of one. ``live`` batches may wait up to a second for their commit;
    others (stored or indicated records, imports) are committed at once.

    ``records``, where given, has one text a row: what tells this stored record of the device from
    all its others (its number and the device's uncorrected time), "" for a row that is none. With
    the series, the value and ``nth`` it is the identity of the reading in place of its start, so
    that setting a time right makes no second reading.

    ``written``, where given, is the unit in which the values were written before they were turned
    into the kind's own.

    ``looks``, where given, has one a row: the look at the device's clock by which its time was set
    right, or None.
    """

    person: PersonKey
    kind: Kind
    device: DeviceKey
    source: SourceKey
    starts: Sequence[Instant]
    durations: Sequence[int]
    values: Sequence[Value]
    decimals: Sequence[int]
    nths: Sequence[int]
    flags: Sequence[int]
    live: bool = False
    waveforms: Mapping[str, Waveform] = field(default_factory=dict)
    records: Sequence[str] = ()
    written: str = ""
    looks: Sequence[ClockLook | None] = ()

    def __len__(self) -> int:
        return len(self.starts)


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What a device says of its make: may be shared, because it names no single device.

    Address, serial number, System ID and advertised name are not here: they are
    `adapters.local_events.LocalName`.
    """

    person: PersonKey
    device: DeviceKey
    title: str
    manufacturer: str = ""
    model: str = ""
    hardware: str = ""
    firmware: str = ""
    software: str = ""
    body_site: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which a live stream was not heard; ``until`` is None while it lasts."""

    person: PersonKey
    device: DeviceKey
    since: Instant
    until: Instant | None
    why: str


def stored(number: Decimal) -> tuple[Value, int]:
    """A number as the store keeps it, and its count of decimals.

    A number that does not print back from a float is kept as text, so no digit is ever lost.
    36.60 and 36.6 give the same first part: they are the same reading.
    """
    exponent = number.as_tuple().exponent
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    if not decimals and abs(number) < 2**53:
        return int(number), 0
    if number == number.to_integral_value() and abs(number) < 2**53:
        return int(number), decimals
    as_float = float(number)
    if f"{as_float:.{decimals}f}" == f"{number:f}" and Decimal(repr(as_float)) == number:
        return as_float, decimals
    digits = f"{number:f}"
    return (digits.rstrip("0").rstrip(".") if decimals else digits), decimals


def text_of(value: Value, decimals: int) -> str:
    """The digits as the device sent them: ``text_of(36.6, 2) == "36.60"``.

    Text other than a number (a category, components, an absence) comes back as it is.
    """
    if isinstance(value, str):
        try:
            return f"{Decimal(value):.{decimals}f}"
        except ArithmeticError:
            return value
    return f"{value:.{decimals}f}"


def canonical(reading: Reading) -> tuple[Value, int]:
    """The stored form of a reading's value, and its decimals.

    Returns:
        a number; or canonical text: the word of a category, ``absent:<reason>``, or components
        joined by ``|`` with their own digits (``120|80``, an absent part as ``absent:<reason>``).

    Raises:
        ReadingRefused: the value is not of its kind's shape or unit.
    """
    row = row_of(reading.kind)
    match reading.value:
        case Absence() as absence:
            return f"absent:{absence.value}", 0
        case Quantity(value=number, unit=unit) if row.shape == "quantity":
            if unit != row.unit:
                raise ReadingRefused("the unit is not the one of its kind")
            if not number.is_finite():
                raise ReadingRefused("the value is not a number")
            return stored(number)
        case Components(values=parts, unit=unit) if row.shape == "components":
            least = len(row.components) - len(row.optional)
            if unit != row.unit or not least <= len(parts) <= len(row.components):
                raise ReadingRefused("the components are not those of its kind")
            return "|".join(_part(part) for part in parts), 0
        case Category(word=word) if row.shape in ("category", "waveform"):
            return word, 0
        case _:
            raise ReadingRefused("the value has not the shape of its kind")


def _part(part: Decimal | Absence) -> str:
    return f"absent:{part.value}" if isinstance(part, Absence) else f"{part:f}"


def flags_of(reading: Reading) -> int:
    """What the store keeps beside a value: its quality, and where it was measured above that.

    Raises:
        ReadingRefused: the place is not one of `PLACES`, or the situation not one of `SITUATIONS`.
    """
    if not reading.where and not reading.situation:
        return int(reading.quality)
    try:
        return as_flags(reading.quality, reading.where, reading.situation)
    except ValueError:
        raise ReadingRefused("the place or the situation is not one that is known") from None


def quality_of(flags: int) -> Quality:
    """The quality in stored flags."""
    return Quality(flags & ((1 << _PLACE_BITS) - 1))


def place_of(flags: int) -> str:
    """Where it was measured, from stored flags; empty where the reading does not say."""
    return PLACES[flags >> _PLACE_BITS & 0xFF]


def situation_of(flags: int) -> str:
    """In what situation it was made, from stored flags; empty where the reading does not say."""
    return SITUATIONS[flags >> _SITUATION_BITS]


def as_flags(quality: Quality, where: str = "", situation: str = "") -> int:
    """What the store keeps beside a value.

    Raises:
        ValueError: the place or the situation is not one that is known.
    """
    place, moment = PLACES.index(where), SITUATIONS.index(situation)
    return int(quality) | place << _PLACE_BITS | moment << _SITUATION_BITS


def batches(
    person: PersonKey,
    device: DeviceKey,
    source: SourceKey,
    readings: Iterable[Reading],
    *,
    live: bool = False,
    records: Iterable[str] = (),
) -> list[ReadingBatch]:
    """Part readings into one batch a kind, in their order.

    Args:
        person: whose they are.
        device: what measured.
        source: what passed them on.
        readings: in the order in which they came.
        live: whether they may wait a second for their commit.
        records: the identity of each as a stored record (`ReadingBatch.records`), or nothing.

    Raises:
        ReadingRefused: a value is not of its kind's shape or unit.
    """
    by_kind: dict[Kind, tuple[list[Reading], list[str]]] = {}
    for reading, record in zip_longest(readings, records, fillvalue=""):
        assert isinstance(reading, Reading)  # noqa: S101  # as many records as readings, or none
        rows, named = by_kind.setdefault(reading.kind, ([], []))
        rows.append(reading)
        named.append(record)
    made = []
    for kind, (rows, named) in by_kind.items():
        values = [canonical(row) for row in rows]
        made.append(
            ReadingBatch(
                person=person,
                kind=kind,
                device=device,
                source=source,
                starts=[row.start for row in rows],
                durations=[row.duration for row in rows],
                values=[value for value, _ in values],
                decimals=[decimals for _, decimals in values],
                nths=[row.nth for row in rows],
                flags=[flags_of(row) for row in rows],
                live=live,
                waveforms={row.waveform.digest: row.waveform for row in rows if row.waveform},
                records=named if any(named) else (),
                looks=[row.look for row in rows] if any(row.look for row in rows) else (),
            )
        )
    return made


def picked(batch: ReadingBatch, rows: Sequence[int]) -> ReadingBatch:
    """Some rows of a batch."""
    return replace(
        batch,
        starts=[batch.starts[i] for i in rows],
        durations=[batch.durations[i] for i in rows],
        values=[batch.values[i] for i in rows],
        decimals=[batch.decimals[i] for i in rows],
        nths=[batch.nths[i] for i in rows],
        flags=[batch.flags[i] for i in rows],
        records=[batch.records[i] for i in rows] if batch.records else (),
        looks=[batch.looks[i] for i in rows] if batch.looks else (),
    )


def joined(batches: Iterable[ReadingBatch]) -> list[ReadingBatch]:
    """One batch a series, in the order of their first: many small ones cost more to store.

    Batches with records, waveforms or looks at a clock stay as they are.
    """
    alone: list[ReadingBatch] = []
    together: dict[tuple[str, ...], list[ReadingBatch]] = {}
    for batch in batches:
        if batch.records or batch.waveforms or batch.looks:
            alone.append(batch)
        else:
            key = (batch.person, batch.kind, batch.device, batch.source, batch.written)
            together.setdefault(key, []).append(batch)
    return [*map(_joined, together.values()), *alone]


def _joined(batches: Sequence[ReadingBatch]) -> ReadingBatch:
    if len(batches) == 1:
        return batches[0]
    return replace(
        batches[0],
        starts=_end_to_end([batch.starts for batch in batches]),
        durations=_end_to_end([batch.durations for batch in batches]),
        values=_end_to_end([batch.values for batch in batches]),
        decimals=_end_to_end([batch.decimals for batch in batches]),
        nths=_end_to_end([batch.nths for batch in batches]),
        flags=_end_to_end([batch.flags for batch in batches]),
        live=all(batch.live for batch in batches),
    )


def _end_to_end(columns: Sequence[Sequence[_T]]) -> Sequence[_T]:
    first, *others = columns
    if not isinstance(first, array) or not all(isinstance(other, array) for other in others):
        return list(chain.from_iterable(columns))
    whole = first[:]
    for other in others:
        whole.extend(other)
    return whole
