"""Where this house is, for devices whose clocks show the local time of day."""

from __future__ import annotations

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from adapters.reading import Instant
from gateway.app import House


def zone_of(house: House, now: Instant) -> tzinfo:
    """The zone that was told last of anybody who lives here; UTC where none was told.

    In the store's thread.
    """
    told = [
        entry
        for person in house.people.list()
        for entry in house.local.zones(person.key)
        if entry[0] <= now
    ]
    if not told:
        return UTC
    _, name = max(told, key=lambda entry: entry[0])
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return UTC  # of a home that was moved to a system that does not have it
