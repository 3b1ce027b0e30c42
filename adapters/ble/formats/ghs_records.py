"""From a health observation to what it is a reading of.

What is not known here (a type, a unit, a waveform) is not dropped: it becomes a reading about the
device that names its code, and its packet is kept as it came.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Final

from adapters.ble.characteristics.elapsed_time import ElapsedTime
from adapters.ble.formats.acom import Bundle, Compound, Observation, Status
from adapters.ble.formats.acom_values import Numeric, Simple
from adapters.ble.formats.ghs_types import Group, in_unit_of, types
from adapters.ble.formats.numbers import MedicalNumber, Special
from adapters.ble.formats.ticks import ticks_of
from adapters.ble.formats.uuids import assigned
from adapters.ble.hearing import Hearing
from adapters.ble.record import Record
from adapters.kinds import Kind, kind, row_of
from adapters.local_events import Packet
from adapters.reading import Absence, Category, Components, Quality, Quantity

UNKNOWN: Final = kind("unknown_observation")

OBSERVATION: Final = assigned(0x2B8B)
"""Live Health Observations: a stored one bears the same identity, whichever comes first."""

_LONGEST: Final = Decimal(366 * 86400)

_DOUBTS: Final = (
    (Status.QUESTIONABLE, Quality.POOR_SIGNAL),
    (Status.CALIBRATING, Quality.NOT_CALIBRATED),
    (Status.TEST_DATA, Quality.NOT_A_MEASUREMENT),
    (Status.EARLY_ESTIMATE, Quality.NOT_SETTLED),
    (Status.MANUALLY_ENTERED, Quality.ENTERED_BY_HAND),
    (Status.SETTING, Quality.NOT_A_MEASUREMENT),
)

Found = tuple[Kind, Quantity | Components | Category | Absence, Quality, str]
"""Kind, value, what is doubtful about it, and where it was measured."""


def records(
    observation: Observation, packet: Packet, hearing: Hearing, number: int | None = None
) -> Iterator[Record]:
    """The records of one observation, or of all those in a bundle.

    Args:
        observation: as it came.
        packet: the last packet that it came in.
        hearing: what was heard before; it learns how the device's counter stands.
        number: of the stored record; None for an observation that was made just now.
    """
    identity = _identity(observation, number)
    seen: Counter[Kind] = Counter()
    for one in _single(observation):
        told, doubt = _when(one, packet, hearing, stored=number is not None)
        for of, value, more, where in _found(one):
            yield Record(
                of,
                value,
                told,
                one.patient,
                identity,
                _milliseconds(one.duration),
                seen[of],
                more | doubt | _doubt(one.status),
                where,
                OBSERVATION,
                number,
            )
            seen[of] += 1


def _single(observation: Observation) -> Iterator[Observation]:
    """Each observation of a bundle, with what the bundle says of all of them."""
    if not isinstance(observation.value, Bundle):
        yield observation
        return
    for one in observation.value.observations:
        yield replace(
            one,
            time=one.time or observation.time,
            duration=observation.duration if one.duration is None else one.duration,
            status=observation.status if one.status is None else one.status,
            patient=observation.patient if one.patient is None else one.patient,
        )


def _when(
    observation: Observation, packet: Packet, hearing: Hearing, *, stored: bool
) -> tuple[datetime | None, Quality]:
    time, ticks = observation.time, ticks_of(hearing)
    if time is None:
        return None, Quality.CLOCK_NOT_TRUSTED if stored else Quality.NONE
    if not stored:
        ticks.seen(time, packet.received)
    told = ticks.when(time) if time.ticks and stored else time.told
    lost = stored and told is None
    return told, Quality.NONE if time.is_current and not lost else Quality.CLOCK_NOT_TRUSTED


def _identity(observation: Observation, number: int | None) -> str:
    """What it says and when: so that one that was heard live is known again in what is stored.

    With a counter, which may begin anew, or without any time, only the number of a stored record
    tells it. That a clock was set since changes no record, nor what numbers its parts have.
    """
    value = observation.value
    parts = value.observations if isinstance(value, Bundle) else ()
    times = [one.time for one in (observation, *parts) if one.time is not None]
    if not times or any(time.told is None for time in times):
        stamp = bytes(times[0]).hex() if times else ""
        return "" if number is None else f"{number} {stamp}"
    if isinstance(value, Bundle):
        value = Bundle(tuple(replace(part, id=None, time=_lasting(part.time)) for part in parts))
    said = bytes(replace(observation, id=None, time=None, value=value))
    moment = bytes(replace(times[0], is_current=True)).hex()
    return f"{moment} {blake2b(said, digest_size=8).hexdigest()}"


def _lasting(time: ElapsedTime | None) -> ElapsedTime | None:
    return None if time is None else replace(time, is_current=True)


def _milliseconds(duration: MedicalNumber | None) -> int:
    if duration is None or isinstance(duration, Special) or not 0 <= duration <= _LONGEST:
        return 0
    return int(duration.scaleb(3))


def _doubt(status: Status | None) -> Quality:
    doubt = Quality.NONE
    for bit, quality in _DOUBTS:
        if status is not None and bit in status:
            doubt |= quality
    return doubt


def _found(one: Observation) -> Iterator[Found]:
    group = types().groups.get(one.type or 0)
    if isinstance(one.value, Compound):
        parts = {part.type: part.value for part in one.value.components}
        if group is not None and set(group.components) & set(parts):
            yield _grouped(one, group, parts)
        for part in one.value.components:
            if group is None or part.type not in group.components:
                yield _simple(part.type, part.value, one.status)
    else:
        value = one.value
        simple = value if isinstance(value, Numeric) else None
        yield _simple(one.type, simple, one.status)


def _simple(of: int | None, value: Simple | None, status: Status | None) -> Found:
    meaning = types().meanings.get(of or 0)
    if meaning is None or not isinstance(value, Numeric):
        return _unknown(of)
    if (absence := _absence(value.number, status)) is not None:
        return meaning.kind, absence, meaning.doubt, meaning.where
    assert isinstance(value.number, Decimal)  # noqa: S101  # no absence: it is a number
    measured = in_unit_of(value.number, value.unit, meaning.kind)
    if measured is None:
        return _unknown(of, value.unit)
    number, doubt = measured
    unit = row_of(meaning.kind).unit
    return meaning.kind, Quantity(number, unit), meaning.doubt | doubt, meaning.where


def _grouped(one: Observation, group: Group, parts: dict[int, Simple]) -> Found:
    row, doubt = row_of(group.kind), Quality.NONE
    values: list[Decimal | Absence] = []
    for code in group.components:
        value = parts.get(code)
        if value is None and len(values) >= len(row.components) - len(row.optional):
            break
        if not isinstance(value, Numeric):
            values.append(Absence.UNKNOWN)
        elif (absence := _absence(value.number, one.status)) is not None:
            values.append(absence)
        else:
            assert isinstance(value.number, Decimal)  # noqa: S101  # no absence: it is a number
            measured = in_unit_of(value.number, value.unit, group.kind)
            if measured is None:
                return _unknown(one.type, value.unit)
            values.append(measured[0])
            doubt |= measured[1]
    found = next((value for value in values if isinstance(value, Absence)), None)
    if found is not None and all(isinstance(value, Absence) for value in values):
        return group.kind, found, doubt, ""
    return group.kind, Components(tuple(values), row.unit), doubt, ""


def _absence(number: MedicalNumber, status: Status | None) -> Absence | None:
    if status is not None and Status.INVALID in status:
        return Absence.ERROR
    if status is not None and Status.NOT_AVAILABLE in status:
        return Absence.UNKNOWN
    return number.absence if isinstance(number, Special) else None


def _unknown(of: int | None, unit: int | None = None) -> Found:
    word = "untyped" if of is None else f"mdc-{of}"
    return UNKNOWN, Category(word if unit is None else f"{word}-in-{unit}"), Quality.NONE, ""
