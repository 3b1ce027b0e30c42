"""How the clocks of devices stood to ours when they were read; stays here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from adapters.local_events import ClockSeen
from adapters.reading import DeviceKey, Instant
from gateway.store.driver import Database

FAR: Final = 15 * 60_000
"""A clock that is further off, ms, is not believed; as `adapters.ble.device_clock.DRIFT_WITHIN`."""

_COLUMNS = "device, at, ahead_ms, was_set"


def note_clock(db: Database, seen: ClockSeen) -> None:
    """Write down one look at a clock; the same look again changes nothing."""
    db.conn.execute(
        "INSERT INTO clock_seen VALUES (?, ?, ?, ?)"
        " ON CONFLICT (device, at) DO UPDATE"
        " SET ahead_ms = excluded.ahead_ms, was_set = MAX(was_set, excluded.was_set)",
        (seen.device, seen.at, seen.ahead_ms, seen.was_set),
    )


def clocks_seen(db: Database, device: DeviceKey, limit: int = 100) -> list[ClockSeen]:
    """The looks at a device's clock, newest first."""
    rows = db.conn.execute(
        f"SELECT {_COLUMNS} FROM clock_seen WHERE device = ? ORDER BY at DESC LIMIT ?",  # noqa: S608  # our own column names
        (device, limit),
    )
    return [_seen(row) for row in rows]


def far_off(db: Database, device: DeviceKey, until: Instant) -> ClockSeen | None:
    """The newest look, up to a moment, at which the clock was too far off to be believed."""
    rows = db.conn.execute(
        f"SELECT {_COLUMNS} FROM clock_seen WHERE device = ? AND at <= ? AND ABS(ahead_ms) > ?"  # noqa: S608  # our own column names
        " ORDER BY at DESC LIMIT 1",
        (device, until, FAR),
    )
    return next(map(_seen, rows), None)


def far_off_between(
    db: Database, device: DeviceKey, after: Instant, until: Instant
) -> list[ClockSeen]:
    """The looks behind a moment and up to another at which it was too far off, oldest first."""
    rows = db.conn.execute(
        f"SELECT {_COLUMNS} FROM clock_seen"  # noqa: S608  # our own column names
        " WHERE device = ? AND at > ? AND at <= ? AND ABS(ahead_ms) > ? ORDER BY at",
        (device, after, until, FAR),
    )
    return [_seen(row) for row in rows]


def set_after(db: Database, seen: ClockSeen) -> ClockSeen | None:
    """The look, this one or a later, with which the clock was set right; None where none was."""
    rows = db.conn.execute(
        f"SELECT {_COLUMNS} FROM clock_seen WHERE device = ? AND at >= ? AND was_set"  # noqa: S608  # our own column names
        " ORDER BY at LIMIT 1",
        (seen.device, seen.at),
    )
    return next(map(_seen, rows), None)


def let_go_of_clocks(db: Database, before: Instant, kept: Iterable[ClockSeen] = ()) -> None:
    """Let go of older looks; the newest at each clock stays, and those that are named."""
    old = db.conn.execute(
        "SELECT device, at FROM clock_seen AS old WHERE at < ? AND EXISTS"
        " (SELECT 1 FROM clock_seen newer WHERE newer.device = old.device AND newer.at > old.at)",
        (before,),
    ).fetchall()
    needed = {(one.device, one.at) for one in kept}
    db.conn.executemany(
        "DELETE FROM clock_seen WHERE (device, at) = (?, ?)",
        [one for one in old if one not in needed],
    )


def _seen(row: tuple[str, Instant, int, int]) -> ClockSeen:
    device, at, ahead, was_set = row
    return ClockSeen(DeviceKey(device), at, ahead, bool(was_set))
