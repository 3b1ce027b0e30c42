"""From what was found in a device's packets to the text of its description, and to words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

from adapters.ble.describing.proposing import Place, Sample, places, sorts
from adapters.ble.describing.proposing_marks import (
    CheckPlace,
    Mark,
    TimePlace,
    checks,
    clocks,
    counters,
    marks,
)
from adapters.ble.describing.shown import Shown

Spot = Place | TimePlace | Mark | CheckPlace


@dataclass(frozen=True, slots=True)
class Sort:
    """Packets of one length of one characteristic, and what stands in them.

    Attributes:
        characteristic: which.
        length: how long they are.
        values: what was shown, and where it stands.
        number: where the number of a record stands, if there is one.
        time: where the device's time stands, if there is one.
        finished: what tells a finished measurement from what comes before it, if there is such.
        unfinished: whether other numbers come before it, with or without a sign for that.
        check: what makes sure that the packet is whole, if there is such.
        alone: whether no packets of another length come from this characteristic.
    """

    characteristic: str
    length: int
    values: tuple[tuple[Shown, Place], ...]
    number: Place | None = None
    time: TimePlace | None = None
    finished: Mark | None = None
    unfinished: bool = False
    check: CheckPlace | None = None
    alone: bool = True

    @property
    def spots(self) -> list[Spot]:
        """All of it, front to end, without what overlaps."""
        every: list[Spot | None] = [
            *(place for _, place in self.values),
            self.time,
            self.number,
            self.finished,
            self.check,
        ]
        kept: list[Spot] = []
        for spot in every:
            if spot is not None and not any(set(spot.span) & set(other.span) for other in kept):
                kept.append(spot)
        return sorted(kept, key=lambda spot: spot.span.start)


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found so far.

    Attributes:
        sorts: the packets that tell what was shown.
        missing: names of what was shown and is nowhere.
    """

    sorts: tuple[Sort, ...]
    missing: tuple[str, ...] = field(default=())


def findings(samples: Sequence[Sample], zone: tzinfo) -> Findings:
    """Look for all that was shown, for record numbers, the device's time and check sums.

    Args:
        samples: in the order in which they were taken.
        zone: of the house.
    """
    shown = {one.name: one for sample in samples for one in sample.shown}
    found = {name: places(samples, name) for name in shown}
    together: dict[tuple[str, int], list[tuple[Shown, Place]]] = {}
    common = _commonest([place for those in found.values() for place in those])
    for name, those in found.items():
        if those:
            best = next((one for one in those if _sort_of(one) == common), those[0])
            together.setdefault(_sort_of(best), []).append((shown[name], best))
    made = [_sort(samples, sort, values, zone) for sort, values in together.items()]
    return Findings(tuple(made), tuple(name for name, those in found.items() if not those))


def _sort_of(place: Place) -> tuple[str, int]:
    return place.characteristic, place.length


def _commonest(found: Sequence[Place]) -> tuple[str, int] | None:
    """The sort of packets that tells most of what was shown, of equal ones the likelier."""
    every = [_sort_of(place) for place in found]
    return max(every, key=every.count, default=None)


def _sort(
    samples: Sequence[Sample],
    sort: tuple[str, int],
    values: Sequence[tuple[Shown, Place]],
    zone: tzinfo,
) -> Sort:
    characteristic, length = sort
    taken = {byte for _, place in values for byte in place.span}
    check = checks(samples, characteristic, length)
    taken |= set(check.span) if check is not None else set()
    times = [one for one in clocks(samples, *sort, zone) if not set(one.span) & taken]
    taken |= {byte for one in times[:1] for byte in one.span}
    numbers = counters(samples, characteristic, length, taken)
    taken |= {byte for one in numbers[:1] for byte in one.span}
    main = values[0][1]
    signs = marks(samples, main, taken)
    return Sort(
        characteristic,
        length,
        tuple(values),
        number=next(iter(numbers), None),
        time=next(iter(times), None),
        finished=next(iter(signs), None),
        unfinished=_says_others(samples, main),
        check=check,
        alone=len([uuid for uuid, _ in sorts(samples) if uuid == characteristic]) == 1,
    )


def _says_others(samples: Sequence[Sample], place: Place) -> bool:
    """Whether packets of this sort say other numbers than the last of their sample."""
    for sample in samples:
        rows = sample.of(place.characteristic, place.length)
        if rows and any(place.says(row) != place.says(rows[-1]) for row in rows):
            return True
    return False
