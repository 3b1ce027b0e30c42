"""Whether a reading is here already, whosever it is."""

from __future__ import annotations

from adapters.kinds import Kind
from adapters.reading import DeviceKey, Instant, Value
from gateway.store.driver import Database
from gateway.store.identity import record_digest


def is_here(
    db: Database, identity: bytes, device: DeviceKey, kind: Kind, record: str,
    row: tuple[Instant, int, Value, int],
) -> bool:  # fmt: skip
    """Whether somebody has this reading of a device.

    Args:
        db: the database of ``gateway.db``.
        identity: the key of identities.
        device: what measured it.
        kind: what was measured.
        record: as in `adapters.reading.ReadingBatch.records`.
        row: its start, duration, value and nth.
    """
    if record:
        table, same = "record", "r.digest = ? AND r.value = ? AND r.nth = ?"
        values: tuple[object, ...] = (record_digest(identity, record), *row[2:])
    else:
        table, same = "reading", "(r.start, r.duration, r.value, r.nth) = (?, ?, ?, ?)"
        values = row
    found = db.conn.execute(
        f"SELECT 1 FROM series s CROSS JOIN {table} r ON r.series = s.id AND {same}"  # noqa: S608  # fixed text
        " WHERE s.device = ? AND s.kind = ? LIMIT 1",
        (*values, device, kind),
    ).fetchone()
    return found is not None
