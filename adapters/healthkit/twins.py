"""Equal readings of one export: the same one written twice, or two that look alike.

Two readings of one series with equal start, duration and value are the same one, unless their
creation dates differ: then they are 0, 1, 2 … of that instant. Only their number matters, not
which is which, so no order is needed and a second import counts the same.

Memory is bounded: at least the last ``reach`` different readings are remembered. An export lists
a type's readings in order of time, so equal ones are neighbours. Of two that lie further apart
than that, the second gets the same key again, and the store says that it knows it.
"""

from __future__ import annotations

from adapters.healthkit.records import Series
from adapters.reading import Instant, Value

_Key = tuple[Series, Instant, int, Value]
_Created = Instant | None


class Twins:
    """Two generations of readings: when the younger is full, the older is forgotten."""

    def __init__(self, reach: int) -> None:
        self._reach = reach
        self._young: dict[_Key, tuple[_Created, ...]] = {}
        self._old: dict[_Key, tuple[_Created, ...]] = {}

    def nth(
        self, series: Series, start: Instant, duration: int, value: Value, created: _Created
    ) -> int | None:
        """Which of its equals this reading is; None if it was there already."""
        key = (series, start, duration, value)
        known = self._young.get(key) or self._old.get(key, ())
        if created in known:
            return None
        if len(self._young) >= self._reach:
            self._old, self._young = self._young, {}
        self._young[key] = (*known, created)
        return len(known)
