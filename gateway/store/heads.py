"""Heads: where each growing table of ``gateway.db`` ended, kept apart in the other file.

A damaged write-ahead log loses its last commits without a word. So the highest intake number, and
the newest entries of ledger and audit trail, are also noted in ``local.db`` and compared whenever
the home is opened. What comes next moves the heads on, so a loss is written down before that.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from gateway.store.driver import Database

_TABLES = {"intake": "arrivals of readings", "ledger": "consent entries", "audit": "audit entries"}

ACCEPTED = ("intake", "audit")
"""Tables whose loss is written down and gone on from."""


class Anchor(Protocol):
    """Where heads are kept: `LocalStore`."""

    def head(self, what: str) -> tuple[int, bytes] | None:
        """The number and hash that were noted last."""
        ...

    def set_head(self, what: str, seq: int, hash: bytes) -> None:
        """Note a number and its hash."""
        ...


def check_heads(
    gateway: Database, anchor: Anchor, tables: Iterable[str] = tuple(_TABLES)
) -> list[str]:
    """One sentence for each table that ends before, or other than, its head says."""
    found = []
    for table in tables:
        words, head = _TABLES[table], anchor.head(table)
        if head is None:
            continue
        seq, noted = head
        highest = _highest(gateway, table)
        if highest < seq:
            found.append(
                f"The store was cut short: the last {seq - highest} {words} are missing."
                " Import again, or restore a backup."
            )
        elif noted and seq and _hash_at(gateway, table, seq) != noted:
            found.append(f"The {words} are not those that were written. Restore a backup.")
    return found


def accept_heads(gateway: Database, anchor: Anchor) -> None:
    """Go on from what is there, after the loss was written down. The ledger is not accepted."""
    for table in ACCEPTED:
        highest = _highest(gateway, table)
        hash_ = b"" if table == "intake" else _hash_at(gateway, table, highest)
        anchor.set_head(table, highest, hash_)


def _highest(db: Database, table: str) -> int:
    row = db.conn.execute(f"SELECT COALESCE(MAX(seq), 0) FROM {table}").fetchone()  # noqa: S608
    return int(row[0])


def _hash_at(db: Database, table: str, seq: int) -> bytes:
    row = db.conn.execute(f"SELECT hash FROM {table} WHERE seq = ?", (seq,)).fetchone()  # noqa: S608
    return b"" if row is None else bytes(row[0])
