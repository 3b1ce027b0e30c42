"""Who lives in this house."""

from __future__ import annotations

import secrets
from base64 import b32encode
from dataclasses import dataclass

from adapters.reading import Instant, PersonKey
from gateway.store.driver import Database


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose readings are kept here. ``born`` is ``YYYY-MM``."""

    key: PersonKey
    name: str
    born: str
    added_at: Instant


class People:
    """The people of this home."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, name: str, born: str, now: Instant) -> PersonKey:
        """Add somebody, under a new random key."""
        key = PersonKey(b32encode(secrets.token_bytes(10)).decode().lower())
        self._db.conn.execute("INSERT INTO person VALUES (?, ?, ?, ?)", (key, name, born, now))
        return key

    def list(self) -> list[Person]:
        """Everybody, in the order in which they were added."""
        rows = self._db.conn.execute(
            "SELECT key, name, born, added_at FROM person ORDER BY added_at, rowid"
        )
        return [Person(PersonKey(key), name, born, at) for key, name, born, at in rows]

    def get(self, key: PersonKey) -> Person | None:
        """One of them, or None."""
        return next((person for person in self.list() if person.key == key), None)
