"""How old somebody is, where only the month of birth is known."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

from adapters.reading import Instant

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def is_month(text: str) -> bool:
    """Whether a text is a month of birth, ``YYYY-MM``."""
    return _MONTH.fullmatch(text) is not None and text[:4] >= "1800"


@lru_cache(maxsize=64)
def turns(born: str, years: int) -> Instant:
    """When somebody is surely so old: the first of the month after the birthday month, in UTC.

    Of the days that a birthday may have, the last one is taken: a day too late lets nothing
    leave that must not.

    Raises:
        ValueError: ``born`` is not ``YYYY-MM``.
    """
    if not is_month(born):
        raise ValueError("a month of birth is written YYYY-MM")
    year, month = int(born[:4]) + years, int(born[5:])
    first = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return int(first.timestamp()) * 1000
