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
_MOST_CHILDREN = 2_000
_MOST_METADATA = 200
_MOST_DEPTH = 32
_CHILDREN = frozenset(
    {
        "Record",
        "InstantaneousBeatsPerMinute",
        "WorkoutStatistics",
        "WorkoutEvent",
        "WorkoutActivity",
        "SensitivityPoint",
        "RightEye",
        "LeftEye",
        "Attachment",
    }
)
BY_HAND = "HKWasUserEntered"
_YES = ("1", "true", "yes")


@dataclass(slots=True)
class Entry:
    """One child of `HealthData`, or an element within one.

    Attributes:
        name: the element's name.
        attributes: as written.
        metadata: what its `MetadataEntry` elements say, the first of each key.
        children: the elements within it that say something of their own, in their order.
        inside: how many more of them there were than can be.
    """

    name: str
    attributes: dict[str, str]
    metadata: dict[str, str] = field(default_factory=dict)
    children: list[Entry] = field(default_factory=list)
    inside: dict[str, int] = field(default_factory=dict)

    @property
    def by_hand(self) -> bool:
        """Whether the metadata say that a person typed it in."""
        return self.metadata.get(BY_HAND, "").lower() in _YES

    def named(self, name: str) -> list[Entry]:
        """The children of that name."""
        return [child for child in self.children if child.name == name]


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
        self._open: list[tuple[int, Entry]] = []
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
        if self._depth == 2:
            self._open = [(2, Entry(name, attributes))]
        elif not self._open:
            return
        elif name == "MetadataEntry":
            metadata = self._open[-1][1].metadata
            if len(metadata) < _MOST_METADATA:
                metadata.setdefault(attributes.get("key", ""), attributes.get("value", ""))
        elif name in ("WorkoutRoute", "Location"):
            self._whole.append(Entry(name, attributes))
        elif name in _CHILDREN:
            self._child(Entry(name, attributes))
        if self._depth > _MOST_DEPTH:
            raise _TooDeep

    def _child(self, child: Entry) -> None:
        top, parent = self._open[0][1], self._open[-1][1]
        if len(parent.children) < _MOST_CHILDREN:
            parent.children.append(child)
        else:
            top.inside[child.name] = top.inside.get(child.name, 0) + 1
        self._open.append((self._depth, child))

    def _end(self, name: str) -> None:
        if self._open and self._open[-1][0] == self._depth:
            _, ended = self._open.pop()
            if not self._open:
                self._whole.append(ended)
        self._depth -= 1
        if self._depth == 0:
            self.done = True
