"""Proposes how a device with a protocol of its own writes its numbers, from a few known values.

A person takes measurements and says what the device showed. A place in the packets that says the
same each time, in some usual way of writing numbers, is a candidate; two different measurements
mostly leave one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from adapters.ble.describing.layout_fields import NumberType, width_of
from adapters.ble.describing.shown import Shown
from adapters.ble.formats.fields import ByteOrder
from adapters.ble.formats.numbers import FLOAT, SFLOAT, Special
from adapters.kinds import row_of
from adapters.reading import Instant

TYPES: Final[tuple[NumberType, ...]] = (
    "uint8", "uint16", "sfloat", "uint24", "uint32", "float", "sint8", "sint16", "sint24", "sint32",
)  # fmt: skip
"""Ways of writing a number, the likelier first."""

SCALES: Final = tuple(
    map(
        Decimal,
        ("1", "0.1", "0.01", "0.001", "0.5", "0.05", "0.005", "0.2", "0.02", "0.0001", "10"),
    )
)
"""What one step of a whole number may stand for, the likelier first."""

_ORDERS: Final[tuple[ByteOrder, ...]] = ("little", "big")
_WAYS: Final = tuple(
    (type_, order) for type_ in TYPES for order in (_ORDERS if width_of(type_) > 1 else _ORDERS[:1])
)
_ENOUGH: Final = 3
_NEVER_WIDE: Final = frozenset({"%", "/min"})
"""Units of numbers that fit into a byte; any other may outgrow one: a glucose of 300 must never
be read as 44 for want of its high byte."""


@dataclass(frozen=True, slots=True)
class Came:
    """One packet of a sample: of which characteristic it came."""

    characteristic: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement: what came meanwhile, and what the device showed.

    Attributes:
        packets: in the order in which they came.
        shown: what the device showed at the end.
        at: when it was taken, ms UTC.
    """

    packets: Sequence[Came]
    shown: Sequence[Shown]
    at: Instant = 0

    def value(self, name: str) -> Shown | None:
        """What was shown under a name (`Shown.name`)."""
        return next((one for one in self.shown if one.name == name), None)

    def of(self, characteristic: str, length: int) -> list[bytes]:
        """Its packets of one characteristic that are so long."""
        return [
            one.data
            for one in self.packets
            if one.characteristic == characteristic and len(one.data) == length
        ]


@dataclass(frozen=True, slots=True)
class Place:
    """Where and how a number may stand in the packets of one length of one characteristic."""

    characteristic: str
    length: int
    at: int
    type: NumberType
    order: ByteOrder
    scale: Decimal = Decimal(1)
    unit: str = ""

    def says(self, packet: bytes) -> Decimal | None:
        """The value in a packet; None for one that has no such place or no number there."""
        if len(packet) != self.length:
            return None
        number = _number(packet[self.at : self.at + self.width], self.type, self.order)
        return None if number is None else number * self.scale

    @property
    def width(self) -> int:
        """Bytes of it."""
        return width_of(self.type)

    @property
    def span(self) -> range:
        """The bytes that it is written in, counted from 0."""
        return range(self.at, self.at + self.width)

    @property
    def lowest(self) -> int:
        """The byte of its last digits."""
        return self.at if self.order == "little" else self.at + self.width - 1

    @property
    def unlikely(self) -> tuple[int, int, int, int]:
        """How much has to be believed; the lowest is the likeliest."""
        return (
            SCALES.index(self.scale),
            TYPES.index(self.type),
            _ORDERS.index(self.order),
            self.at,
        )


def places(samples: Sequence[Sample], name: str) -> list[Place]:
    """Every place that says the shown value in each sample, likeliest first.

    A value that the device rounded for its display counts as the same; a place that says the
    value in one packet of the sample is enough, since devices also send others. Those that every
    sample ends with come first, longer packets before shorter: alive signs are short.
    """
    told = [sample for sample in samples if sample.value(name) is not None]
    if not told:
        return []
    found = set(_candidates(told[0], name))
    for sample in told[1:]:
        found = {place for place in found if _fits(place, sample, name)}
    return sorted(
        _one_each(found, told, name),
        key=lambda place: (not _ends_with(told, place), -place.length, place.unlikely),
    )


