"""Which Observations at a recipient a group names as its members: a workout, its readings.

An export does not say which reading belongs to a workout. Those do that the same device measured of
the same person wholly within its time, and that are of a kind of which it is made (`kinds.toml`,
``member_of``). Nothing is sent for a group's sake: it names what stands there one by one already,
and what the recipient may still have.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from itertools import islice
from typing import Final

from adapters.kinds import Kind, members_of, tier_of
from adapters.reading import Instant
from gateway.sharing.amending import STANDING
from gateway.sharing.candidates import Candidate
from gateway.sharing.consent import ClockState, ConsentState, Window
from gateway.sharing.decision import windows
from gateway.store.driver import Database
from gateway.store.identity import SeriesRow

MOST_MEMBERS: Final = 1000
"""A group names so many members and no more: some 60 KB of JSON."""

MOST_TRIES: Final = 5
"""A group waits for a member until it was tried so often in vain, then it goes without."""


class Members:
    """Finds the members of groups for one claim; used inside the transaction of `claim.claim`."""

    def __init__(
        self, db: Database, state: ConsentState, grant: str, now: Instant, clock: ClockState
    ) -> None:
        self._db = db
        self._state = state
        self._recipient = state.grants[grant].recipient
        self._purpose = state.grants[grant].purpose
        self._now = now
        self._clock = clock

    def of(self, series: SeriesRow, group: Candidate) -> tuple[str, ...]:
        """Where its members stand, ``"Observation/1"``, by kind and then by time.

        Of each kind all or none, in the order of `kinds.toml`: a kind of which there are too many
        to be named beside those before it is left out.
        """
        found: list[str] = []
        if group.value is None:  # it was taken back, and stands for nothing
            return ()
        for kind in members_of(series.kind):
            if allowed := self._windows(series, kind):
                room = MOST_MEMBERS - len(found)
                those = self._standing(series, kind, group, allowed, room)
                found += those if len(those) <= room else ()
        return tuple(found)

    def are_awaited(self, series: SeriesRow, group: Candidate) -> bool:
        """Whether what may become a member is to be tried again, later than now, and not too often.

        What is due by now has gone before, since groups are claimed last (`claim.plan`).
        """
        first = bisect_left(self._to_be_tried, (group.key.start,))
        last = bisect_left(self._to_be_tried, (group.end + 1,))
        within = {number for _, number in self._to_be_tried[first:last]}
        return bool(within) and any(
            self._windows(series, kind) and within.intersection(self._series(series, kind))
            for kind in members_of(series.kind)
        )

    @cached_property
    def _to_be_tried(self) -> list[tuple[Instant, int]]:
        """Start and series of what is tried again later, in the order of time; mostly nothing."""
        return self._db.conn.execute(
            "SELECT d.start, d.series FROM batch b JOIN delivery d ON d.batch = b.id"
            " WHERE b.state IN ('deferred', 'unknown') AND b.recipient = ? AND b.grain = 'raw'"
            " AND b.not_before > ? AND b.tries < ? AND d.state = b.state"
            " ORDER BY d.start, d.series",
            (self._recipient, self._now, MOST_TRIES),
        ).fetchall()

    def _windows(self, series: SeriesRow, kind: Kind) -> list[Window]:
        """What the recipient may have of a kind, one by one and for the same purpose, now."""
        found = windows(self._state, series.person, kind, self._recipient, self._now, self._clock)
        return [one for one in found if (one.grain, one.purpose) == ("raw", self._purpose)]

    def _series(self, series: SeriesRow, kind: Kind) -> list[int]:
        """What the same device measured of the same person, whichever way it came."""
        rows = self._db.conn.execute(
            "SELECT id FROM series WHERE (person, kind, device) = (?, ?, ?) ORDER BY id",
            (series.person, kind, series.device),
        )
        return [number for (number,) in rows.fetchall()]

    def _standing(
        self, series: SeriesRow, kind: Kind, group: Candidate, allowed: list[Window], most: int
    ) -> list[str]:
        """What stands there of one kind, as it is now; no more than one above ``most``."""
        numbers = self._series(series, kind)
        rows = self._db.conn.execute(
            "SELECT d.reference, d.start, d.start + d.duration"  # noqa: S608  # fixed text
            " FROM delivery d JOIN current_reading r"
            " ON (r.series, r.start, r.duration, r.value, r.nth, r.version)"
            " = (d.series, d.start, d.duration, d.value, d.nth, d.version)"
            f" WHERE d.recipient = ? AND d.series IN ({', '.join('?' * len(numbers))})"
            " AND d.start >= ? AND d.start <= ? AND d.start + d.duration <= ?"
            f" AND r.current_value IS NOT NULL AND d.state IN {STANDING} AND d.reference != ''"
            " ORDER BY d.start, d.series, d.duration, d.value, d.nth",
            (self._recipient, *numbers, group.key.start, group.end, group.end),
        )
        found = (
            reference
            for reference, start, end in rows
            if any(window.covers(start, end) for window in allowed)
        )
        return list(islice(found, most + 1))


def is_group(kind: Kind) -> bool:
    """Whether readings of a kind name others as their members."""
    return tier_of(kind) > 0
