"""From what a device tells to a reading of somebody at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace

from adapters.ble.hearing import Hearing
from adapters.ble.paired import Paired
from adapters.ble.profile import DeviceProfile, Told
from adapters.ble.record import UNKNOWN_USER, Record
from adapters.ble.record_access import series
from adapters.errors import ReadingRefused
from adapters.kinds import Kind, kind, row_of
from adapters.local_events import Packet
from adapters.reading import Instant, PersonKey, Quality, Reading, canonical

_BATTERY = kind("battery_level")


@dataclass(frozen=True, slots=True)
class Settled:
    """One reading, set in time.

    Attributes:
        person: whose it is; None where somebody must say.
        user: the number by which the device tells its users apart, `UNKNOWN_USER` for anybody;
            None where it tells none apart and one person uses it.
        record: `adapters.reading.ReadingBatch.records`.
    """

    person: PersonKey | None
    user: int | None
    reading: Reading
    record: str = ""


def settle(
    told: Told, packet: Packet, paired: Paired, hearing: Hearing, *, kept: bool = False
) -> Settled:
    """Set a record's time right and find out whose it is; a reading is the wearer's, now.

    What tells no time is of the moment in which it came, unless the device may have kept it
    (``kept``): then that is only the time of its arrival, and marked so.

    Raises:
        ReadingRefused: it is nobody's yet, and its value is not of its kind's shape or unit, or a
            curve: nobody is asked whose it is. (What is somebody's is looked at where it is put
            into a batch.)
    """
    if isinstance(told, Reading):
        reading = replace(told, quality=told.quality | Quality.TIME_OF_ARRIVAL) if kept else told
        return _of_somebody(reading, None, "", paired)
    start, quality, look = packet.received, told.quality, None
    if told.told is not None:
        start, of_clock, look = hearing.clock.timed(
            told.told,
            packet.received,
            live=not packet.stored,
            earliest=_earliest(told, packet, paired, hearing),
        )
        quality |= of_clock
    elif kept or Quality.CLOCK_NOT_TRUSTED in quality:
        quality = quality & ~Quality.CLOCK_NOT_TRUSTED | Quality.TIME_OF_ARRIVAL
    reading = Reading(
        told.kind,
        start,
        told.value,
        told.duration,
        told.nth,
        quality,
        told.where,
        situation=told.situation,
        look=look,
    )
    origin = told.of or _origin(paired.profile, packet)
    record = f"{origin}:{told.identity}" if told.identity else ""
    user = told.user
    if user is None and hearing.user is not None and _is_fetched(paired.profile, packet):
        user = hearing.user
    return _of_somebody(reading, user, record, paired)


def _earliest(told: Record, packet: Packet, paired: Paired, hearing: Hearing) -> Instant | None:
    """Since when a record may be, by its number; None where that tells nothing."""
    setting = hearing.clock.setting
    if setting is None or told.number is None:
        return None
    user = hearing.user if told.user is None else told.user
    origin = _origin(paired.profile, packet)
    each = (setting.earliest(series(origin, of), told.number) for of in {None, user})
    return next((since for since in each if since is not None), None)


def _of_somebody(reading: Reading, user: int | None, record: str, paired: Paired) -> Settled:
    if user is None and paired.several and _is_of_a_person(reading.kind):
        user = UNKNOWN_USER
    whose = _whose(user, paired)
    if whose is None:
        canonical(reading)
        if reading.waveform is not None:
            raise ReadingRefused("a curve cannot wait until somebody says whose it is")
    return Settled(whose, user, reading, record)


def _is_of_a_person(what: Kind) -> bool:
    """Whether somebody must have been there; not of the air in a room, or of the battery."""
    return what != _BATTERY and row_of(what).about != "room"


def _is_fetched(profile: DeviceProfile, packet: Packet) -> bool:
    """Whether it came because it was asked for: of the user whose slot is open."""
    return any(packet.characteristic in (one.measures, *one.until) for one in profile.records)


def _whose(user: int | None, paired: Paired) -> PersonKey | None:
    return paired.person if user is None else paired.slots.get(user)


def _origin(profile: DeviceProfile, packet: Packet) -> str:
    """The characteristic by which a record is named: of parts that belong together, one.

    Which part of a record comes first may change from one time to the next.
    """
    uuid = packet.characteristic
    return next((one.measures for one in profile.records if uuid in one.until), uuid)
