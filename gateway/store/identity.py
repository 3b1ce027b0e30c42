"""What makes a reading the same reading, however and how often it comes."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass

from adapters.kinds import Kind
from adapters.reading import DeviceKey, Instant, PersonKey, SourceKey, Value


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """One person's readings of one kind, from one device, by one way.

    ``first`` and ``last`` are the earliest and latest start, None while there is no reading.
    """

    id: int
    person: PersonKey
    kind: Kind
    device: DeviceKey
    source: SourceKey
    simulated: bool
    n: int = 0
    first: Instant | None = None
    last: Instant | None = None


@dataclass(frozen=True, slots=True)
class ReadingId:
    """Where one reading stands in the store: the key of its row."""

    series: int
    start: Instant
    duration: int
    value: Value
    nth: int = 0


def identity_text(series: SeriesRow, start: Instant, duration: int, value: Value, nth: int) -> str:
    """The identity as text: the same for 72, 72.0 and 72.00, on every machine.

    The parts before the start are the series'; none of them holds a line feed.
    """
    return f"{series_text(series)}{start}\n{duration}\n{nth}\n{_plain(value)}"


def record_text(series: SeriesRow, digest: bytes, value: Value, nth: int) -> str:
    """The identity of a reading that a device keeps as a record: its start is no part of it.

    Setting its time right, or fetching it again by another clock, makes no second reading.
    """
    return f"{series_text(series)}record {digest.hex()}\n{nth}\n{_plain(value)}"


def record_digest(identity: bytes, record: str) -> bytes:
    """What is kept of a record's number and uncorrected time: enough to know it again.

    A device's own time of day tells in which zone it is, which stays in ``local.db``.
    """
    return hmac.digest(identity, b"record\0" + record.encode(), hashlib.sha256)[:20]


def series_text(series: SeriesRow) -> str:
    """The part of `identity_text` that all readings of a series share."""
    return f"{series.person}\n{series.kind}\n{series.device}\n{series.source}\n"


def reading_key(
    identity: bytes, series: SeriesRow, start: Instant, duration: int, value: Value, nth: int
) -> str:
    """The keyed, URL-safe name of a reading inside this house: 27 letters."""
    return key_of(identity, identity_text(series, start, duration, value, nth))


def key_of(identity: bytes, text: str) -> str:
    """The keyed name that belongs to an identity text."""
    digest = hmac.digest(identity, b"reading\0" + text.encode(), hashlib.sha256)
    return urlsafe_b64encode(digest[:20]).decode().rstrip("=")


def tombstone_of(identity: bytes, text: str) -> bytes:
    """What is kept of a deleted reading: enough to know it again, nothing to read in it."""
    return hmac.digest(identity, b"deleted\0" + text.encode(), hashlib.sha256)


def _plain(value: Value) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else repr(value)
