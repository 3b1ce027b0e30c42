"""The minute, hour or day that a reading belongs to, and so the summary that it is in.

Minutes, hours and days are those of UTC. A grant may name a zone, whose days are then as long as
they were there: 23, 24 or 25 hours.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from adapters.reading import Instant
from gateway.sharing.consent import Grain
from gateway.sharing.errors import NotAllowed
from gateway.store.calendar import day_of, midnight

_LENGTHS: Final[dict[Grain, int]] = {"minute": 60_000, "hour": 3_600_000, "day": 86_400_000}


def bucket(grain: Grain, zone: str, at: Instant) -> tuple[Instant, int]:
    """When the minute, hour or day of a moment starts, and how long it is, ms.

    Args:
        grain: of a summary; a reading as it came belongs to none.
        zone: whose days; only of a ``local_day``.
        at: the moment.

    Raises:
        LookupError: this system does not know the zone.
    """
    if grain != "local_day":
        size = _LENGTHS[grain]
        return at // size * size, size
    where = zone_named(zone)
    day = day_of(where, at)
    start, end = midnight(where, day), midnight(where, day + timedelta(days=1))
    return start, end - start


@lru_cache(maxsize=16)
def zone_named(name: str) -> ZoneInfo:
    """A zone of the tz database.

    Raises:
        LookupError: this system does not know it.
    """
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        raise LookupError(f"this system knows no zone {name!r}") from error


def must_be_known(zone: str) -> None:
    """Refuse to agree to days that cannot be counted.

    Raises:
        NotAllowed: says what to choose in their stead.
    """
    if not zone:
        raise NotAllowed(
            "It is not known in which time zone you live.", "Choose a summary by the days of UTC."
        )
    try:
        zone_named(zone)
    except LookupError as error:
        raise NotAllowed(
            f"This computer does not know the time zone {zone}.",
            "Choose a summary by the days of UTC.",
        ) from error
