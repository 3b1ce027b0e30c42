"""Equal readings of one export: the same one written twice, or two that look alike.

Two readings of one series with equal start, duration and value are the same one, unless their
creation dates differ: then they are 0, 1, 2 … of that instant. Only their number matters, not
which is which, so a second import counts the same.

Memory is bounded: the readings of the last ``reach`` to twice as many are remembered. An export
lists a type's readings in order of time, so equal ones are neighbours. Of two that lie further
apart than that, the second gets the same key again, and the store says that it knows it.
"""

from __future__ import annotations

from collections.abc import Sequence

from adapters.healthkit.records import Series
from adapters.reading import Instant, Value

_Created = Instant | None
_Seen = tuple[int, Value, _Created]
"""Duration, value and creation date of a reading."""

_SERIES = 1 << 42
_FIRST_SECOND = 1 << 41


class Twins:
    """Two generations of readings: when the younger is full, the older is forgotten.

    Readings are told apart by number of series and start first, in one whole number, so that most
    need no closer look, one by one or by the thousand.
    """

    def __init__(self, reach: int) -> None:
        self._reach = reach
        self._left = reach
        self._numbers: dict[Series, int] = {}
        self._young: dict[int, _Seen | list[_Seen]] = {}
        self._old: dict[int, _Seen | list[_Seen]] = {}

    def first_key(self, series: Series) -> int:
        """What `nths` adds to a start in seconds."""
        number = self._numbers.setdefault(series, len(self._numbers))
        return number * _SERIES + _FIRST_SECOND

    def nth(
        self, series: Series, start: Instant, duration: int, value: Value, created: _Created
    ) -> int | None:
        """Which of its equals this reading is; None if it was there already."""
        self._turn()
        self._left -= 1
        return self._nth(self.first_key(series) + start // 1000, (duration, value, created))

    def nths(
        self,
        keys: Sequence[int],
        durations: Sequence[int],
        values: Sequence[Value],
        created: Sequence[Instant],
    ) -> list[int | None] | None:
        """`nth` of many readings, each with `first_key` plus its second; None if all are 0."""
        seen = list(zip(durations, values, created, strict=True))
        answers: list[int | None] = []
        plain, low = True, 0
        while low < len(keys):
            self._turn()
            high = min(len(keys), low + self._left)
            portion = dict(zip(keys[low:high], seen[low:high], strict=True))
            if (
                len(portion) == high - low
                and self._young.keys().isdisjoint(portion)
                and self._old.keys().isdisjoint(portion)
            ):
                self._young.update(portion)
                answers.extend([0] * (high - low))
            else:
                plain = False
                answers.extend(map(self._nth, keys[low:high], seen[low:high]))
            self._left -= high - low
            low = high
        return None if plain else answers

    def _turn(self) -> None:
        if not self._left:
            self._old, self._young, self._left = self._young, {}, self._reach

    def _nth(self, key: int, seen: _Seen) -> int | None:
        young, old = _listed(self._young.get(key)), _listed(self._old.get(key))
        same = [one for one in young if one[:2] == seen[:2]]
        same += [one for one in old if one[:2] == seen[:2] and one not in same]
        if seen in same:
            return None
        if len(young) or same:
            self._young[key] = [*(one for one in young if one not in same), *same, seen]
        else:
            self._young[key] = seen
        return len(same)


def _listed(seen: _Seen | list[_Seen] | None) -> list[_Seen]:
    if seen is None:
        return []
    return seen if isinstance(seen, list) else [seen]
