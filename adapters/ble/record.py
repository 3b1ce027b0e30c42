"""A measurement as a device tells it: at the time of its own clock, of its own user."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from adapters.kinds import Kind
from adapters.reading import Absence, Category, Components, Quality, Quantity

UNKNOWN_USER: Final = 0xFF
"""The slot of a device for somebody it does not know (Blood Pressure, Weight Scale, User Data)."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a decoder yields in place of a `Reading` where the device tells its own time or user.

    The gateway turns it into a reading: it sets the time right by what it knows of the device's
    clock, and finds out whose it is.

    Attributes:
        kind: what was measured.
        value: what was measured, or why there is no value.
        told: when, by the device's clock, uncorrected: naive where the device keeps the local
            time of day, aware where it keeps UTC; None where it does not say, or says 0 for
            unknown: then it was measured when it came, as far as anybody can tell.
        user: by which number the device tells its users apart; `UNKNOWN_USER` for nobody it
            knows; None where it knows no users.
        identity: what tells this record from all others of the device and characteristic: its
            number and its uncorrected base time as text; "" where only the time it came tells it.
        number: under which the device keeps it, where it counts its records on; None where the
            number says nothing of the order in which they were made, or there is none.
        of: the characteristic that tells the same record too, by the same identity, where that
            is another one than it came by: it is stored once, whichever tells it first.
        duration: for how long, ms.
        nth: as in `Reading`.
        quality: as in `Reading`.
        where: as in `Reading`.
        situation: as in `Reading`.
    """

    kind: Kind
    value: Quantity | Components | Category | Absence
    told: datetime | None = None
    user: int | None = None
    identity: str = ""
    duration: int = 0
    nth: int = 0
    quality: Quality = Quality.NONE
    where: str = ""
    of: str = ""
    number: int | None = None
    situation: str = ""
