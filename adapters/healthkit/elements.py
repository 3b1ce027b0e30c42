"""The children of `HealthData`, one by one, as expat reads them."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

_SETTLES = "between"
BETWEEN = b"<between/>"
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


class _TooDeep(Exception):
    """Elements within elements, deeper than any export."""


class Reader:
    """expat, its handlers, and the entries that are whole.

    Attributes:
        done: the root has ended.
        depth: of the element that is open.
        good: where the last whole entry ended, in bytes that were fed.
        settled: an element fed by `between` stood between two entries.
    """

    def __init__(self, root: bytes = b"") -> None:
        self.done = False
        self.depth = 0
        self.good = 0
        self.settled = False
        self._settling = False
        self._fed = 0
        self._entry: Entry | None = None
        self._child: Entry | None = None
        self._whole: list[Entry] = []
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        if hasattr(self._parser, "SetReparseDeferralEnabled"):  # expat 2.6
            self._parser.SetReparseDeferralEnabled(False)
        if root:
            self.feed(root)
            self.good = len(root)

    @property
    def waiting(self) -> int:
        """Bytes that expat holds back because a token has not ended yet."""
        return self._fed - self._parser.CurrentByteIndex

    def feed(self, block: bytes) -> int | None:
        """Read on; where it is damaged, counted in all bytes fed, or None."""
        self._fed += len(block)
        try:
            self._parser.Parse(block, False)
        except (expat.ExpatError, _TooDeep):
            if not self.done:
                return max(0, self._parser.CurrentByteIndex)
        return None

    def between(self) -> int | None:
        """Feed an empty element that is no entry; tells whether it stood between two."""
        self.settled, self._settling = False, True
        damage = self.feed(BETWEEN)
        self._settling = False
        if self.settled:
            self.good = self._fed
        return damage

    def taken(self) -> list[Entry]:
        """The entries that became whole since the last call."""
        whole, self._whole = self._whole, []
        return whole

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        entry = self._entry
        if self.depth == 1:
            self.good = self._parser.CurrentByteIndex
        elif self.depth == 2:
            if self._settling and name == _SETTLES:
                self.settled = True
                return
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
        if self.depth > _MOST_DEPTH:
            raise _TooDeep

    def _end(self, name: str) -> None:
        self.depth -= 1
        if self.depth == 1 and self._entry is not None:
            self.good = self._parser.CurrentByteIndex
            self._whole.append(self._entry)
            self._entry = None
        elif name == "Record":
            self._child = None
        if self.depth == 0:
            self.done = True
