"""Small facts of this home, by name."""

from __future__ import annotations

from gateway.store.driver import Database


class Notes:
    """Text under a name, e.g. whether a notice was seen."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, name: str, default: str = "") -> str:
        """The text under a name, or the default."""
        row = self._db.conn.execute("SELECT value FROM note WHERE name = ?", (name,)).fetchone()
        return default if row is None else str(row[0])

    def set(self, name: str, value: str) -> None:
        """Write the text under a name.

        Raises:
            IntegrityError: for ``simulation``, which was said when the home was made.
        """
        self._db.conn.execute(
            "INSERT INTO note VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )
