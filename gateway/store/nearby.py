"""What the last look around found; stays here, for an hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.reading import Instant
from gateway.store.driver import Database, transaction


@dataclass(frozen=True, slots=True)
class Nearby:
    """A device that was heard. ``profile`` is empty where nobody knows what it is.

    Attributes:
        title: what a person reads of its profile.
    """

    number: int
    address: str
    name: str
    profile: str
    distance: str
    seen: Instant
    title: str = ""


class LookedAround:
    """The devices of the last look around, by the number that was shown."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def replace(self, found: Sequence[Nearby]) -> None:
        """Remember what was found now, and nothing of before."""
        with transaction(self._db):
            self._db.conn.execute("DELETE FROM nearby")
            self._db.conn.executemany(
                "INSERT INTO nearby VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (o.number, o.address, o.name, o.profile, o.distance, o.seen, o.title)
                    for o in found
                ],
            )

    def list(self) -> list[Nearby]:
        """What was found, by number."""
        rows = self._db.conn.execute(
            "SELECT number, address, name, profile, distance, seen, title FROM nearby"
            " ORDER BY number"
        )
        return [Nearby(*row) for row in rows]

    def number(self, number: int) -> Nearby | None:
        """The device of a number, or None."""
        return next((one for one in self.list() if one.number == number), None)
