"""Concentrations of glucose in mg/dL, from the units in which devices send them."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from adapters.ble.formats.conversion import converted
from adapters.ble.formats.numbers import MedicalNumber, Special
from adapters.reading import Absence, Quantity

MG_PER_DL: Final = "mg/dL"

MG_PER_DL_OF_ONE_MOL_PER_L: Final = Decimal("18015.58800000541")
"""180.156 g/mol, with the digits that Apple Health prints, so that both roads give one number."""

_KG_PER_L_IN_MG_PER_DL = 5


def of_kg_per_l(sent: Decimal) -> Decimal:
    """Exactly: 1 kg/L is 100,000 mg/dL."""
    return sent.scaleb(_KG_PER_L_IN_MG_PER_DL)


def of_mol_per_l(sent: Decimal) -> Decimal:
    """With the fewest digits from which the device's own come back.

    5.5 mmol/L is 99 mg/dL, 5.50 mmol/L is 99.1 mg/dL.
    """
    return converted(sent, MG_PER_DL_OF_ONE_MOL_PER_L)


def amount(number: MedicalNumber, unit: str = MG_PER_DL) -> Quantity | Absence:
    """A number that cannot be below zero, or why there is none."""
    if isinstance(number, Special):
        return number.absence
    return Absence.ERROR if number < 0 else Quantity(number, unit)


def beyond(found: Quantity | Absence, *, low: bool, high: bool) -> Quantity | Absence:
    """What a status adds that says the value is below or above what the device can process.

    A number that was sent all the same is kept.
    """
    if isinstance(found, Quantity) or low == high:
        return found
    return Absence.NEGATIVE_INFINITY if low else Absence.POSITIVE_INFINITY
