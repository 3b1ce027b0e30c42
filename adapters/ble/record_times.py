"""The device's own times of stored records, in the order in which their packets came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from adapters.ble.hearing import Hearing
from adapters.ble.paired import Paired
from adapters.ble.profile import told_by
from adapters.ble.record import Record
from adapters.errors import DecodeError
from adapters.local_events import Packet


def times(
    packets: Iterable[Packet], paired: Paired, hearing: Hearing
) -> Iterator[tuple[datetime, int | None]]:
    """When each record was by the device's clock, and of which of its users.

    A record that comes in several packets is put together; what cannot be read, or tells no time,
    is left out. The hearing learns nothing.

    Args:
        packets: of the characteristic that the records come on.
        paired: whose profile reads them.
        hearing: what was said on this link.
    """
    aside = hearing.aside()
    for packet in packets:
        try:
            told = told_by(paired.profile, packet, aside)
        except DecodeError:
            continue
        for one in told:
            if isinstance(one, Record) and one.told is not None:
                yield one.told, one.user
                break


def is_earlier(told: datetime | None, other: datetime | None) -> bool:
    """Whether one is before the other, where both are known and of one sort of clock."""
    if told is None or other is None or (told.tzinfo is None) != (other.tzinfo is None):
        return False
    return told < other
