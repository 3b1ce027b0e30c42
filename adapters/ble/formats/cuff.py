"""What the packets of a blood pressure cuff have in common: pressures, pulse and status.

Source: Bluetooth SIG, Blood Pressure Service 1.1.1, 3.1; GATT Specification Supplement, Blood
Pressure Measurement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import IntFlag
from typing import Final

from adapters.ble.formats.conversion import MMHG_OF_KPA, converted
from adapters.ble.formats.numbers import MedicalNumber, Special
from adapters.ble.hearing import Hearing
from adapters.ble.record import Record
from adapters.kinds import kind
from adapters.local_events import Packet
from adapters.reading import Absence, Components, Quality, Quantity

_MMHG = "mm[Hg]"
_PRESSURE = kind("blood_pressure")
_PULSE = kind("heart_rate")
_ARM = "arm"


class Status(IntFlag):
    """What the cuff noticed while it measured. Bits 6 to 15 are reserved and ignored.

    Both bits of the pulse at once are reserved, and say nothing.
    """

    BODY_MOVED = 1
    CUFF_LOOSE = 2
    IRREGULAR_PULSE = 4
    PULSE_ABOVE_RANGE = 8
    PULSE_BELOW_RANGE = 16
    WRONG_POSITION = 32


KNOWN_STATUS: Final = 0x3F

_DOUBTS = {
    Status.BODY_MOVED: Quality.MOVED,
    Status.CUFF_LOOSE: Quality.LOOSE,
    Status.IRREGULAR_PULSE: Quality.IRREGULAR_PULSE,
    Status.WRONG_POSITION: Quality.WRONG_POSITION,
}
_PULSE_DOUBTS = {
    Status.PULSE_ABOVE_RANGE: Quality.ABOVE_LIMIT,
    Status.PULSE_BELOW_RANGE: Quality.BELOW_LIMIT,
}
_PULSE_RANGE = Status.PULSE_ABOVE_RANGE | Status.PULSE_BELOW_RANGE


@dataclass(frozen=True, slots=True)
class Pressures:
    """The three pressures of one measurement, in the cuff's own unit."""

    systolic: MedicalNumber
    diastolic: MedicalNumber
    mean: MedicalNumber
    kilopascal: bool = False

    @property
    def value(self) -> Components | Absence:
        """In mm[Hg]; an absence where neither pressure could be measured.

        A mean that the cuff did not work out is left out, as a cuff does that has none.
        """
        three = (self.systolic, self.diastolic, self.mean)
        if isinstance(self.systolic, Special) and all(isinstance(one, Special) for one in three):
            return self.systolic.absence
        parts = [self._part(self.systolic), self._part(self.diastolic)]
        if not isinstance(self.mean, Special):
            parts.append(self._part(self.mean))
        return Components(tuple(parts), _MMHG)

    def _part(self, number: MedicalNumber) -> Decimal | Absence:
        return in_mmhg(number, kilopascal=self.kilopascal)


def in_mmhg(number: MedicalNumber, *, kilopascal: bool) -> Decimal | Absence:
    """One pressure in mm[Hg], or why there is none."""
    if isinstance(number, Special):
        return number.absence
    return converted(number, MMHG_OF_KPA) if kilopascal else number


def records(
    pressures: Pressures,
    pulse: MedicalNumber | None,
    status: Status | None,
    *,
    told: datetime | None,
    user: int | None,
    identity: str,
    of: str = "",
) -> Iterator[Record]:
    """The pressure, and the pulse where the cuff counts it.

    A pulse of 0 is no pulse: the cuff found none. What has a number and no time is stored, of a day
    that nobody knows.

    Args:
        pressures: the three of them.
        pulse: beats a minute, or None.
        status: what the cuff noticed, or None.
        told: `Record.told`.
        user: `Record.user`.
        identity: `Record.identity`.
        of: `Record.of`.
    """
    said = status or Status(0)
    doubts = Quality.CLOCK_NOT_TRUSTED if identity and told is None else Quality.NONE
    for flag, doubt in _DOUBTS.items():
        if flag in said:
            doubts |= doubt
    as_converted = Quality.VALUE_AS_CONVERTED if pressures.kilopascal else Quality.NONE
    yield Record(
        _PRESSURE, pressures.value, told, user, identity, quality=doubts | as_converted, of=of
    )
    if pulse is None:
        return
    doubts |= _PULSE_DOUBTS.get(said & _PULSE_RANGE, Quality.NONE)
    yield Record(_PULSE, _rate(pulse), told, user, identity, quality=doubts, where=_ARM, of=of)


class _Told:
    """By which characteristic each measurement of a link was told first."""

    def __init__(self) -> None:
        self.first: dict[tuple[object, ...], str] = {}


def once(
    decode: Callable[[Packet], Iterator[Record]],
) -> Callable[[Packet, Hearing], Iterator[Record]]:
    """A measurement that a cuff tells by two characteristics is passed on by the first alone."""

    def follow(packet: Packet, hearing: Hearing) -> Iterator[Record]:
        first = hearing.keep(_Told).first
        for record in decode(packet):
            measured = (record.kind, record.told, record.user, record.value)
            by = packet.characteristic
            if record.told is None or first.setdefault(measured, by) == by:
                yield record

    return follow


def _rate(pulse: MedicalNumber) -> Quantity | Absence:
    if isinstance(pulse, Special):
        return pulse.absence
    return Quantity(pulse, "/min") if pulse else Absence.UNKNOWN
