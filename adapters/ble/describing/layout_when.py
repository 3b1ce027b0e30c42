"""What a field of a layout hangs on: another field, a bit of it, or the number that it says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class When:
    """A condition on a whole number that stands before.

    Attributes:
        field: the name of that field; where it is not there itself, the condition does not hold.
        bit: which bit is looked at; None where the whole number is.
        is_set: whether that bit is to be set.
        equals: what the whole number is to be, one of these.
    """

    field: str
    bit: int | None = None
    is_set: bool = True
    equals: tuple[int, ...] = ()

    def holds(self, whole: Mapping[str, int]) -> bool:
        """Whether it is so, by the whole numbers that were read before."""
        number = whole.get(self.field)
        if number is None:
            return False
        if self.bit is not None:
            return bool(number >> self.bit & 1) == self.is_set
        return number in self.equals


def all_hold(conditions: Iterable[When], whole: Mapping[str, int]) -> bool:
    """Whether every one of them is so."""
    return all(one.holds(whole) for one in conditions)
