"""Whose each user number of a device is: said once, by a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from adapters.reading import DeviceKey, Instant, PersonKey
from gateway.store.driver import Database

_ALL_OTHERS: Final = 0xFF
"""The row that says whose all other numbers are: no user has this one (`Whose.UNKNOWN_USER`)."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One user number of a device; ``person`` is None where it is nobody's of this house."""

    device: DeviceKey
    user: int
    person: PersonKey | None
    at: Instant


class Slots:
    """The user numbers of this home's devices."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def list(self, device: DeviceKey | None = None) -> list[Slot]:
        """Every one of which somebody said whose it is; of one device, or of all."""
        rows = self._db.conn.execute(
            "SELECT device, user, person, at FROM slot WHERE (?1 IS NULL OR device = ?1)"
            " AND user != ?2 ORDER BY device, user",
            (device, _ALL_OTHERS),
        )
        return [Slot(*row) for row in rows]

    def get(self, device: DeviceKey, user: int) -> Slot | None:
        """One, or None where nobody said whose it is."""
        return next((one for one in self.list(device) if one.user == user), None)

    def set(self, slot: Slot) -> None:
        """Write down whose it is from now on."""
        self._db.conn.execute(
            "INSERT INTO slot VALUES (?, ?, ?, ?) ON CONFLICT (device, user) DO UPDATE"
            " SET person = excluded.person, at = excluded.at",
            (slot.device, slot.user, slot.person, slot.at),
        )

    def take_back(self, device: DeviceKey, user: int) -> None:
        """Nobody said whose it is."""
        self._db.conn.execute("DELETE FROM slot WHERE (device, user) = (?, ?)", (device, user))

    def all_others(self) -> dict[DeviceKey, PersonKey]:
        """Whose all other numbers are, and whom a device does not know: of one person's devices."""
        rows = self._db.conn.execute(
            "SELECT device, person FROM slot WHERE user = ?", (_ALL_OTHERS,)
        )
        return {DeviceKey(device): PersonKey(person) for device, person in rows}

    def set_all_others(self, device: DeviceKey, person: PersonKey | None, at: Instant) -> None:
        """From now on all other numbers are this person's; None: it is asked of each."""
        if person is None:
            self.take_back(device, _ALL_OTHERS)
        else:
            self.set(Slot(device, _ALL_OTHERS, person, at))

    def forget(self, device: DeviceKey) -> None:
        """Forget all of a device."""
        self._db.conn.execute("DELETE FROM slot WHERE device = ?", (device,))
