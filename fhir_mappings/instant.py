"""Times as FHIR writes them: UTC with `Z` and milliseconds, never an offset or the name of a zone.

Source: HL7 FHIR R4 4.0.1, Data types: instant, dateTime.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from fhir_mappings.errors import MappingError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS = tuple(f"{second:02d}." for second in range(60))
_MILLISECONDS = tuple(f"{millisecond:03d}Z" for millisecond in range(1000))


def utc(at: int) -> str:
    """Write ms UTC: ``utc(0) == "1970-01-01T00:00:00.000Z"``.

    Raises:
        MappingError: the year is not one of 0001 to 9999.
    """
    second, millisecond = divmod(at, 1000)
    return f"{_minute(second // 60)}{_SECONDS[second % 60]}{_MILLISECONDS[millisecond]}"


@lru_cache(maxsize=4096)
def _minute(minute: int) -> str:
    try:
        return f"{_EPOCH + timedelta(minutes=minute):%Y-%m-%dT%H:%M:}".rjust(17, "0")
    except OverflowError:
        raise MappingError("the time is out of range") from None
