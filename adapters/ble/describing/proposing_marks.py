"""What else stands in the packets of a device: record numbers, its time, what says "finished"."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Final

from adapters.ble.describing.layout_clock import WIDTHS, Clock, TimeType
from adapters.ble.describing.layout_fields import CHECKS, Check, Field, NumberType, width_of
from adapters.ble.describing.proposing import Place, Sample
from adapters.ble.formats.fields import ByteOrder, Reader
from adapters.errors import DecodeError

_COUNTS: Final[tuple[NumberType, ...]] = ("uint32", "uint16", "uint8")
_ORDERS: Final[tuple[ByteOrder, ...]] = ("little", "big")
_NEAR: Final = timedelta(days=2)
_AGREE: Final = timedelta(minutes=1)
_FIRST, _LAST = 1970, 2099
_HIGHEST: Final = 10_000
"""Of a number of records: a higher one is another number with a byte that never changes."""
_FEW, _SHORT = 2, 4
"""With fewer packets, or shorter ones, a check sum is a matter of chance."""


@dataclass(frozen=True, slots=True)
class TimePlace:
    """Where and how a device's own time stands in its packets."""

    characteristic: str
    length: int
    at: int
    type: TimeType
    order: ByteOrder

    @property
    def span(self) -> range:
        """The bytes that it is written in, counted from 0."""
        return range(self.at, self.at + WIDTHS[self.type])

    def says(self, packet: bytes) -> datetime | None:
        """The time in a packet; None for one that has none there."""
        fields = Reader(packet, self.order)
        try:
            fields.skip(self.at)
            return Clock("", self.type).take(fields).told
        except DecodeError:
            return None


@dataclass(frozen=True, slots=True)
class Mark:
    """What is always so in the packet that tells the measurement, and never in the others.

    Attributes:
        at: in which byte, counted from 0.
        bit: which bit of it; None where it is the whole byte.
        value: what it is then.
    """

    at: int
    bit: int | None
    value: int

    @property
    def span(self) -> range:
        """The byte."""
        return range(self.at, self.at + 1)

    def of(self, packet: bytes) -> bool:
        """Whether it is so in this packet."""
        byte = packet[self.at]
        return (byte if self.bit is None else byte >> self.bit & 1) == self.value


def counters(
    samples: Sequence[Sample], characteristic: str, length: int, taken: Collection[int] = ()
) -> list[Place]:
    """Places of whole numbers that go up by one with each sample: a record's number.

    Args:
        samples: in the order in which they were taken.
        characteristic: of which packets.
        length: of which packets.
        taken: bytes that say something else.

    Returns:
        the widest first that its bytes allow; none where two samples are not there.
    """
    rows = [_last(sample, characteristic, length) for sample in samples]
    if len(rows) < 2 or not all(rows):
        return []
    found: list[Place] = []
    for type_ in _COUNTS:
        for order in _ORDERS if width_of(type_) > 1 else _ORDERS[:1]:
            for at in range(length - width_of(type_) + 1):
                place = Place(characteristic, length, at, type_, order)
                said = [place.says(row) for row in rows if row is not None]
                goes_up = all(
                    a is not None and a < _HIGHEST and b == a + 1 for a, b in pairwise(said)
                )
                known = {one.lowest for one in found}
                if goes_up and place.lowest not in known and not set(place.span) & set(taken):
                    found.append(place)
    return found


def clocks(
    samples: Sequence[Sample], characteristic: str, length: int, zone: tzinfo
) -> list[TimePlace]:
    """Where the device's time stands: near the time of each sample, or off by always as much.

    Args:
        samples: in the order in which they were taken.
        characteristic: of which packets.
        length: of which packets.
        zone: of the house.
    """
    rows = [(_last(one, characteristic, length), one.at) for one in samples]
    every = [
        TimePlace(characteristic, length, at, type_, order)
        for type_, width in WIDTHS.items()
        for order in (_ORDERS if type_ == "date-time" or width == 4 else _ORDERS[:1])
        for at in range(length - width + 1)
    ]
    found: list[TimePlace] = []
    for tells_time in (_is_near, _goes_on):
        for place in every:
            known = {byte for one in found for byte in one.span}
            if not known & set(place.span) and tells_time(_ahead(place, rows, zone)):
                found.append(place)
    return found


