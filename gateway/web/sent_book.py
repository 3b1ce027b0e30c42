"""What was sent, what waits, and why something stays here. Runs in the store's thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from adapters.kinds import Kind
from adapters.reading import Instant, PersonKey
from gateway.sharing.amending import NO_PLACE
from gateway.sharing.consent import ClockState, Reason, Request, shareable_kinds
from gateway.sharing.decision import decide
from gateway.sharing.ledger import Ledger
from gateway.sharing.recipients import Recipient
from gateway.sharing.sent import Without, without
from gateway.store.driver import Database
from gateway.store.readings import Readings

_BATCHES: Final = 400
_REFUSALS: Final = 50


@dataclass(frozen=True, slots=True)
class SentRow:
    """Readings of one kind in one request.

    Attributes:
        batch: the request's number. consent: the grant that it was sent under.
        state: sending, sent, already, rejected, deferred, unknown or cancelled.
        sha256: of the bytes that left, hex; empty before.
    """

    batch: int
    at: Instant
    recipient: str
    kind: Kind
    state: str
    n: int
    consent: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reading that the recipient refused, or a correction that waits for it.

    Attributes:
        outcome: what the recipient said; a word of `words.STUCK` where it is ours to say.
    """

    recipient: str
    kind: Kind
    at: Instant
    outcome: str


@dataclass(frozen=True, slots=True)
class StaysHere:
    """A kind that is not sent to a recipient, and why."""

    recipient: str
    kind: Kind
    n: int
    reason: Reason


class SentBook:
    """Everything about what left this house."""

    def __init__(self, db: Database, readings: Readings, ledger: Ledger) -> None:
        self._db = db
        self._readings = readings
        self._ledger = ledger

    def requests(self, person: PersonKey, before: int = 0) -> tuple[list[SentRow], int]:
        """The newest requests, newest first.

        Args:
            person: whose.
            before: go on below this request; 0 for the newest.

        Returns:
            their rows, and the number to go on below; 0 when there are no more.
        """
        batches = self._db.conn.execute(
            "SELECT b.id FROM batch b JOIN recipient r ON r.key = b.recipient"
            " WHERE r.person = ? AND (? = 0 OR b.id < ?) ORDER BY b.id DESC LIMIT ?",
            (person, before, before, _BATCHES),
        ).fetchall()
        if not batches:
            return [], 0
        lowest, highest = batches[-1][0], batches[0][0]
        rows = self._db.conn.execute(
            "SELECT b.id, COALESCE(b.answered_at, b.claimed_at), b.recipient, s.kind, d.state,"
            " COUNT(*), b.consent, lower(hex(b.sha256))"
            " FROM batch b JOIN recipient r ON r.key = b.recipient"
            " JOIN delivery d ON d.batch = b.id JOIN series s ON s.id = d.series"
            " WHERE r.person = ? AND b.id BETWEEN ? AND ?"
            " GROUP BY b.id, s.kind, d.state ORDER BY b.id DESC, s.kind",
            (person, lowest, highest),
        )
        return [SentRow(*row) for row in rows], (lowest if len(batches) == _BATCHES else 0)

    def totals(self, person: PersonKey) -> dict[str, dict[str, dict[str, int]]]:
        """How many there are by recipient, kind and state, ever."""
        found: dict[str, dict[str, dict[str, int]]] = {}
        for recipient, kind, state, n in self._db.conn.execute(
            "SELECT c.recipient, c.kind, c.state, c.n FROM delivery_count c"
            " JOIN recipient r ON r.key = c.recipient WHERE r.person = ? AND c.n > 0"
            " ORDER BY c.kind",
            (person,),
        ):
            found.setdefault(recipient, {}).setdefault(kind, {})[state] = n
        return found

    def waiting(self, person: PersonKey) -> dict[str, dict[str, int]]:
        """How many stretches of readings wait, by recipient and kind."""
        found: dict[str, dict[str, int]] = {}
        for recipient, kind, n in self._db.conn.execute(
            "SELECT w.recipient, s.kind, COUNT(*) FROM waiting w"
            " JOIN series s ON s.id = w.series JOIN recipient r ON r.key = w.recipient"
            " WHERE r.person = ? GROUP BY w.recipient, s.kind ORDER BY s.kind",
            (person,),
        ):
            found.setdefault(recipient, {})[kind] = n
        return found

    def refusals(self, person: PersonKey) -> list[Refusal]:
        """The newest readings that a recipient refused, and corrections that stand nowhere yet."""
        rows = self._db.conn.execute(
            "SELECT d.recipient, s.kind, d.start, d.outcome FROM delivery d"
            " JOIN recipient r ON r.key = d.recipient JOIN series s ON s.id = d.series"
            " WHERE (d.state = 'rejected' OR d.state NOT IN ('sent', 'already') AND d.outcome = ?)"
            " AND d.recipient = r.key AND r.person = ? ORDER BY d.batch DESC LIMIT ?",
            (NO_PLACE, person, _REFUSALS),
        )
        return [Refusal(*row) for row in rows]

    def without(self, person: PersonKey) -> list[Without]:
        """What the person's readings went without at their recipients, and how often."""
        return without(self._db, person)

    def stays(
        self, person: PersonKey, recipients: Sequence[Recipient], now: Instant, clock: ClockState
    ) -> list[StaysHere]:
        """What was measured and would not be sent now, with the reason, for each recipient."""
        state = self._ledger.state()
        counts: dict[Kind, int] = {}
        newest: dict[Kind, Instant] = {}
        for series in self._readings.series(person):
            if series.n and series.last is not None:
                counts[series.kind] = counts.get(series.kind, 0) + series.n
                newest[series.kind] = max(newest.get(series.kind, 0), series.last)
        found = []
        for recipient in recipients:
            for kind in shareable_kinds():
                if kind not in newest:
                    continue
                measured = (newest[kind], newest[kind])
                decisions = [
                    decide(
                        state, Request(person, kind, recipient.key, purpose), measured, now, clock
                    )
                    for purpose in recipient.invitation.purposes
                ]
                if not any(decision.permit for decision in decisions):
                    reasons = [d.reason for d in decisions if d.reason is not Reason.NO_GRANT]
                    reason = reasons[0] if reasons else Reason.NO_GRANT
                    found.append(StaysHere(recipient.key, kind, counts[kind], reason))
        return found
