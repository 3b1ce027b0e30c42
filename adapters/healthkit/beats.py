"""The beats that a variability reading was made of: one by one, as a list of samples.

The export gives each beat a rate and the time of day, on a clock of 12 or 24 hours, in the phone's
language and zone. Only the time between beats is kept of it, so that the same list stays the same
in every export.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final

from adapters.errors import ReadingRefused
from adapters.healthkit.body import is_clean
from adapters.healthkit.elements import Entry
from adapters.kinds import kind
from adapters.reading import Waveform, waveform

HEART_BEATS: Final = kind("heart_beats")
BEAT: Final = "InstantaneousBeatsPerMinute"
UNREADABLE: Final = "heart beats that cannot be read"

_CLOCK = re.compile(r"(\d{1,2})\D(\d{1,2})\D(\d{1,2})\D(\d{2})(?!\d)")
_HALF_DAY = 12 * 3_600_000
_LIST = b"<HeartRateVariabilityMetadataList>\n"
_BEAT_LINE = rb'   <InstantaneousBeatsPerMinute bpm="[0-9.]{1,9}" time="[^"<>&\r\n\t]{1,40}"/>\n'
_BEATS = re.compile(rb"(?:%b){1,2000}+" % _BEAT_LINE)
_ONE = b'   <InstantaneousBeatsPerMinute bpm="60" time="0:00:00.00"/>\n'
_PAIRS = re.compile('   <InstantaneousBeatsPerMinute bpm="([0-9.]{1,9})" time="([^"]{1,40})"/>\n')
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
    return _list_of(
        (beat.attributes.get("bpm", ""), beat.attributes.get("time", "")) for beat in found
    )


def written_beats(record: bytes) -> Waveform:
    """`beats` of the end of a record in which `one_beat` found some.

    Raises:
        ReadingRefused: as `beats`.
    """
    return _list_of(_PAIRS.findall(record.decode("utf-8")))


def one_beat(end: bytes) -> bytes:
    """The end of a record with one beat in place of a list of them as the phone writes it.

    Whatever else stands in it is left as it is, and so are two lists.
    """
    if _LIST not in end or not is_clean(end):
        return end
    made, count = _BEATS.subn(_ONE, end)
    return made if count == 1 else end


def is_alone(end: bytes) -> bool:
    """Whether an end that `one_beat` made speaks of that beat and of no other, however written."""
    return _ONE in end and end.count(BEAT.encode()) == 1


def _list_of(written: Iterable[tuple[str, str]]) -> Waveform:
    """The list of beats a minute, and times of day, as they are written."""
    pairs: list[int] = []
    first = before = None
    for rate, time in written:
        at = _time(time)
        if first is None or before is None:
            first = before = at
        since = before - first + (at - before) % _HALF_DAY
        before = first + since
        pairs += [since, _rate(rate)]
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
        rate = text if text.isdecimal() else Decimal(text).to_integral_value(ROUND_HALF_UP)
        whole = int(rate)
    except (InvalidOperation, ValueError, OverflowError) as odd:
        raise ReadingRefused(UNREADABLE) from odd
    if not 0 < whole <= _MOST_RATE:
        raise ReadingRefused(UNREADABLE)
    return whole
