"""What was sent, to whom, under which consent; what waits, and what does not go and why."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.kinds import Kind
from adapters.reading import Instant, PersonKey, Value
from gateway.sharing.amending import NO_PLACE
from gateway.sharing.deliveries import CLAIMABLE, counts
from gateway.sharing.names import NOWHERE
from gateway.store.driver import Database

__all__ = [
    "Day", "Refusal", "SentReading", "Without", "cancelled_since", "counts", "days", "readings",
    "refusals", "totals", "waiting", "without",
]  # fmt: skip

_DAY_MS = 86_400_000
MOST_COUNTED = 100_000
"""Counting of what waits stops here: "100,000 or more" says enough, and pages stay quick."""


@dataclass(frozen=True, slots=True)
class Day:
    """What one recipient got on one UTC day of one kind under one grant."""

    day: Instant
    recipient: str
    consent: str
    kind: Kind
    state: str
    n: int


@dataclass(frozen=True, slots=True)
class SentReading:
    """One Observation, where it stands and in which batch it went."""

    recipient: str
    kind: Kind
    series: int
    start: Instant
    duration: int
    value: Value
    nth: int
    version: int
    state: str
    reference: str
    outcome: str
    consent: str
    batch: int
    claimed_at: Instant | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """What did not go for one reason: refused by the recipient, or kept here."""

    recipient: str
    kind: Kind
    state: str
    outcome: str
    n: int


@dataclass(frozen=True, slots=True)
class Without:
    """What readings refer to and a recipient did not take, so that they went without it.

    ``what`` is a word of `words.WITHOUT`.
    """

    recipient: str
    what: str
    n: int


def days(db: Database, recipient: str | None = None, limit: int = 400) -> list[Day]:
    """What was sent per day, recipient, grant, kind and state, newest day first."""
    return [
        Day(row[0] * _DAY_MS, row[1], row[2], Kind(row[3]), row[4], row[5])
        for row in db.conn.execute(
            "SELECT b.claimed_at / ?, b.recipient, b.consent, s.kind, d.state, COUNT(*)"
            " FROM batch b JOIN delivery d ON d.batch = b.id JOIN series s ON s.id = d.series"
            " WHERE (? IS NULL OR b.recipient = ?)"
            " GROUP BY 1, 2, 3, 4, 5 ORDER BY 1 DESC, 2, 4, 5 LIMIT ?",
            (_DAY_MS, recipient, recipient, limit),
        )
    ]


def readings(
    db: Database, recipient: str | None = None, limit: int = 200, before: int | None = None
) -> list[SentReading]:
    """Single Observations, newest batch first; ``before`` is the batch to go on from."""
    return [
        SentReading(row[0], Kind(row[1]), *row[2:])
        for row in db.conn.execute(
            "SELECT d.recipient, s.kind, d.series, d.start, d.duration, d.value, d.nth,"
            " d.version, d.state,"
            " d.reference, d.outcome, b.consent, b.id, b.claimed_at"
            " FROM batch b JOIN delivery d ON d.batch = b.id JOIN series s ON s.id = d.series"
            " WHERE (? IS NULL OR b.recipient = ?) AND (? IS NULL OR b.id < ?)"
            " ORDER BY b.id DESC, d.series, d.start LIMIT ?",
            (recipient, recipient, before, before, limit),
        )
    ]


def totals(db: Database) -> list[tuple[str, Kind, str, int]]:
    """How many Observations are in each state, by recipient and kind, kept as they change."""
    return [
        (row[0], Kind(row[1]), row[2], row[3])
        for row in db.conn.execute(
            "SELECT recipient, kind, state, n FROM delivery_count WHERE n > 0 ORDER BY 1, 2, 3"
        )
    ]


def refusals(db: Database, recipient: str | None = None) -> list[Refusal]:
    """What was refused, withheld or stuck, by reason, the most frequent first."""
    return [
        Refusal(row[0], Kind(row[1]), row[2], row[3], row[4])
        for row in db.conn.execute(
            "SELECT d.recipient, s.kind, d.state, d.outcome, COUNT(*) FROM delivery d"
            " JOIN series s ON s.id = d.series WHERE d.state NOT IN ('sent', 'already')"
            " AND (d.state IN ('rejected', 'withheld') OR d.outcome = ?)"
            " AND (? IS NULL OR d.recipient = ?)"
            " GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC",
            (NO_PLACE, recipient, recipient),
        )
    ]


def without(db: Database, person: PersonKey | None = None) -> list[Without]:
    """What readings went without at each recipient, of one person's recipients or of all."""
    return [
        Without(*row)
        for row in db.conn.execute(
            "SELECT m.recipient, SUBSTR(m.what, 1, INSTR(m.what, ':') - 1), COUNT(*)"
            " FROM remote m JOIN recipient r ON r.key = m.recipient"
            " WHERE m.reference = ?1 AND (?2 IS NULL OR r.person = ?2)"
            " GROUP BY 1, 2 ORDER BY 1, 2",
            (NOWHERE, person),
        )
    ]


def waiting(db: Database, recipient: str | None = None) -> int:
    """How many readings wait to be sent, `MOST_COUNTED` at most."""
    return _readings_in(db, "waiting", "? IS NULL OR w.recipient = ?", (recipient, recipient))


def cancelled_since(db: Database, since: Instant, recipient: str | None = None) -> int:
    """How many readings waited when their consent was withdrawn, since then."""
    return _readings_in(
        db,
        "withdrawn",
        "w.at >= ? AND (? IS NULL OR w.recipient = ?)",
        (since, recipient, recipient),
    )


def _readings_in(db: Database, table: str, where: str, values: tuple[object, ...]) -> int:
    """Readings in spans that were never claimed; of overlapping spans each once."""
    never = ", ".join(f"'{state}'" for state in CLAIMABLE)
    (n,) = db.conn.execute(
        "SELECT COUNT(*) FROM (SELECT DISTINCT w.recipient, r.series, r.start, r.duration, r.value,"  # noqa: S608  # fixed text
        f" r.nth FROM {table} w CROSS JOIN reading r ON r.series = w.series"
        " AND r.start BETWEEN w.first AND w.last"
        f" WHERE ({where}) AND NOT EXISTS (SELECT 1 FROM delivery d WHERE"
        " (d.recipient, d.series, d.start, d.duration, d.value, d.nth)"
        " = (w.recipient, r.series, r.start, r.duration, r.value, r.nth)"
        f" AND d.state NOT IN ({never})) LIMIT ?)",
        (*values, MOST_COUNTED),
    ).fetchone()
    return int(n)
