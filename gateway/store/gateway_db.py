"""The file ``gateway.db``: readings, consent, outbox, audit."""

from __future__ import annotations

from pathlib import Path

from gateway.store.driver import Database, open_database, transaction
from gateway.store.migrations import GATEWAY, bring_up_to_date


def create_gateway(path: Path, key: bytes, *, simulation: bool = False) -> Database:
    """Make the file, and say in it for ever whether this is a simulation."""
    db = open_database(path, key, create=True)
    with transaction(db):
        bring_up_to_date(db, GATEWAY)
        db.conn.execute(
            "INSERT INTO note VALUES ('simulation', ?)", ("yes" if simulation else "no",)
        )
    return db


def open_gateway(path: Path, key: bytes) -> Database:
    """Open the file and bring its tables up to date.

    Raises:
        StoreLocked, StoreDamaged, StoreNotEncrypted: see `open_database`.
        StoreTooNew: a newer version of this program wrote it.
    """
    db = open_database(path, key)
    try:
        bring_up_to_date(db, GATEWAY)
    except BaseException:
        db.close()
        raise
    return db


def is_simulation(db: Database) -> bool:
    """Whether this home was made for simulated devices alone."""
    row = db.conn.execute("SELECT value FROM note WHERE name = 'simulation'").fetchone()
    return row is None or row[0] == "yes"
