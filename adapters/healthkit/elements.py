"""The children of `HealthData`, one by one, as expat reads them."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

_SETTLES = "between"
BETWEEN = b"<between/>"
_MOST_CHILDREN = 2_000
_MOST_METADATA = 200
_MOST_DEPTH = 32
CHILDREN = frozenset(
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
        self._open: list[tuple[int, Entry]] = []
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

    def between(self) -> None:
        """Feed an empty element that is no entry, while no token waits; see `settled`."""
        self.settled, self._settling = False, True
        self.feed(BETWEEN)
        self._settling = False
        if self.settled:
            self.good = self._fed

    def close(self) -> None:
        """Let go of the parser, whose buffers would else wait for the collector of circles."""
        self._parser.StartElementHandler = None
        self._parser.EndElementHandler = None

    def taken(self) -> list[Entry]:
        """The entries that became whole since the last call."""
        whole, self._whole = self._whole, []
        return whole

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth == 1:
            self.good = self._parser.CurrentByteIndex
        elif self.depth == 2:
            if self._settling and name == _SETTLES:
                self.settled = True
                return
            self._open = [(2, Entry(name, attributes))]
        elif not self._open:
            return
        elif name == "MetadataEntry":
            metadata = self._open[-1][1].metadata
            if len(metadata) < _MOST_METADATA:
                metadata.setdefault(attributes.get("key", ""), attributes.get("value", ""))
        elif name in ("WorkoutRoute", "Location"):
            self._whole.append(Entry(name, attributes))
        elif name in CHILDREN:
            self._child(Entry(name, attributes))
        if self.depth > _MOST_DEPTH:
            raise _TooDeep

    def _child(self, child: Entry) -> None:
        top, parent = self._open[0][1], self._open[-1][1]
        if len(parent.children) < _MOST_CHILDREN:
            parent.children.append(child)
        else:
            top.inside[child.name] = top.inside.get(child.name, 0) + 1
        self._open.append((self.depth, child))

    def _end(self, name: str) -> None:
        if self._open and self._open[-1][0] == self.depth:
            _, ended = self._open.pop()
            if not self._open:
                self.good = self._parser.CurrentByteIndex
                self._whole.append(ended)
        self.depth -= 1
        if self.depth == 0:
            self.done = True
