"""Equal readings of one export: the same one written twice, or two that look alike.

Two readings of one series with equal start, duration and value are the same one, unless their
creation dates differ: then they are 0, 1, 2 … of that instant. Only their number matters, not
which is which, so a second import counts the same.

Memory is bounded: the readings of the last ``reach`` to twice as many are remembered. An export
lists a type's readings in order of time, so equal ones are neighbours. Of two that lie further
apart than that, the second gets the same key again, and the store says that it knows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from adapters.healthkit.records import Series
from adapters.reading import Instant, Value

_Created = Instant | None
Seen = tuple[int, Value, _Created]
"""Duration, value and creation date of a reading."""

_SERIES = 1 << 42
_FIRST_SECOND = 1 << 41


@dataclass(slots=True)
class _Generation:
    """Readings by key; those that nobody asked about yet are laid in when somebody does."""

    seen: dict[int, Seen | list[Seen]] = field(default_factory=dict)
    waiting: list[Callable[[], Iterable[tuple[int, Seen]]]] = field(default_factory=list)

    def lay_in(self) -> None:
        for readings in self.waiting:
            self.seen.update(readings())
        self.waiting.clear()

    def of(self, key: int) -> list[Seen]:
        seen = self.seen.get(key)
        if seen is None:
            return []
        return seen if isinstance(seen, list) else [seen]


class Twins:
    """Two generations of readings: when the younger is full, the older is forgotten.

    Readings are told apart by number of series and start first, in one whole number. One that is
    later than all before it of its series needs no closer look, and so do most.
    """

    def __init__(self, reach: int) -> None:
        self._reach = reach
        self._left = reach
        self._numbers: dict[Series, int] = {}
        self._highest: dict[Series, int] = {}
        self._young = _Generation()
        self._old = _Generation()

    def first_key(self, series: Series) -> int:
        """What is added to a start in seconds, to make a key."""
        number = self._numbers.setdefault(series, len(self._numbers))
        return number * _SERIES + _FIRST_SECOND

    def highest(self, series: Series) -> int:
        """The highest key of a series so far; -1 before there is one."""
        return self._highest.get(series, -1)

    def reached(self, series: Series, key: int) -> None:
        """Note a key of a series."""
        self._highest[series] = max(key, self.highest(series))

    def nth(
        self, series: Series, start: Instant, duration: int, value: Value, created: _Created
    ) -> int | None:
        """Which of its equals this reading is; None if it was there already."""
        self.room()
        key, seen = self.first_key(series) + start // 1000, (duration, value, created)
        if key <= self.highest(series):
            return self.look(key, seen, self.highest(series))
        self._highest[series] = key
        self._left -= 1
        self._young.seen[key] = seen
        return 0

    def room(self) -> int:
        """How many readings the younger generation still takes; a new one begins if none."""
        if not self._left:
            self._old, self._young, self._left = self._young, _Generation(), self._reach
        return self._left

    def plainly_first(self, count: int, readings: Callable[[], Iterable[tuple[int, Seen]]]) -> None:
        """Take many readings, at most `room`, of keys that no other had; they are asked for late.

        Args:
            count: how many.
            readings: gives their keys, and what they are.
        """
        if count:
            self._left -= count
            self._young.waiting.append(readings)

    def look(self, key: int, seen: Seen, highest: int) -> int | None:
        """`nth` of a reading whose key another may have had.

        ``highest`` key of its series before those that came together with it.
        """
        self._left -= 1
        if key <= highest:
            self._young.lay_in()
            self._old.lay_in()
        young, old = self._young.of(key), self._old.of(key)
        same = [one for one in young if one[:2] == seen[:2]]
        same += [one for one in old if one[:2] == seen[:2] and one not in same]
        if seen in same:
            return None
        if len(young) or same:
            self._young.seen[key] = [*(one for one in young if one not in same), *same, seen]
        else:
            self._young.seen[key] = seen
        return len(same)
