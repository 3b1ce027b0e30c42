"""Readings of which nobody knows whose they are: they wait here, and are never sent."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from adapters.errors import ReadingRefused
from adapters.kinds import Kind
from adapters.local_events import Unclaimed
from adapters.reading import (
    ClockLook,
    DeviceKey,
    Instant,
    ReadingBatch,
    Value,
    canonical,
    flags_of,
)
from gateway.store.driver import Database

_COLUMNS = (
    "id, device, user, kind, start, duration, value, decimals, nth, flags, record, at, live,"
    " look_at, ahead_ms"
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One reading that waits for somebody to say whose it is.

    Attributes:
        number: by which a person names it; it stays the same while it waits.
        user: by which number the device tells its users apart.
        record: as in `adapters.reading.ReadingBatch.records`.
        at: when it came.
        live: whether it came as it was measured, one of a stream maybe.
        look: as in `adapters.reading.Reading`.
    """

    number: int
    device: DeviceKey
    user: int
    kind: Kind
    start: Instant
    duration: int
    value: Value
    decimals: int
    nth: int
    flags: int
    record: str
    at: Instant
    live: bool
    look: ClockLook | None = None


def note_unclaimed(db: Database, event: Unclaimed) -> None:
    """Let a reading wait; once, however often it comes, and not again once it was answered.

    One whose value is not of its kind is left out, as the readings of known people are.
    """
    reading = event.reading
    try:
        value, decimals = canonical(reading)
        flags = flags_of(reading)
    except ReadingRefused:
        return
    digest = _digest(
        event.device, event.user, reading.kind, event.record, reading.nth, value,
        reading.start, reading.duration,
    )  # fmt: skip
    if db.conn.execute("SELECT 1 FROM answered WHERE digest = ?", (digest,)).fetchone():
        return
    db.conn.execute(
        "INSERT INTO unclaimed (digest, device, user, kind, start, duration, value, decimals,"
        " nth, flags, record, at, live, look_at, ahead_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (digest) DO NOTHING",
        (
            digest,
            event.device,
            event.user,
            reading.kind,
            reading.start,
            reading.duration,
            value,
            decimals,
            reading.nth,
            flags,
            event.record,
            event.at,
            event.live,
            reading.look.at if reading.look else None,
            reading.look.ahead if reading.look else None,
        ),
    )


def waiting(
    db: Database, device: DeviceKey | None = None, user: int | None = None
) -> list[Waiting]:
    """What waits, of all devices or one, of all its users or one; oldest measurements first."""
    rows = db.conn.execute(
        f"SELECT {_COLUMNS} FROM unclaimed WHERE (?1 IS NULL OR device = ?1)"  # noqa: S608  # our own column names
        " AND (?2 IS NULL OR user = ?2) ORDER BY device, user, start, id",
        (device, user),
    )
    return [_waiting(*row) for row in rows]


def _waiting(*row: Any) -> Waiting:
    *told, look_at, ahead = row
    found = Waiting(*told)
    look = None if look_at is None else ClockLook(look_at, ahead)
    return replace(found, live=bool(found.live), look=look)


def waiting_by_user(db: Database) -> dict[tuple[DeviceKey, int], int]:
    """How many readings wait of each user of each device."""
    rows = db.conn.execute("SELECT device, user, COUNT(*) FROM unclaimed GROUP BY device, user")
    return {(DeviceKey(device), int(user)): int(n) for device, user, n in rows}


def is_asked(db: Database, user: int, batch: ReadingBatch, row: int) -> bool:
    """Whether a reading of a batch waits, or was answered, as one of this user of its device."""
    digest = _digest(
        batch.device, user, batch.kind, batch.records[row] if batch.records else "",
        batch.nths[row], batch.values[row], batch.starts[row], batch.durations[row],
    )  # fmt: skip
    found = db.conn.execute(
        "SELECT 1 FROM answered WHERE digest = ?1"
        " UNION ALL SELECT 1 FROM unclaimed WHERE digest = ?1",
        (digest,),
    ).fetchone()
    return found is not None


def answered(db: Database, those: Sequence[Waiting], at: Instant) -> None:
    """Somebody said whose these are, or nobody's: they wait no more, and do not come back."""
    numbers = [(at, one.number) for one in those]
    db.conn.executemany(
        "INSERT INTO answered SELECT digest, ? FROM unclaimed WHERE id = ? ON CONFLICT DO NOTHING",
        numbers,
    )
    db.conn.executemany("DELETE FROM unclaimed WHERE id = ?", [(one.number,) for one in those])


def _digest(
    device: DeviceKey, user: int, kind: Kind, record: str, nth: int, value: Value,
    start: Instant, duration: int,
) -> bytes:  # fmt: skip
    """What makes it the same reading: its record, or where it has none its time."""
    which = record or f"@{start}+{duration}"
    parts = (device, user, kind, which, nth, value)
    return hashlib.sha256("\n".join(map(str, parts)).encode()).digest()
