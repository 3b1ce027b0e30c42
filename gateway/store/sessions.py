"""Who is signed in to the pages of this house; only a digest of each token is kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from adapters.reading import Instant, PersonKey
from gateway.store.driver import Database

IDLE = 15 * 60_000
LONGEST = 8 * 3_600_000
_WRITE_EVERY = 60_000


@dataclass(frozen=True, slots=True)
class Session:
    """A person at a page. ``form_token`` stands in every form that changes something."""

    person: PersonKey
    form_token: str
    made_at: Instant
    used_at: Instant


class Sessions:
    """The sessions of this home: idle for 15 minutes, or 8 hours old, they are over."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def make(self, person: PersonKey, now: Instant) -> tuple[str, Session]:
        """Begin a session; the token is for the cookie and is kept nowhere."""
        token, form_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self._db.conn.execute(
            "DELETE FROM session WHERE made_at <= ? OR used_at <= ?", (now - LONGEST, now - IDLE)
        )
        self._db.conn.execute(
            "INSERT INTO session VALUES (?, ?, ?, ?, ?)",
            (_digest(token), person, now, now, form_token),
        )
        return token, Session(person, form_token, now, now)

    def use(self, token: str, now: Instant) -> Session | None:
        """The session of a token, or None if it is over; using it keeps it from going idle."""
        row = self._db.conn.execute(
            "SELECT person, form_token, made_at, used_at FROM session WHERE digest = ?",
            (_digest(token),),
        ).fetchone()
        if row is None:
            return None
        session = Session(*row)
        if now - session.made_at >= LONGEST or now - session.used_at >= IDLE:
            self.end(token)
            return None
        if now - session.used_at >= _WRITE_EVERY:
            self._db.conn.execute(
                "UPDATE session SET used_at = ? WHERE digest = ?", (now, _digest(token))
            )
        return session

    def end(self, token: str) -> None:
        """Sign out."""
        self._db.conn.execute("DELETE FROM session WHERE digest = ?", (_digest(token),))

    def end_all(self, person: PersonKey | None = None) -> None:
        """Sign out everywhere: one person, or everybody."""
        self._db.conn.execute("DELETE FROM session WHERE ? IS NULL OR person = ?", (person, person))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