def is_settled(samples: Sequence[Sample], name: str) -> bool:
    """Whether the samples leave no real choice.

    Two values that differ and one place; or three, which leave only copies of the same number.
    """
    values = {one.value for sample in samples if (one := sample.value(name)) is not None}
    found = places(samples, name)
    return bool(found) and len(values) > 1 and (len(found) == 1 or len(values) >= _ENOUGH)


@dataclass(frozen=True, slots=True)
class _Window:
    """Between which whole numbers a value lies that is written in this unit and step."""

    unit: str
    scale: Decimal
    low: int
    high: int


def _windows(shown: Shown) -> list[_Window]:
    return [
        _Window(
            unit,
            scale,
            int((low / scale).to_integral_value(ROUND_CEILING)),
            int((high / scale).to_integral_value(ROUND_FLOOR)),
        )
        for unit, (low, high) in shown.bounds.items()
        for scale in SCALES
    ]


def _candidates(sample: Sample, name: str) -> Iterator[Place]:
    shown = sample.value(name)
    if shown is None:
        return
    windows = _windows(shown)
    for came in set(sample.packets):
        length = len(came.data)
        for type_, order in _WAYS:
            width = width_of(type_)
            for at in range(length - width + 1):
                data = came.data[at : at + width]
                for unit, scale in _meant(data, type_, order, shown, windows):
                    yield Place(came.characteristic, length, at, type_, order, scale, unit)


def _meant(
    data: bytes, type_: NumberType, order: ByteOrder, shown: Shown, windows: Sequence[_Window]
) -> Iterator[tuple[str, Decimal]]:
    """In which unit and step these bytes say the value."""
    if type_ in ("sfloat", "float"):
        number = _number(data, type_, order)
        for unit, (low, high) in shown.bounds.items():
            if number is not None and low <= number <= high:
                yield unit, SCALES[0]
        return
    whole = int.from_bytes(data, order, signed=type_[0] == "s")
    for one in windows:
        if one.low <= whole <= one.high:
            yield one.unit, one.scale


def _fits(place: Place, sample: Sample, name: str) -> bool:
    shown = sample.value(name)
    if shown is None or place.unit not in shown.bounds:
        return False
    low, high = shown.bounds[place.unit]
    said = (place.says(data) for data in sample.of(place.characteristic, place.length))
    return any(one is not None and low <= one <= high for one in said)


def _ends_with(samples: Iterable[Sample], place: Place) -> bool:
    """Whether the last packet of each sample is of the sort that has this place."""
    last = [sample.packets[-1] for sample in samples if sample.packets]
    sort = place.characteristic, place.length
    return all((one.characteristic, len(one.data)) == sort for one in last)


def _one_each(found: set[Place], samples: Sequence[Sample], name: str) -> Iterator[Place]:
    """Of places whose last digits stand in one byte, one: the others read zeros around it."""
    alike: defaultdict[tuple[str, int, int], list[Place]] = defaultdict(list)
    for place in found:
        alike[place.characteristic, place.length, place.lowest].append(place)
    shown = next(one for sample in samples if (one := sample.value(name)) is not None)
    narrow = row_of(shown.kind).unit in _NEVER_WIDE
    for those in alike.values():
        best = min(those, key=lambda place: place.unlikely)
        wide = [
            one
            for one in those
            if (one.type, one.scale, one.unit) == ("uint16", best.scale, best.unit)
        ]
        yield wide[0] if best.width == 1 and wide and not narrow else best


def _number(data: bytes, type_: NumberType, order: ByteOrder) -> Decimal | None:
    if len(data) < width_of(type_):
        return None
    if type_ in ("sfloat", "float"):
        medical = (SFLOAT if type_ == "sfloat" else FLOAT).decode(int.from_bytes(data, order))
        return None if isinstance(medical, Special) else medical
    return Decimal(int.from_bytes(data, order, signed=type_[0] == "s"))


def sorts(samples: Iterable[Sample]) -> Mapping[tuple[str, int], int]:
    """How many packets came, by characteristic and length."""
    counts: defaultdict[tuple[str, int], int] = defaultdict(int)
    for sample in samples:
        for one in sample.packets:
            counts[one.characteristic, len(one.data)] += 1
    return counts
