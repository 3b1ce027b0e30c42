"""From what a device tells to a reading of somebody at a time."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.ble.hearing import Hearing
from adapters.ble.paired import Paired
from adapters.ble.profile import Told
from adapters.local_events import Packet
from adapters.reading import PersonKey, Quality, Reading


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
    """Set a record's time right and find out whose it is; a reading is the wearer's, now."""
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
    person = paired.person if told.user is None else paired.slots.get(told.user)
    record = f"{packet.characteristic}:{told.identity}" if told.identity else ""
    return Settled(person, told.user, reading, record)
