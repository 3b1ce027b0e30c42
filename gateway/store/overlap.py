"""Amounts that several sources counted at the same time: how much of each counts.

A phone in the pocket and a watch at the wrist count the same steps. Everything is kept; where a
total is wanted, a source counts only at the times that no source before it covers. Of a sample that
is covered in part the other part counts, by its length: what is known of it is its amount alone.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from adapters.reading import Instant


@dataclass(frozen=True, slots=True)
class Amount:
    """So much, counted from ``start`` to ``end``, by the source at a place in the order."""

    rank: int
    start: Instant
    end: Instant
    value: float


def counted(amounts: Sequence[Amount]) -> list[float]:
    """How much of each amount counts, in their order.

    What one source says twice of a time counts twice: it knows why.
    """
    counts = [0.0] * len(amounts)
    covered = _Covered()
    order = sorted(range(len(amounts)), key=lambda i: (amounts[i].rank, amounts[i].start))
    for _, group in groupby(order, key=lambda i: amounts[i].rank):
        members = list(group)
        for i in members:
            one = amounts[i]
            counts[i] = one.value * covered.free(one.start, one.end)
        covered.add([(amounts[i].start, amounts[i].end) for i in members])
    return counts


@dataclass(slots=True)
class _Covered:
    """Times that are covered: apart from each other, in order."""

    starts: list[Instant] = field(default_factory=list)
    ends: list[Instant] = field(default_factory=list)

    def free(self, start: Instant, end: Instant) -> float:
        """Which part of a time is not covered; of an instant, whether it is not."""
        if start == end:
            i = bisect_right(self.starts, start) - 1
            return float(i < 0 or self.ends[i] <= start)
        taken = 0
        for i in range(bisect_right(self.ends, start), bisect_left(self.starts, end)):
            taken += min(end, self.ends[i]) - max(start, self.starts[i])
        return 1 - taken / (end - start)

    def add(self, times: list[tuple[Instant, Instant]]) -> None:
        """Cover more; times that touch or overlap become one."""
        merged: list[list[Instant]] = []
        every = [*zip(self.starts, self.ends, strict=True), *times]
        for start, end in sorted(one for one in every if one[0] < one[1]):
            if merged and start <= merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], end)
            else:
                merged.append([start, end])
        self.starts = [start for start, _ in merged]
        self.ends = [end for _, end in merged]
