"""All that a person can choose to share, in an order that can be read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from adapters.kinds import Kind, all_kinds
from gateway.sharing.consent import shareable_kinds


@dataclass(frozen=True, slots=True)
class Shelf:
    """The kinds of one consent category that can be chosen, in the order of the kinds' table.

    Attributes:
        category: such as ``heart``.
        here: those of which there are readings, or are to be expected.
        more: the others.
    """

    category: str
    here: tuple[Kind, ...]
    more: tuple[Kind, ...]


def shelves(measured: Collection[Kind], expected: Collection[Kind] = ()) -> tuple[Shelf, ...]:
    """All that can be chosen, by category; categories without any reading come last.

    Args:
        measured: the kinds of which there are readings of this person.
        expected: those that a device of this person may measure.
    """
    near = {*measured, *expected}
    found: dict[str, list[Kind]] = {}
    for kind in shareable_kinds():
        found.setdefault(all_kinds()[kind].consent, []).append(kind)
    made = [
        Shelf(
            category,
            tuple(kind for kind in kinds if kind in near),
            tuple(kind for kind in kinds if kind not in near),
        )
        for category, kinds in found.items()
    ]
    return tuple(sorted(made, key=lambda shelf: not shelf.here))
