"""Whether two numbers may be one number that was printed in two units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from adapters.errors import ReadingRefused
from adapters.kinds import Kind, KindRow, row_of
from adapters.panel import parted
from adapters.reading import Value
from adapters.units import Conversion, conversion_from, conversions

_SLACK = 1e-9
"""A converted number is rounded at the tenth decimal; so much less is no difference."""

_MUCH_COARSER = 1000
"""A number has many more digits in any unit but its own; units that are a thousand of each other
(g and kg) have them in both."""


class Prints:
    """Compares what came with what is here, of one kind.

    A step is what the last printed place is worth. Which unit a reading was written in is not kept:
    it is the one in which it has the fewest digits.

    Args:
        kind: of which both are.
        written: the unit of what came; of a reading with parts, all of theirs.
        units: those of what is here.
    """

    def __init__(self, kind: Kind, written: str, units: Set[str]) -> None:
        row = row_of(kind)
        others = [unit for one in units - {written} for unit in one.split(" ")]
        self._mine = _conversions(row.unit, [written])
        self._others = _conversions(row.unit, others)
        self._parts = _of_parts(row, [*written.split(" "), *others])
        self._shape = row.shape

    def may_be_one(self, came: Value, decimals: int, here: Value, here_decimals: int) -> bool:
        """Whether two differ by no more than half a step of each.

        One that is here with few digits in the unit of what came leaves no doubt: it was written in
        that unit, where the same digits would have come again; or in another one with all that a
        conversion gives. Readings with parts may be one if each part may.
        """
        if self._parts:
            return self._each_may(str(came), str(here))
        one, other = number(came), number(here)
        if not self._mine or one is None or other is None:
            return False
        [unit] = self._mine
        mine = unit.step(one, decimals)
        same = unit.step(other, here_decimals)
        step = _step(self._others, other, here_decimals)
        doubt = mine if same > step * _MUCH_COARSER else mine + step
        return abs(one - other) <= doubt / 2 + _SLACK

    def _each_may(self, came: str, here: str) -> bool:
        mine, theirs = self._named(came), self._named(here)
        return mine.keys() == theirs.keys() and all(
            text == theirs[name] or _differ_by_half_steps(text, theirs[name], self._parts[name])
            for name, text in mine.items()
        )

    def _named(self, text: str) -> Mapping[str, str]:
        if self._shape == "panel":
            return {name: digits for name, digits in parted(text).items() if name in self._parts}
        return dict(zip(self._parts, text.split("|"), strict=False))


def number(value: Value) -> float | None:
    """A stored number, also one that is kept as text for its many digits; None for other text."""
    try:
        return float(value)
    except ValueError:
        return None


def _differ_by_half_steps(one: str, other: str, units: list[Conversion]) -> bool:
    mine, theirs = number(one), number(other)
    if mine is None or theirs is None:
        return False
    doubt = (_step(units, mine, 0) + _step(units, theirs, 0)) / 2
    return abs(mine - theirs) <= doubt + _SLACK


def _step(units: Iterable[Conversion], value: float, decimals: int) -> float:
    return max((one.step(value, decimals) for one in units), default=0.0)


def _of_parts(row: KindRow, written: list[str]) -> dict[str, list[Conversion]]:
    units = row.units or (row.unit,) * len(row.components)
    pairs = zip(row.components, units, strict=True)
    return {name: _conversions(unit, written) for name, unit in pairs}


def _conversions(kept_in: str, written: Iterable[str]) -> list[Conversion]:
    known = conversions().get(kept_in, {})
    found: list[Conversion] = []
    for unit in dict.fromkeys(written):
        try:
            found.append(conversion_from(known, unit))
        except ReadingRefused:  # of another part, or one that an earlier version knew
            continue
    return found
