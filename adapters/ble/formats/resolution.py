"""How finely a scale weighs and measures heights, as its two features say it.

Source: GATT Specification Supplement, Weight Scale Feature and Body Composition Feature (weight
measurement resolution, height measurement resolution).
"""

from __future__ import annotations

from enum import IntEnum
from typing import TypeVar

from adapters.ble.formats.fields import Reader

T = TypeVar("T", bound=IntEnum)


class WeightStep(IntEnum):
    """Steps in grams, and of its scale in pounds beside it."""

    NOT_SAID = 0
    G_500_OR_LB_1 = 1
    G_200_OR_LB_0_5 = 2
    G_100_OR_LB_0_2 = 3
    G_50_OR_LB_0_1 = 4
    G_20_OR_LB_0_05 = 5
    G_10_OR_LB_0_02 = 6
    G_5_OR_LB_0_01 = 7


class HeightStep(IntEnum):
    """Steps in millimetres, and of its scale in inches beside it."""

    NOT_SAID = 0
    MM_10_OR_IN_1 = 1
    MM_5_OR_IN_0_5 = 2
    MM_1_OR_IN_0_1 = 3


def step(kind: type[T], number: int, fields: Reader) -> T:
    """One of these steps.

    Raises:
        DecodeError: the number is reserved.
    """
    try:
        return kind(number)
    except ValueError:
        raise fields.wrong("the resolution is a reserved number") from None
