"""What was measured of somebody at one go: a person is asked about it once.

A cuff tells a pressure and a pulse, a scale a weight and what it is made of; a strap tells a rate
every second for an hour. Two people one after the other must never be taken for one, so in doubt
two questions are asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from adapters.kinds import Kind, row_of
from adapters.reading import DeviceKey, Instant
from gateway.store.unclaimed import Waiting

_TOGETHER: Final = 30_000
"""Results of one measurement come within this time, ms."""

_AT_ONCE: Final = 2000
_STREAMED: Final = 10_000
"""A stream of what is else measured now and then, as of an oximeter on a finger, ms."""

_WORN: Final = 120_000
"""What is worn and silent for longer than this was taken off, ms: somebody else may wear it."""

_LIVE_WITHIN: Final = 600


@dataclass(slots=True)
class Occasion:
    """One measurement, or one spell of a stream, of somebody whom the device does not know."""

    device: DeviceKey
    readings: list[Waiting]
    _results: set[tuple[Kind, int]] = field(default_factory=set)
    _still: Instant = 0

    @property
    def number(self) -> int:
        """By which a person names it: that of its first reading."""
        return self.readings[0].number

    @property
    def first(self) -> Instant:
        """When it began."""
        return self.readings[0].start

    @property
    def last(self) -> Instant:
        """The start of its last reading."""
        return self.readings[-1].start

    @property
    def kinds(self) -> Sequence[Kind]:
        """What was measured, each kind once."""
        return list(dict.fromkeys(one.kind for one in self.readings))

    @property
    def is_spell(self) -> bool:
        """Whether it is a stream: more of it than one reading a kind."""
        return len(self.readings) > len({(one.kind, one.nth) for one in self.readings})

    def lasts(self, now: Instant) -> bool:
        """Whether more of it may come: nobody is asked before it is over."""
        return self.first <= now <= self._still

    def belongs(self, one: Waiting) -> bool:
        """Whether a reading, no earlier than its last, was measured at the same go."""
        gap = one.start - self.last
        if not one.live:
            return gap <= _TOGETHER and (one.kind, one.nth) not in self._results
        return gap <= _AT_ONCE or (not self._results and gap <= _longest(one.kind))

    def add(self, one: Waiting) -> None:
        """Put a reading that belongs to it behind the others."""
        self.readings.append(one)
        self.note(one)

    def note(self, one: Waiting) -> None:
        """Know what a reading means for those that come."""
        if one.live:
            self._still = max(self._still, one.start + _longest(one.kind))
        else:
            self._results.add((one.kind, one.nth))


def occasions(those: Iterable[Waiting]) -> list[Occasion]:
    """Part what waits of unknown users by device and occasion; the newest last."""
    found: list[Occasion] = []
    for one in sorted(those, key=lambda one: (one.device, one.start, one.number)):
        current = found[-1] if found else None
        if current is not None and current.device == one.device and current.belongs(one):
            current.add(one)
            continue
        begun = Occasion(one.device, [one])
        begun.note(one)
        found.append(begun)
    return sorted(found, key=lambda one: one.first)


def _longest(kind: Kind) -> int:
    """The longest silence within one go."""
    row = row_of(kind)
    if row.stale_after > _LIVE_WITHIN:
        return _STREAMED
    return _WORN if row.about == "person" else _TOGETHER
