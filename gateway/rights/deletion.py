"""A person deletes readings: gone from the store, and not brought back by an import."""

from __future__ import annotations

from adapters.kinds import Kind
from adapters.reading import Instant, PersonKey
from gateway.app import House


def delete_readings(
    house: House, person: PersonKey, kind: Kind, first: Instant, last: Instant, *, at: Instant
) -> int:
    """Delete what starts from first to last, both included; says how many readings.

    A keyed digest of each stays. What waits to be sent of them is cancelled; what was sent stays
    recorded as sent.

    Source: docs/privacy.md, E5.
    """
    deleted = sum(
        house.readings.delete(series.id, first, last, at)
        for series in house.readings.series(person, kind)
    )
    house.audit.note(at, f"person:{person}", "delete", {"kind": kind, "readings": deleted})
    return deleted
