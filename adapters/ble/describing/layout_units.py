"""Units in which closed devices measure, beside the one unit of a kind.

Source of the factors: The Unified Code for Units of Measure 2.2 (`formats.conversion`);
[stone_av] is 14 [lb_av].
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from adapters.ble.formats.concentration import of_mol_per_l
from adapters.ble.formats.conversion import (
    CM_OF_INCH,
    KG_OF_POUND,
    MMHG_OF_KPA,
    celsius,
    converted,
)

Convert = Callable[[Decimal], Decimal]


def _by(factor: Decimal) -> Convert:
    return lambda number: converted(number, factor)


CONVERSIONS: Final[Mapping[tuple[str, str], Convert]] = {
    ("[lb_av]", "kg"): _by(KG_OF_POUND),
    ("[stone_av]", "kg"): _by(14 * KG_OF_POUND),
    ("[in_i]", "cm"): _by(CM_OF_INCH),
    ("[degF]", "Cel"): celsius,
    ("mmol/L", "mg/dL"): lambda number: of_mol_per_l(number.scaleb(-3)),
    ("kPa", "mm[Hg]"): _by(MMHG_OF_KPA),
}
"""By the device's unit and the kind's: each keeps as many digits as the device has."""


def units_of(unit: str) -> tuple[str, ...]:
    """The units that may be written where a kind is kept in ``unit``: that first."""
    return (unit, *(theirs for theirs, ours in CONVERSIONS if ours == unit))


def conversion(theirs: str, ours: str) -> Convert | None:
    """How a number of the device becomes one of the kind; None where the units are one."""
    return None if theirs == ours else CONVERSIONS[theirs, ours]
