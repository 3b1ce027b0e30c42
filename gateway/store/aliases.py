"""Renamed apps, phones and devices: each stays what it was called first. Kept in `local.db`."""

from __future__ import annotations

from adapters.reading import Instant
from gateway.store.driver import Database


def aliases(db: Database) -> dict[str, str]:
    """The key of each new name, and the key that it is known by."""
    return dict(db.conn.execute("SELECT key, known_as FROM alias").fetchall())


def note_alias(db: Database, key: str, known_as: str, at: Instant) -> None:
    """A new name is another one's."""
    db.conn.execute(
        "INSERT INTO alias VALUES (?, ?, ?)"
        " ON CONFLICT (key) DO UPDATE SET known_as = excluded.known_as, at = excluded.at",
        (key, known_as, at),
    )
