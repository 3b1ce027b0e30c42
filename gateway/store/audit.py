"""The audit trail: who did what, each entry chained to the one before by SHA-256."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from adapters.reading import Instant
from gateway.store.driver import Database, in_transaction, transaction
from gateway.store.errors import ChainBroken
from gateway.store.heads import Anchor

_LABEL = b"health-gateway audit v1\0"
_FIRST = bytes(32)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act. ``detail`` holds names and counts, never a value of a reading."""

    seq: int
    at: Instant
    actor: str
    act: str
    hash: bytes
    detail: Mapping[str, str | int]


def _hash(prev: bytes, seq: int, at: Instant, actor: str, act: str, detail: str) -> bytes:
    text = json.dumps([seq, at, actor, act, detail], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(_LABEL + prev + text.encode()).digest()


class Audit:
    """The audit trail of this home.

    Args:
        db: ``gateway.db``.
        anchor: where the newest entry is kept apart, so that a trail cut short is noticed.
    """

    def __init__(self, db: Database, anchor: Anchor | None = None) -> None:
        self._db = db
        self._anchor = anchor

    def note(
        self, at: Instant, actor: str, act: str, detail: Mapping[str, str | int] | None = None
    ) -> int:
        """Write down an act and give its number; within a transaction it belongs to that one."""
        text = json.dumps(detail or {}, ensure_ascii=False, sort_keys=True)
        inside = in_transaction(self._db)
        with transaction(self._db):
            seq, prev = self._db.conn.execute(
                "SELECT seq, hash FROM audit UNION ALL SELECT 0, ? ORDER BY seq DESC LIMIT 1",
                (_FIRST,),
            ).fetchone()
            made = _hash(prev, seq + 1, at, actor, act, text)
            self._db.conn.execute(
                "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?)",
                (seq + 1, at, actor, act, text, prev, made),
            )
        if self._anchor is not None and not inside:
            self._anchor.set_head("audit", seq + 1, made)
        return int(seq) + 1

    def entries(self, after: int = 0, limit: int = 1000) -> list[AuditEntry]:
        """Entries after a number, oldest first."""
        rows = self._db.conn.execute(
            "SELECT seq, at, actor, act, hash, detail FROM audit WHERE seq > ?"
            " ORDER BY seq LIMIT ?",
            (after, limit),
        )
        return [
            AuditEntry(seq, at, actor, act, made, json.loads(detail))
            for seq, at, actor, act, made, detail in rows
        ]

    def verify(self) -> int:
        """Check every link, and say how many entries there are.

        Raises:
            ChainBroken: an entry was changed, left out or put in; says which.
        """
        prev, seq = _FIRST, 0
        for seq, row in enumerate(self._all(), 1):
            at, actor, act, detail, said_prev, said_hash = row[1:]
            if (row[0], said_prev) != (seq, prev) or said_hash != _hash(
                prev, seq, at, actor, act, detail
            ):
                raise ChainBroken("The audit trail was changed.", seq)
            prev = said_hash
        return seq

    def _all(self) -> Iterator[tuple[int, int, str, str, str, bytes, bytes]]:
        yield from self._db.conn.execute(
            "SELECT seq, at, actor, act, detail, prev, hash FROM audit ORDER BY seq"
        )
