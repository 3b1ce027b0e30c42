"""The figures of a minute, an hour or a day: what a summary says of the readings in it.

A reading belongs to the minute, hour or day in which it started. A mean comes with the lowest, the
highest and how many; a sum with how many. Where every reading says how long it lasted, the mean is
weighted by that; instants count alike, and a time in which nothing was measured counts for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from functools import reduce
from operator import and_, or_
from typing import Final

from adapters.kinds import KindRow
from adapters.reading import Quality, Value, quality_of, stored

_EXACTLY = Context(prec=1000)
"""Digits enough for the sums of all numbers that a reading can have."""


_OF_ALL: Final = Quality.BELOW_LIMIT | Quality.ABOVE_LIMIT
"""What a device says of one value says nothing of a mean, unless it is said of all."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One reading of a summary; ``duration`` in ms, 0 for an instant."""

    value: Decimal
    decimals: int
    duration: int


def has_summaries(kind: KindRow) -> bool:
    """Whether readings of a kind can be summed up at all."""
    return kind.shape == "quantity" and kind.aggregation != "none"


def figures(kind: KindRow, measured: Sequence[Measured]) -> tuple[Value, int] | None:
    """What is sent as the value of a summary, in the form of `fhir_mappings.statistics`.

    Returns:
        ``"71.5|58|96|240"`` for a mean (mean, lowest, highest, how many), ``"812|4"`` for a sum
        (sum, how many), the newest for a kind of which only that counts; None where no summary
        can be made.
    """
    if not has_summaries(kind) or not measured:
        return None
    if kind.aggregation == "latest":
        return stored(_to(measured[-1].value, measured[-1].decimals))
    try:
        with localcontext(_EXACTLY):
            return _of_all(kind, measured), 0
    except ArithmeticError:  # no device measures so large or so small a number
        return None


def _of_all(kind: KindRow, measured: Sequence[Measured]) -> str:
    places = max(one.decimals for one in measured)
    count = len(measured)
    if kind.aggregation == "sum":
        total = sum((one.value for one in measured), Decimal(0))
        return f"{_to(total, places):f}|{count}"
    values = [one.value for one in measured]
    low, high = (_to(edge, places) for edge in (min(values), max(values)))
    return f"{_to(_mean(measured), places + 1):f}|{low:f}|{high:f}|{count}"


def is_number(value: str) -> bool:
    """Whether a stored text is a number."""
    try:
        return Decimal(value).is_finite()
    except ArithmeticError:
        return False


def together(flags: Sequence[int]) -> int:
    """What is said of several readings: every doubt, and a place only where it is that of all."""
    each = [quality_of(one) for one in flags]
    quality = reduce(or_, each) & ~_OF_ALL | reduce(and_, each) & _OF_ALL
    places = {said & ~int(one) for said, one in zip(flags, each, strict=True)}
    return int(quality) | (places.pop() if len(places) == 1 else 0)


def _mean(measured: Sequence[Measured]) -> Decimal:
    weighted = all(one.duration for one in measured)
    weights = [one.duration if weighted else 1 for one in measured]
    total = sum((one.value * weight for one, weight in zip(measured, weights, strict=True)))
    return Decimal(total) / sum(weights)


def _to(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), context=_EXACTLY)