_Ahead = Sequence[tuple[datetime, timedelta, int]]
"""Of each sample what the device told, how far that is ahead of our clock, and our time."""


def _ahead(place: TimePlace, rows: Sequence[tuple[bytes | None, int]], zone: tzinfo) -> _Ahead:
    """Nothing where a sample has no time there."""
    found = []
    for row, at in rows:
        told = None if row is None else place.says(row)
        if told is None:
            return []
        now = datetime.fromtimestamp(at / 1000, UTC)
        if told.tzinfo is None:
            now = now.astimezone(zone).replace(tzinfo=None)
        found.append((told, told - now, at))
    return found


def _is_near(told: _Ahead) -> bool:
    return bool(told) and all(abs(ahead) <= _NEAR for _, ahead, _ in told)


def _goes_on(told: _Ahead) -> bool:
    """A clock that was never set goes on all the same; counts of seconds are too easily found."""
    if not told or told[-1][2] - told[0][2] <= _AGREE // timedelta(milliseconds=1):
        return False
    aheads = [ahead for _, ahead, _ in told]
    plausible = all(_FIRST <= one.year <= _LAST and one.tzinfo is None for one, _, _ in told)
    return plausible and max(aheads) - min(aheads) <= _AGREE


def marks(samples: Sequence[Sample], place: Place, taken: Collection[int]) -> list[Mark]:
    """What tells a finished measurement from the numbers before it, whole bytes before bits.

    Args:
        samples: more than one.
        place: of the number.
        taken: bytes that say something else.

    Returns:
        none where every packet of this sort tells the measurement, or nothing tells them apart.
    """
    last = [_last(sample, place.characteristic, place.length) for sample in samples]
    finished = [row for row in last if row is not None]
    others = [
        row
        for sample, end in zip(samples, last, strict=True)
        for row in sample.of(place.characteristic, place.length)
        if end is not None and place.says(row) != place.says(end)
    ]
    if len(finished) < 2 or not others:
        return []
    found = [
        mark
        for at in range(place.length)
        if at not in taken
        for mark in _marks_at(at, finished, others)
    ]
    return sorted(found, key=lambda mark: mark.bit is None)


def _marks_at(at: int, finished: Sequence[bytes], others: Sequence[bytes]) -> Iterator[Mark]:
    """The bit that alone changes, where it does; else the byte, if it is always the same."""
    for bit in range(8):
        mark = Mark(at, bit, finished[0][at] >> bit & 1)
        alone = all(row[at] ^ finished[0][at] == 1 << bit for row in others)
        varies = len({row[at] for row in finished}) > 1
        if (alone or varies) and _tells_apart(mark, finished, others):
            yield mark
            return
    mark = Mark(at, None, finished[0][at])
    if _tells_apart(mark, finished, others):
        yield mark


def _tells_apart(mark: Mark, finished: Sequence[bytes], others: Sequence[bytes]) -> bool:
    return all(mark.of(row) for row in finished) and not any(mark.of(row) for row in others)


@dataclass(frozen=True, slots=True)
class CheckPlace:
    """A last byte that makes sure that the packet is whole."""

    at: int
    check: Check
    check_from: int

    @property
    def span(self) -> range:
        """The byte."""
        return range(self.at, self.at + 1)


def checks(samples: Sequence[Sample], characteristic: str, length: int) -> CheckPlace | None:
    """How the last byte makes sure that the packets of this sort are whole, if it does."""
    rows = {row for sample in samples for row in sample.of(characteristic, length)}
    if len(rows) < _FEW or length < _SHORT:
        return None
    for check in CHECKS:
        for start in (0, 1, 2):
            one = Field("", "uint8", check=check, check_from=start)
            if all(one.checks(row[:-1]) == row[-1] for row in rows):
                return CheckPlace(length - 1, check, start)
    return None


def _last(sample: Sample, characteristic: str, length: int) -> bytes | None:
    fitting = sample.of(characteristic, length)
    return fitting[-1] if fitting else None
