"""Proposes how a device with a protocol of its own writes its numbers, from a few known values.

A person takes measurements and says what the device showed. A place in the packets that says the
same each time, in some usual way of writing numbers, is a candidate; two different measurements
mostly leave one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from adapters.ble.fields import ByteOrder, Reader
from adapters.ble.layout_fields import NumberType
from adapters.ble.numbers import Special
from adapters.errors import DecodeError

TYPES: Final[tuple[NumberType, ...]] = (
    "uint8", "uint16", "sfloat", "uint24", "uint32", "float", "sint8", "sint16", "sint32",
)  # fmt: skip
"""Ways of writing a number, the likelier first."""

SCALES: Final = tuple(
    map(Decimal, ("1", "0.1", "0.01", "0.001", "0.5", "0.05", "0.005", "0.2", "0.02", "10"))
)
"""What one step of a whole number may stand for, the likelier first."""

_ORDERS: Final[tuple[ByteOrder, ...]] = ("little", "big")


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement: what came meanwhile, and what the device showed.

    Attributes:
        packets: by characteristic, in the order in which they came.
        shown: by a name that the caller gives each value, e.g. ``"body_weight"``.
    """

    packets: Mapping[str, Sequence[bytes]]
    shown: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Place:
    """Where and how a value may stand in the packets of one length of one characteristic."""

    characteristic: str
    length: int
    at: int
    type: NumberType
    order: ByteOrder
    scale: Decimal

    def says(self, packet: bytes) -> Decimal | None:
        """The value in a packet; None for one that has no such place or no number there."""
        if len(packet) != self.length:
            return None
        fields = Reader(packet, self.order)
        try:
            fields.skip(self.at)
            number = _number(fields, self.type)
        except DecodeError:
            return None
        return None if isinstance(number, Special) else number * self.scale

    @property
    def width(self) -> int:
        """Bytes of it."""
        return {"sfloat": 2, "float": 4}.get(self.type) or int(self.type[4:]) // 8

    @property
    def unlikely(self) -> tuple[int, int, int, int]:
        """How much has to be believed; the lowest is the likeliest.

        A place in longer packets first where all else is one: alive signs are short.
        """
        return (
            SCALES.index(self.scale),
            TYPES.index(self.type),
            _ORDERS.index(self.order),
            self.at,
        )


def places(samples: Sequence[Sample], name: str) -> list[Place]:
    """Every place that says the shown value in each sample, likeliest first.

    A value that the device rounded for its display counts as the same; a place that says the
    value in one packet of the sample is enough, since devices also send others.
    """
    told = [sample for sample in samples if name in sample.shown]
    if not told:
        return []
    found = set(_candidates(told[0], name))
    for sample in told[1:]:
        found = {place for place in found if _fits(place, sample, name)}
    return sorted(_widest(found), key=lambda place: place.unlikely)


def is_settled(samples: Sequence[Sample], name: str) -> bool:
    """Whether the samples leave no real choice: two values that differ, and one likeliest place.

    Places that read the same bytes at another width are one: high bytes of zero.
    """
    values = {sample.shown[name] for sample in samples if name in sample.shown}
    found = places(samples, name)
    return len(values) > 1 and len({(one.characteristic, one.at) for one in found}) == 1


def counters(samples: Sequence[Sample], characteristic: str, length: int) -> list[Place]:
    """Places of whole numbers that go up by one with each sample: a record's number."""
    rows = [_last(sample, characteristic, length) for sample in samples]
    if len(rows) < 2 or any(row is None for row in rows):
        return []
    found = []
    for type_ in ("uint8", "uint16", "uint32"):
        for order in _ORDERS if type_ != "uint8" else _ORDERS[:1]:
            for at in range(length):
                place = Place(characteristic, length, at, type_, order, Decimal(1))
                said = [place.says(row) for row in rows if row is not None]
                if all(b is not None and a is not None and b == a + 1 for a, b in pairwise(said)):
                    found.append(place)
    return sorted(_widest(set(found)), key=lambda place: place.unlikely)


def _candidates(sample: Sample, name: str) -> Iterator[Place]:
    shown = sample.shown[name]
    for characteristic, packets in sample.packets.items():
        for packet in set(packets):
            for at in range(len(packet)):
                for type_ in TYPES:
                    for order in _ORDERS:
                        for scale in SCALES if type_ not in ("sfloat", "float") else SCALES[:1]:
                            place = Place(characteristic, len(packet), at, type_, order, scale)
                            if order == "big" and place.width == 1:
                                continue
                            if _same(place.says(packet), shown):
                                yield place


def _fits(place: Place, sample: Sample, name: str) -> bool:
    packets = sample.packets.get(place.characteristic, ())
    return any(_same(place.says(packet), sample.shown[name]) for packet in packets)


def _same(said: Decimal | None, shown: Decimal) -> bool:
    """Whether a display with these digits would show what was said."""
    if said is None:
        return False
    exponent = shown.as_tuple().exponent
    assert isinstance(exponent, int)  # noqa: S101  # what is shown is a number
    return abs(said - shown) * 2 <= Decimal(1).scaleb(exponent)


def _widest(found: set[Place]) -> Iterator[Place]:
    """Of places that differ in width alone, zero bytes around the number, one."""
    alike: defaultdict[tuple[object, ...], list[Place]] = defaultdict(list)
    for place in found:
        signless = place.type.lstrip("us")
        start = place.at if place.order == "little" else place.at + place.width
        whole = signless.startswith("int")
        key = (place.characteristic, place.length, place.order if place.width > 1 else "", start)
        alike[(*key, place.scale, "whole" if whole else place.type)].append(place)
    for _, those in alike.items():
        yield min(those, key=lambda place: TYPES.index(place.type))


def _number(fields: Reader, type_: NumberType) -> Decimal | Special:
    if type_ == "sfloat":
        return fields.sfloat()
    if type_ == "float":
        return fields.float32()
    width = int(type_[4:]) // 8
    return Decimal(fields.signed(width) if type_[0] == "s" else fields.unsigned(width))


def _last(sample: Sample, characteristic: str, length: int) -> bytes | None:
    fitting = [one for one in sample.packets.get(characteristic, ()) if len(one) == length]
    return fitting[-1] if fitting else None
