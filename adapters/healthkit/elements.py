"""The children of `HealthData`, one by one, as expat reads them; memory does not grow.

A damaged entry costs itself alone: reading goes on at the next line that begins an entry.
A file that ends in the middle keeps what came before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from adapters.healthkit.archive import CutShort

_NEXT = re.compile(rb"\n (?=<[A-Z])")
_OVERLAP = 3
_ROOT = b"<HealthData>"
_MOST_CHILDREN = 64
_MOST_DEPTH = 32
_COUNTED = frozenset(
    {"InstantaneousBeatsPerMinute", "WorkoutStatistics", "WorkoutEvent", "WorkoutActivity"}
)


@dataclass(slots=True)
class Entry:
    """One child of `HealthData`, with the little of its inside that is used.

    Attributes:
        name: the element's name.
        attributes: as written.
        by_hand: the metadata say that a person typed it in.
        children: the records of a correlation.
        inside: how many of the elements that are counted only.
    """

    name: str
    attributes: dict[str, str]
    by_hand: bool = False
    children: list[Entry] = field(default_factory=list)
    inside: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Losses:
    """What could not be read of a file."""

    damaged: int = 0
    cut_short: bool = False
    replaced: int = 0

    def replace(self, count: int) -> None:
        """Bytes were replaced that XML forbids."""
        self.replaced += count


def entries(blocks: Iterator[bytes], losses: Losses, *, max_token: int) -> Iterator[Entry]:
    """Yield each child of the root, in the order of the file.

    `WorkoutRoute` and `Location` elements come as entries of their own, before their workout,
    because a route may be long.

    Args:
        blocks: the file from `<HealthData` on, cleaned.
        losses: told what was damaged.
        max_token: bytes that a single tag or text may have; beyond, the file counts as cut short.
    """
    reader = _Reader()
    tail = b""
    try:
        for block in blocks:
            rest = block
            while rest and not reader.done:
                if reader.lost:
                    rest = tail + rest
                    found = _NEXT.search(rest)
                    if found is None:
                        tail = rest[-_OVERLAP:]
                        break
                    rest, tail = rest[found.end() :], b""
                    reader = _Reader(_ROOT)
                damage = reader.feed(rest)
                yield from reader.taken()
                if damage is None:
                    break
                losses.damaged += 1
                rest = rest[damage:]
            if reader.done:
                return
            if not reader.lost and reader.waiting > max_token:
                break
    except CutShort:
        pass
    losses.cut_short = True


class _TooDeep(Exception):
    """Elements within elements, deeper than any export."""


class _Reader:
    """expat, its handlers, and the entries that are whole."""

    def __init__(self, root: bytes = b"") -> None:
        self.done = False
        self.lost = False
        self._fed = 0
        self._depth = 0
        self._entry: Entry | None = None
        self._child: Entry | None = None
        self._whole: list[Entry] = []
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self.feed(root)

    @property
    def waiting(self) -> int:
        """Bytes that expat holds back because a token has not ended yet."""
        return self._fed - self._parser.CurrentByteIndex

    def feed(self, block: bytes) -> int | None:
        """Read on; where in ``block`` it is damaged, or None."""
        before = self._fed
        self._fed += len(block)
        try:
            self._parser.Parse(block, False)
        except (expat.ExpatError, _TooDeep):
            if not self.done:
                self.lost = True
                return max(0, self._parser.CurrentByteIndex - before)
        return None

    def taken(self) -> list[Entry]:
        whole, self._whole = self._whole, []
        return whole

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        entry = self._entry
        if self._depth == 2:
            self._entry = Entry(name, attributes)
        elif entry is None:
            return
        elif name == "MetadataEntry":
            if attributes.get("key") == "HKWasUserEntered":
                typed = attributes.get("value", "").lower() in ("1", "true", "yes")
                (self._child or entry).by_hand |= typed
        elif name == "Record" and entry.name == "Correlation":
            self._child = Entry(name, attributes)
            if len(entry.children) < _MOST_CHILDREN:
                entry.children.append(self._child)
        elif name in ("WorkoutRoute", "Location"):
            self._whole.append(Entry(name, attributes))
        elif name in _COUNTED:
            entry.inside[name] = entry.inside.get(name, 0) + 1
        if self._depth > _MOST_DEPTH:
            raise _TooDeep

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._depth == 1 and self._entry is not None:
            self._whole.append(self._entry)
            self._entry = None
        elif name == "Record":
            self._child = None
        if self._depth == 0:
            self.done = True
