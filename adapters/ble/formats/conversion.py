"""From the unit a device measures in to the one unit of a kind, with as many digits as it has.

Source of the factors: The Unified Code for Units of Measure 2.2, tables of base, customary and
clinical units ([lb_av] 0.45359237 kg, [in_i] 2.54 cm, [degF] 5/9 K, mm[Hg] 133.322 Pa, mol
6.0221367 10*23).
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final

_EXACT = Context(prec=400, rounding=ROUND_HALF_EVEN)
"""Enough for the smallest and the largest medical float in one sum."""

KG_OF_POUND: Final = Decimal("0.45359237")
CM_OF_INCH: Final = Decimal("2.54")
MMHG_OF_KPA: Final = _EXACT.divide(Decimal(1000), Decimal("133.322"))
CELSIUS_OF_FAHRENHEIT: Final = _EXACT.divide(Decimal(5), Decimal(9))


def converted(number: Decimal, factor: Decimal) -> Decimal:
    """``number * factor``, rounded to the fewest digits from which ``number`` comes back.

    One step of the number's last digit is its resolution: 10.00 lb become 4.536 kg, 16.0 kPa
    become 120.0 mm[Hg]. No digit is made up, none is lost.
    """
    step = Decimal((0, (1,), _exponent(number)))
    finest = _EXACT.multiply(step, factor).adjusted()
    return _EXACT.multiply(number, factor).quantize(
        Decimal((0, (1,), finest)), ROUND_HALF_EVEN, _EXACT
    )


def celsius(fahrenheit: Decimal) -> Decimal:
    """Degrees Celsius with the fewest digits from which the degrees Fahrenheit come back."""
    lowest = min(_exponent(fahrenheit), 0)
    above = _EXACT.subtract(fahrenheit, Decimal(32)).quantize(
        Decimal((0, (1,), lowest)), ROUND_HALF_EVEN, _EXACT
    )
    return converted(above, CELSIUS_OF_FAHRENHEIT)


def _exponent(number: Decimal) -> int:
    return int(number.as_tuple().exponent)  # a word only where it is not finite
