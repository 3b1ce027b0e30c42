"""The codes by which devices let the data of one of their users be read; they stay here."""

from __future__ import annotations

from adapters.reading import DeviceKey
from gateway.store.driver import Database

HIGHEST_CODE = 9999
"""User Data Service 1.1, 3.2.2: a consent code is 0 to 9999."""


def set_code(db: Database, device: DeviceKey, user: int, code: int) -> None:
    """Keep the code that a person read off the device."""
    db.conn.execute(
        "INSERT INTO consent_code VALUES (?, ?, ?)"
        " ON CONFLICT (device, user) DO UPDATE SET code = excluded.code",
        (device, user, code),
    )


def forget_code(db: Database, device: DeviceKey, user: int) -> None:
    """Keep the code of a user number no longer."""
    db.conn.execute("DELETE FROM consent_code WHERE (device, user) = (?, ?)", (device, user))


def codes_of(db: Database, device: DeviceKey) -> dict[int, int]:
    """The code of each user number of a device that somebody told us."""
    rows = db.conn.execute("SELECT user, code FROM consent_code WHERE device = ?", (device,))
    return dict(rows.fetchall())
