"""By what a record that bears no number is told from all others of its device."""

from __future__ import annotations

from datetime import datetime


def stamp(told: datetime | None, user: int | None = None) -> str:
    """The device's own time, uncorrected, and its user; "" where it does not tell the time."""
    if told is None:
        return ""
    return told.isoformat() if user is None else f"{told.isoformat()} of {user}"


def numbered(number: str, user: int | None = None) -> str:
    """The number under which a device keeps it, counted for each user; "" where it has none."""
    return number if user is None or not number else f"{number} of {user}"
