"""What the two simulated scales have in common: how they weigh."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from adapters.ble.characteristics.date_time import DateTime
from adapters.ble.characteristics.weight import Stature, WeightMeasurement
from adapters.ble.formats.weighing import UNSUCCESSFUL
from adapters.simulator.sensor import Moment

_STEP = {False: Decimal("0.005"), True: Decimal("0.01")}
_KG_OF_POUND = Decimal("0.45359237")
_IN_A_METRE = Decimal("39.3701")


def steps(kilograms: float, *, imperial: bool) -> int:
    """A mass as a scale sends it, in 0.005 kg or 0.01 lb."""
    mass = Decimal(repr(kilograms))
    if imperial:
        mass /= _KG_OF_POUND
    return min(max(round(mass / _STEP[imperial]), 0), UNSUCCESSFUL - 1)


def weighed(
    moment: Moment, shown: datetime, user: int | None, *, imperial: bool, metres: float = 0
) -> WeightMeasurement:
    """One weighing; body mass index and height where the height is known."""
    at = DateTime.of(shown)
    if moment.failed:
        return WeightMeasurement(UNSUCCESSFUL, imperial, at, user)
    kilograms = moment.value("weight")
    stature = None
    if metres:
        tall = Decimal(repr(metres))
        height = tall * _IN_A_METRE * 10 if imperial else tall * 1000
        stature = Stature(round(kilograms / metres**2 * 10), round(height))
    return WeightMeasurement(steps(kilograms, imperial=imperial), imperial, at, user, stature)
