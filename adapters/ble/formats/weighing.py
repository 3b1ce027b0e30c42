"""What a scale's two services have in common: units, and which packets belong together.

Source: GATT Specification Supplement, Weight Measurement and Body Composition Measurement (0.005
kg or 0.01 lb; 0.001 m or 0.1 in; 0xFFFF: measurement unsuccessful).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from adapters.ble.formats.conversion import CM_OF_INCH, KG_OF_POUND, converted
from adapters.kinds import Kind
from adapters.reading import Absence, Quality, Quantity

UNSUCCESSFUL: Final = 0xFFFF

_HALF_DECAGRAM = Decimal("0.005")
_HUNDREDTH = Decimal("0.01")
_TENTH = Decimal("0.1")


def mass(steps: int, *, imperial: bool) -> Quantity | Absence:
    """A mass in kg, of steps of 0.005 kg or 0.01 lb; an absence where it could not be measured."""
    if steps == UNSUCCESSFUL:
        return Absence.ERROR
    if imperial:
        return Quantity(converted(steps * _HUNDREDTH, KG_OF_POUND), "kg")
    return Quantity(steps * _HALF_DECAGRAM, "kg")


def height(steps: int, *, imperial: bool) -> Quantity | Absence:
    """A height in cm, of steps of 0.001 m or 0.1 in; an absence where it is not one."""
    if steps == UNSUCCESSFUL:
        return Absence.ERROR
    if imperial:
        return Quantity(converted(steps * _TENTH, CM_OF_INCH), "cm")
    return Quantity(steps * _TENTH, "cm")


def tenths(steps: int, unit: str) -> Quantity | Absence:
    """A number that is sent in tenths of its unit; an absence where it could not be measured."""
    if steps == UNSUCCESSFUL:
        return Absence.ERROR
    return Quantity(steps * _TENTH, unit)


def quality(*, imperial: bool) -> Quality:
    """Whether the digits of masses and heights are those of a conversion."""
    return Quality.VALUE_AS_CONVERTED if imperial else Quality.NONE


@dataclass(frozen=True, slots=True)
class Whose:
    """When a scale was stood on, by its own clock, and by which of its users."""

    told: datetime | None = None
    user: int | None = None


class Weighing:
    """The weighing that was last told on a link.

    A body composition that bears neither time nor user belongs to the weight that was told just
    before it: so do Beurer's BF105, BF600, BF720, BF788 and BF950, for live and for stored
    weighings (captures in KristianP26/ble-scale-sync, issues 168 and 229).
    """

    def __init__(self) -> None:
        self.latest: Whose | None = None
        self.told: tuple[int | None, frozenset[tuple[Kind, object]]] = (None, frozenset())
        """By whom, and which kinds and values: a scale may tell them with the composition again."""
