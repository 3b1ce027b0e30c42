"""Up to which number the stored records of a device have come in; stays here."""

from __future__ import annotations

from adapters.local_events import Synced
from adapters.reading import DeviceKey, Instant
from gateway.store.driver import Database


def note_synced(db: Database, synced: Synced) -> None:
    """Write down how far it came; what was said later counts, also where it is a lower number.

    A device whose numbers began anew is asked from the beginning again.
    """
    db.conn.execute(
        "INSERT INTO synced VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (device, characteristic, session) DO UPDATE"
        " SET number = excluded.number, at = excluded.at WHERE excluded.at >= at",
        (synced.device, synced.characteristic, synced.session, synced.number, synced.at),
    )


def synced_to(db: Database, device: DeviceKey, characteristic: str, session: str) -> int | None:
    """The number up to which everything is here, or None where nothing is known."""
    row = db.conn.execute(
        "SELECT number FROM synced WHERE (device, characteristic, session) = (?, ?, ?)",
        (device, characteristic, session),
    ).fetchone()
    return None if row is None else int(row[0])


def synced_at(db: Database, device: DeviceKey, characteristic: str, session: str) -> Instant | None:
    """When that was noted, or None where nothing is known."""
    row = db.conn.execute(
        "SELECT at FROM synced WHERE (device, characteristic, session) = (?, ?, ?)",
        (device, characteristic, session),
    ).fetchone()
    return None if row is None else Instant(row[0])
