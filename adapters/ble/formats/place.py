"""What the characteristics of the Location and Navigation Service say of a position.

Source: GATT Specification Supplement, Location and Speed, Navigation, Position Quality.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from adapters.ble.characteristic import Becomes, because

STAYS: Final[Becomes] = because("a place stays here")


class Found(IntEnum):
    """How sure the sensor is of where it is."""

    NO_POSITION = 0
    POSITION = 1
    ESTIMATED = 2
    LAST_KNOWN = 3


class HeadingBy(IntEnum):
    """What a heading comes from."""

    MOVEMENT = 0
    COMPASS = 1
