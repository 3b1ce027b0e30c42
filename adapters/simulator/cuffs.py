"""What the two simulated blood pressure cuffs have in common: how they inflate and measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from adapters.ble.formats.cuff import KNOWN_STATUS, Status
from adapters.ble.formats.numbers import SFLOAT, MedicalNumber, Special
from adapters.simulator.sensor import Moment
from adapters.simulator.shapes import Constant, Shape, Steps

INFLATING: Final = tuple(Decimal(pressure) for pressure in (40, 110, 160, 130, 95, 60))
"""The pressures, mm[Hg], that a cuff shows while it measures."""

VALUES: Final[Mapping[str, Shape]] = {
    "systolic": Steps(shape="steps", values=[128, 134, 121, 142], each_s=3600, noise=3),
    "diastolic": Steps(shape="steps", values=[82, 86, 78, 91], each_s=3600, noise=2),
    "pulse": Steps(shape="steps", values=[68, 72, 64, 80], each_s=3600, noise=2),
    "battery": Constant(shape="constant", value=57),
}

LIMITS: Final = {
    "systolic": (0, 2000),
    "diastolic": (0, 2000),
    "pulse": (0, 2000),
    "status": (0, int(KNOWN_STATUS)),
}
"""What a scenario may say of them (`Sensor.limits`)."""

Three = tuple[MedicalNumber, MedicalNumber, MedicalNumber]

_KPA = Decimal("7.50064")
_STEPS = {False: Decimal(1), True: Decimal("0.1")}


def pressure(mmhg: Decimal, *, kilopascal: bool) -> Decimal:
    """As a cuff shows it: whole mm[Hg], or tenths of a kPa."""
    shown = mmhg / _KPA if kilopascal else mmhg
    return SFLOAT.nearest(shown.quantize(_STEPS[kilopascal]))


def pressures(moment: Moment, *, kilopascal: bool) -> Three:
    """Systolic, diastolic and mean; none of a measurement that failed."""
    if moment.failed:
        return Special.NAN, Special.NAN, Special.NAN
    systolic = Decimal(repr(moment.value("systolic")))
    diastolic = Decimal(repr(moment.value("diastolic")))
    mean = (systolic + 2 * diastolic) / 3
    return (
        pressure(systolic, kilopascal=kilopascal),
        pressure(diastolic, kilopascal=kilopascal),
        pressure(mean, kilopascal=kilopascal),
    )


def pulse(moment: Moment) -> MedicalNumber:
    """Beats a minute; none of a measurement that failed."""
    return Special.NAN if moment.failed else Decimal(round(moment.value("pulse")))


def noticed(said: object, number: int) -> Status:
    """What a cuff noticed while it took the measurement with this number.

    Args:
        said: the scenario's ``status``: one set of bits a measurement, then from the first again.
        number: how many were taken before.
    """
    bits = said if isinstance(said, Sequence) and not isinstance(said, str) else (0,)
    return Status(int(bits[number % len(bits)]) & KNOWN_STATUS) if bits else Status(0)
