"""From what a device tells to a reading of somebody at a time."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.ble.hearing import Hearing
from adapters.ble.paired import Paired
from adapters.ble.profile import DeviceProfile, Told
from adapters.ble.record import UNKNOWN_USER
from adapters.local_events import Packet
from adapters.reading import PersonKey, Quality, Reading, canonical


@dataclass(frozen=True, slots=True)
class Settled:
    """One reading, set in time.

    Attributes:
        person: whose it is; None where somebody must say.
        user: the number by which the device tells its users apart; None where it knows none.
        record: `adapters.reading.ReadingBatch.records`.
    """

    person: PersonKey | None
    user: int | None
    reading: Reading
    record: str = ""


def settle(told: Told, packet: Packet, paired: Paired, hearing: Hearing) -> Settled:
    """Set a record's time right and find out whose it is; a reading is the wearer's, now.

    Raises:
        ReadingRefused: it is nobody's yet, and its value is not of its kind's shape or unit: nobody
            is asked whose it is. (What is somebody's is looked at where it is put into a batch.)
    """
    if isinstance(told, Reading):
        return Settled(paired.person, None, told)
    start, quality = packet.received, Quality.NONE
    if told.told is not None:
        start, quality = hearing.clock.when(told.told, packet.received)
    reading = Reading(
        told.kind,
        start,
        told.value,
        told.duration,
        told.nth,
        told.quality | quality,
        told.where,
    )
    origin = told.of or _origin(paired.profile, packet)
    record = f"{origin}:{told.identity}" if told.identity else ""
    user = told.user
    if user is None and hearing.user is not None and _is_fetched(paired.profile, packet):
        user = hearing.user
    whose = _whose(user, paired)
    if whose is None:
        canonical(reading)
    return Settled(whose, user, reading, record)


def _is_fetched(profile: DeviceProfile, packet: Packet) -> bool:
    """Whether it came because it was asked for: of the user whose slot is open."""
    return any(packet.characteristic in (one.measures, *one.until) for one in profile.records)


def _whose(user: int | None, paired: Paired) -> PersonKey | None:
    """Nobody's, where the device itself does not know who it was."""
    if user is None:
        return paired.person
    return None if user == UNKNOWN_USER else paired.slots.get(user)


def _origin(profile: DeviceProfile, packet: Packet) -> str:
    """The characteristic by which a record is named: of parts that belong together, one.

    Which part of a record comes first may change from one time to the next.
    """
    uuid = packet.characteristic
    return next((one.measures for one in profile.records if uuid in one.until), uuid)
