"""The beats that a variability reading was made of: one by one, as a list of samples.

The export gives each beat a rate and the time of day, on a clock of 12 or 24 hours, in the phone's
language and zone. Only the time between beats is kept of it, so that the same list stays the same
in every export.
"""

from __future__ import annotations

import re
import struct
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final

from adapters.errors import ReadingRefused
from adapters.healthkit.elements import Entry
from adapters.kinds import kind
from adapters.reading import Waveform, waveform

HEART_BEATS: Final = kind("heart_beats")
BEAT: Final = "InstantaneousBeatsPerMinute"
UNREADABLE: Final = "heart beats that cannot be read"

_CLOCK = re.compile(r"(\d{1,2})\D(\d{1,2})\D(\d{1,2})\D(\d{2})(?!\d)")
_HALF_DAY = 12 * 3_600_000
_MOST_RATE = 10_000


def beats(entry: Entry) -> Waveform | None:
    """The beats within a record, as pairs of milliseconds since the first and beats a minute.

    None where there are none.

    Raises:
        ReadingRefused: a time or a rate is not readable.
    """
    found = entry.named(BEAT)
    if not found:
        return None
    pairs: list[int] = []
    first = before = None
    for beat in found:
        at = _time(beat.attributes.get("time", ""))
        if first is None or before is None:
            first = before = at
        since = before - first + (at - before) % _HALF_DAY
        before = first + since
        pairs += [since, _rate(beat.attributes.get("bpm", ""))]
    try:
        samples = struct.pack(f"<{len(pairs)}i", *pairs)
    except struct.error as long:
        raise ReadingRefused(UNREADABLE) from long
    return waveform(0.0, "1", samples)


def _time(text: str) -> int:
    """Milliseconds of ``7:24:01.19 AM``; of the half of the day nothing is known."""
    found = _CLOCK.search(text)
    if found is None:
        raise ReadingRefused(UNREADABLE)
    hour, minute, second, hundredth = map(int, found.groups())  # any script's digits
    return ((hour * 60 + minute) * 60 + second) * 1000 + hundredth * 10


def _rate(text: str) -> int:
    try:
        rate = Decimal(text)
        whole = int(rate.to_integral_value(ROUND_HALF_UP))
    except (InvalidOperation, ValueError, OverflowError) as odd:
        raise ReadingRefused(UNREADABLE) from odd
    if not 0 < whole <= _MOST_RATE:
        raise ReadingRefused(UNREADABLE)
    return whole
