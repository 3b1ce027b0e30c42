"""The rows of `delivery` and `batch`: every change of state, with its count, in one place.

All functions are called inside a transaction of their caller.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from adapters.kinds import Kind
from adapters.reading import Instant, Value
from gateway.store.driver import Database

State = Literal[
    "sending", "sent", "already", "rejected", "deferred", "unknown", "cancelled", "withheld"
]
"""Where one Observation stands.

``already``: the recipient had it; ``withheld``: consent or its quality keeps it here;
``unknown``: it was sent and no answer came; ``cancelled``: consent was withdrawn before.
"""

CLAIMABLE: Final = ("cancelled", "withheld")
"""States in which nothing is at the recipient or on its way there."""

_SAME: Final = "(recipient, series, start, duration, value, nth, version) = (?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Key:
    """What one Observation is made of: a version of a reading, or a summary.

    For a summary ``start`` and ``duration`` are those of its minute, hour or day, and ``value``
    is that word.
    """

    series: int
    start: Instant
    duration: int
    value: Value
    nth: int
    version: int


@dataclass(frozen=True, slots=True)
class Change:
    """A new state of one Observation.

    Attributes:
        reference: where it stands at the recipient, ``Observation/…``.
        outcome: why it is so, in a word or a sentence of the recipient's.
    """

    key: Key
    kind: Kind
    state: State
    reference: str = ""
    outcome: str = ""


def put(db: Database, recipient: str, batch: int, changes: Sequence[Change]) -> None:
    """Write states, and keep the counts by recipient, kind and state."""
    counts: Counter[tuple[Kind, str]] = Counter()
    for change in changes:
        key = change.key
        row = (recipient, key.series, key.start, key.duration, key.value, key.nth, key.version)
        before = db.conn.execute(
            f"SELECT state FROM delivery WHERE {_SAME}",  # noqa: S608  # fixed text
            row,
        ).fetchone()
        if before is not None:
            counts[change.kind, before[0]] -= 1
        counts[change.kind, change.state] += 1
        db.conn.execute(
            "INSERT INTO delivery VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
            " SET batch = excluded.batch, state = excluded.state,"
            " reference = excluded.reference, outcome = excluded.outcome",
            (*row, batch, change.state, change.reference, change.outcome),
        )
    _count(db, recipient, counts)


def take_back(db: Database, recipient: str, rows: Iterable[tuple[Key, Kind]]) -> None:
    """Forget claims of which nothing left, as if they had never been made."""
    counts: Counter[tuple[Kind, str]] = Counter()
    for key, kind in rows:
        row = (recipient, key.series, key.start, key.duration, key.value, key.nth, key.version)
        for (state,) in db.conn.execute(
            f"DELETE FROM delivery WHERE {_SAME} RETURNING state",  # noqa: S608  # fixed text
            row,
        ).fetchall():
            counts[kind, state] -= 1
    _count(db, recipient, counts)


def of_batch(db: Database, batch: int, *states: State) -> list[tuple[Key, Kind, State, str, str]]:
    """Key, kind, state, reference and outcome of a batch's rows; of all states if none is named."""
    return [
        (Key(*row[:6]), Kind(row[6]), row[7], row[8], row[9])
        for row in db.conn.execute(
            "SELECT d.series, d.start, d.duration, d.value, d.nth, d.version, s.kind, d.state,"
            " d.reference, d.outcome FROM delivery d JOIN series s ON s.id = d.series"
            " WHERE d.batch = ? ORDER BY d.series, d.start, d.duration, d.value, d.nth",
            (batch,),
        )
        if not states or row[7] in states
    ]


def state_of(db: Database, recipient: str, key: Key) -> str:
    """Where a reading or summary stands, whatever its version; empty if it was never claimed."""
    row = db.conn.execute(
        "SELECT state FROM delivery WHERE (recipient, series, start, duration, value, nth)"
        " = (?, ?, ?, ?, ?, ?) ORDER BY version DESC LIMIT 1",
        (recipient, key.series, key.start, key.duration, key.value, key.nth),
    ).fetchone()
    return str(row[0]) if row else ""


def counts(db: Database, recipient: str | None = None) -> dict[str, int]:
    """How many Observations are in each state, of one recipient or of all."""
    rows = db.conn.execute(
        "SELECT state, SUM(n) FROM delivery_count WHERE ? IS NULL OR recipient = ? GROUP BY state",
        (recipient, recipient),
    )
    return {state: int(n) for state, n in rows if n}


def _count(db: Database, recipient: str, counts: Counter[tuple[Kind, str]]) -> None:
    db.conn.executemany(
        "INSERT INTO delivery_count VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET n = n + excluded.n",
        [(recipient, kind, state, n) for (kind, state), n in counts.items() if n],
    )
