"""How the clocks of devices stood to ours when they were read; stays here."""

from __future__ import annotations

from adapters.local_events import ClockSeen
from adapters.reading import DeviceKey, Instant
from gateway.store.driver import Database

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
    return [ClockSeen(DeviceKey(key), at, ahead, bool(was)) for key, at, ahead, was in rows]


def let_go_of_clocks(db: Database, before: Instant) -> None:
    """Let go of older looks; the newest at each clock stays."""
    db.conn.execute(
        "DELETE FROM clock_seen AS old WHERE at < ? AND EXISTS"
        " (SELECT 1 FROM clock_seen newer WHERE newer.device = old.device AND newer.at > old.at)",
        (before,),
    )
