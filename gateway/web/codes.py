"""One-time codes for the sign-in link that the terminal prints.

A code is 256 random bits, opens once, and is over after ten minutes. The store keeps its SHA-256,
so a copy of the store opens nothing, and any command of this home may make one.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Final

from adapters.reading import Instant, PersonKey
from gateway.store.driver import Database, transaction
from gateway.store.sessions import IDLE, LONGEST

CODE_LIFE: Final = 10 * 60_000
_NAME: Final = "sign_in:"


def session_name(token: str) -> str:
    """What the ledger and the audit call a session; the beginning of its digest opens nothing."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]


class Codes:
    """The codes of this home."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def make(self, person: PersonKey, now: Instant) -> str:
        """A new code for a person; codes that are over are forgotten."""
        code = secrets.token_urlsafe(32)
        kept = json.dumps({"person": person, "until": now + CODE_LIFE})
        with transaction(self._db):
            rows = self._db.conn.execute(
                "SELECT name, value FROM note WHERE name LIKE ?", (f"{_NAME}%",)
            ).fetchall()
            over = [(name,) for name, value in rows if json.loads(value)["until"] <= now]
            self._db.conn.executemany("DELETE FROM note WHERE name = ?", over)
            self._db.conn.execute("INSERT INTO note VALUES (?, ?)", (_named(code), kept))
        return code

    def use(self, code: str, now: Instant) -> PersonKey | None:
        """Whose code this is; None if there is no such code, or no longer. It is used up."""
        with transaction(self._db):
            row = self._db.conn.execute(
                "SELECT value FROM note WHERE name = ?", (_named(code),)
            ).fetchone()
            self._db.conn.execute("DELETE FROM note WHERE name = ?", (_named(code),))
        if row is None:
            return None
        kept = json.loads(row[0])
        return PersonKey(kept["person"]) if now < kept["until"] else None

    def still_signed_in(self, token: str, now: Instant) -> bool:
        """Whether a session goes on, without counting this as use.

        A page that updates itself asks this way: it must not keep an empty chair signed in.
        """
        row = self._db.conn.execute(
            "SELECT made_at, used_at FROM session WHERE digest = ?",
            (hashlib.sha256(token.encode()).digest(),),
        ).fetchone()
        return row is not None and now - row[0] < LONGEST and now - row[1] < IDLE


def _named(code: str) -> str:
    return _NAME + hashlib.sha256(code.encode()).hexdigest()
