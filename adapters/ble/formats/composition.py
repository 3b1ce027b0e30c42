"""From what a body composition scale sends to records, over two packets where it takes them.

Source: Bluetooth SIG, Body Composition Service 1.0, 3.2.1 (units, 0xFFFF: measurement
unsuccessful, measurements in two packets).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from adapters.ble.characteristics import weight
from adapters.ble.characteristics.body_composition import BodyCompositionMeasurement, Flag
from adapters.ble.formats.stamp import stamp
from adapters.ble.formats.weighing import (
    UNSUCCESSFUL,
    Weighing,
    Whose,
    height,
    mass,
    quality,
    tenths,
)
from adapters.ble.hearing import Hearing
from adapters.ble.record import Record
from adapters.errors import DecodeError
from adapters.kinds import Kind, kind
from adapters.local_events import Packet
from adapters.reading import Absence, Quality, Quantity

_WHOLE = 1000
_FAT = kind("body_fat_percentage")
_KINDS = {
    Flag.BASAL_METABOLISM_PRESENT: kind("basal_metabolic_rate"),
    Flag.MUSCLE_PERCENTAGE_PRESENT: kind("muscle_percentage"),
    Flag.MUSCLE_MASS_PRESENT: kind("muscle_mass"),
    Flag.FAT_FREE_MASS_PRESENT: kind("fat_free_mass"),
    Flag.SOFT_LEAN_MASS_PRESENT: kind("soft_lean_mass"),
    Flag.BODY_WATER_MASS_PRESENT: kind("body_water_mass"),
    Flag.IMPEDANCE_PRESENT: kind("body_impedance"),
    Flag.WEIGHT_PRESENT: kind("body_weight"),
    Flag.HEIGHT_PRESENT: kind("body_height"),
}

_WEIGHED_TOO = {kind("body_weight"), kind("body_height")}
"""What a scale tells by Weight Measurement as well."""


class _Parts:
    """The first part of a measurement whose second part has not come, and whose it is."""

    def __init__(self) -> None:
        self.first: tuple[BodyCompositionMeasurement, Whose] | None = None


def readings(packet: Packet, hearing: Hearing) -> Iterator[Record]:
    """Everything the scale worked out; what it could not is left out or an absence.

    A part of a measurement is told as it comes, so that nothing is lost with the link; the second
    part has the time and user of the first, and does not tell the body fat again.

    Raises:
        DecodeError: the packet is not well formed, or of a scale that offers this characteristic
            with a layout of its own (Xiaomi's "MIBFS": its date would be read as body fat).
    """
    said = BodyCompositionMeasurement.from_bytes(packet.data)
    if any(_WHOLE < (part or 0) < UNSUCCESSFUL for part in (said.fat, said.muscle_percentage)):
        raise DecodeError("a part of the body is more than the whole", packet.data)
    parts = hearing.keep(_Parts)
    before, parts.first = parts.first, None
    second = before is not None and _is_second(before[0], said)
    if before is not None and second:
        whose = _of_parts(said, before[1])
    else:
        whose = _whose(said, hearing.keep(Weighing))
        parts.first = (said, whose) if said.one_of_several else None
    if not second:
        yield _record(_FAT, _fat(said), whose)
    for flag, steps in said.optional.items():
        # 0 is what Beurer's scales send of a body that was weighed but not measured (BF788,
        # capture in KristianP26/ble-scale-sync issue 229).
        if steps:
            value, doubts = _value(flag, steps, imperial=said.imperial)
            if not _told_before(_KINDS[flag], value, whose, hearing.keep(Weighing)):
                yield _record(_KINDS[flag], value, whose, doubts)


def _told_before(of: Kind, value: Quantity | Absence, whose: Whose, weighing: Weighing) -> bool:
    """Whether Weight Measurement told the same; a time of its own would tell that to the store."""
    user, told = weighing.told
    return whose.told is None and whose.user in (None, user) and (of, value) in told


def _is_second(first: BodyCompositionMeasurement, said: BodyCompositionMeasurement) -> bool:
    """Whether it goes on with what the first part began: nothing is told twice."""
    if not said.one_of_several or said.fat not in (first.fat, 0, UNSUCCESSFUL):
        return False
    if said.at not in (None, first.at) or said.user not in (None, first.user):
        return False
    told = first.optional
    return all(steps is None or told[flag] is None for flag, steps in said.optional.items())


def _whose(said: BodyCompositionMeasurement, weighing: Weighing) -> Whose:
    """Its own time and user, or else those of the weight that was told just before."""
    before, weighing.latest = weighing.latest, None
    if said.at is None and said.user is None and before is not None:
        return before
    return Whose(said.at.told if said.at is not None else None, said.user)


def _of_parts(said: BodyCompositionMeasurement, first: Whose) -> Whose:
    told = said.at.told if said.at is not None else first.told
    return Whose(told, first.user if said.user is None else said.user)


def _fat(said: BodyCompositionMeasurement) -> Quantity | Absence:
    return tenths(said.fat, "%") if said.fat else Absence.NOT_PERFORMED


def _value(flag: Flag, steps: int, *, imperial: bool) -> tuple[Quantity | Absence, Quality]:
    as_converted = quality(imperial=imperial)
    if steps == UNSUCCESSFUL:
        return Absence.ERROR, Quality.NONE
    match flag:
        case Flag.BASAL_METABOLISM_PRESENT:
            return Quantity(Decimal(steps), "kJ/d"), Quality.NONE
        case Flag.MUSCLE_PERCENTAGE_PRESENT:
            return tenths(steps, "%"), Quality.NONE
        case Flag.IMPEDANCE_PRESENT:
            return tenths(steps, "Ohm"), Quality.NONE
        case Flag.HEIGHT_PRESENT:
            return height(steps, imperial=imperial), as_converted
        case _:
            return mass(steps, imperial=imperial), as_converted


def _record(
    of: Kind, value: Quantity | Absence, whose: Whose, doubts: Quality = Quality.NONE
) -> Record:
    identity = stamp(whose.told, whose.user)
    origin = weight.UUID if of in _WEIGHED_TOO else ""
    return Record(of, value, whose.told, whose.user, identity, quality=doubts, of=origin)
