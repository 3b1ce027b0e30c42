"""How long a recipient is left alone that did not take something.

Source: full jitter as in "Exponential Backoff And Jitter", AWS Architecture Blog, 2015;
RFC 9110, 10.2.3 Retry-After.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from secrets import SystemRandom

from adapters.reading import Instant

FIRST_MS = 1000
LONGEST_ASKED_MS = 86_400_000

_UNIFORM = SystemRandom().uniform
Uniform = Callable[[float, float], float]


def delay(
    tries: int,
    longest_ms: int,
    retry_after: int | None = None,
    uniform: Uniform = _UNIFORM,
) -> int:
    """Milliseconds until the next try: a random part of a time that doubles, never ending.

    Args:
        tries: how often it was tried in vain before this time.
        longest_ms: what the doubling stops at.
        retry_after: the least that the recipient asked for, ms.
        uniform: draws between two numbers.
    """
    most = min(longest_ms, FIRST_MS * 2 ** min(tries, 30))
    return max(int(uniform(0, most)), min(retry_after or 0, LONGEST_ASKED_MS))


def retry_after(headers: Mapping[str, str], now: Instant) -> int | None:
    """The milliseconds that a Retry-After header asks for; None where there is none to read."""
    text = next((v for name, v in headers.items() if name.lower() == "retry-after"), "").strip()
    if text.isdigit():
        return int(text) * 1000
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max(0, int(at.timestamp() * 1000) - now)
