"""Times in which a live stream was not heard."""

from __future__ import annotations

from adapters.reading import DeviceKey, Gap, Instant, PersonKey
from gateway.store.driver import Database, transaction


def open_gap(db: Database, person: PersonKey, device: DeviceKey, since: Instant, why: str) -> None:
    """A stream went silent. A gap that is open already stays the one that counts."""
    with transaction(db):
        open_one = db.conn.execute(
            "SELECT 1 FROM gap WHERE device = ? AND until IS NULL", (device,)
        ).fetchone()
        if open_one is None:
            db.conn.execute(
                "INSERT INTO gap (person, device, since, why) VALUES (?, ?, ?, ?)",
                (person, device, since, why),
            )


def close_gap(db: Database, device: DeviceKey, until: Instant) -> bool:
    """The stream is heard again; False if no gap was open."""
    cursor = db.conn.execute(
        "UPDATE gap SET until = MAX(since, ?) WHERE device = ? AND until IS NULL", (until, device)
    )
    return cursor.rowcount > 0


def note_gap(db: Database, gap: Gap) -> None:
    """Take in a gap as a source tells it: begun, or over.

    The end of a gap whose beginning was noted closes it; a gap that comes whole is kept whole.
    """
    with transaction(db):
        if gap.until is None:
            open_gap(db, gap.person, gap.device, gap.since, gap.why)
            return
        cursor = db.conn.execute(
            "UPDATE gap SET until = ? WHERE device = ? AND since = ?"
            " AND (until IS NULL OR until < ?)",
            (gap.until, gap.device, gap.since, gap.until),
        )
        known = db.conn.execute(
            "SELECT 1 FROM gap WHERE device = ? AND since = ?", (gap.device, gap.since)
        ).fetchone()
        if not cursor.rowcount and not known:
            db.conn.execute(
                "INSERT INTO gap (person, device, since, until, why) VALUES (?, ?, ?, ?, ?)",
                (gap.person, gap.device, gap.since, gap.until, gap.why),
            )


def gaps(db: Database, person: PersonKey, since: Instant, until: Instant) -> list[Gap]:
    """The gaps that touch a time, oldest first; one that still lasts has no end."""
    rows = db.conn.execute(
        "SELECT person, device, since, until, why FROM gap"
        " WHERE person = ? AND since < ? AND COALESCE(until, ?) > ? ORDER BY since",
        (person, until, until, since),
    )
    return [Gap(PersonKey(person), DeviceKey(device), *rest) for person, device, *rest in rows]
