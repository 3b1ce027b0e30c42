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
class Delivery:
    """One Observation on its way.

    Attributes:
        reference: where it stands at the recipient, ``Observation/…``.
        outcome: why it is so, in a word or a sentence of the recipient's.
        etag: which version of it that is there, as far as the recipient told.
        was: the state that its row has now, empty where there is no row; None if not looked up.
    """

    key: Key
    kind: Kind
    state: State
    reference: str = ""
    outcome: str = ""
    etag: str = ""
    was: str | None = None

    def now(self, state: State, reference: str = "", outcome: str = "", etag: str = "") -> Delivery:
        """The same in another state."""
        return Delivery(self.key, self.kind, state, reference, outcome, etag, self.was)


def put(db: Database, recipient: str, batch: int, changed: Sequence[Delivery]) -> None:
    """Write states, and keep the counts by recipient, kind and state."""
    counts: Counter[tuple[Kind, str]] = Counter()
    for one in changed:
        was = _state(db, recipient, one.key) if one.was is None else one.was
        if was:
            counts[one.kind, was] -= 1
        counts[one.kind, one.state] += 1
    db.conn.executemany(
        "INSERT INTO delivery (recipient, series, start, duration, value, nth, version, batch,"
        " state, reference, outcome, etag) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET batch = excluded.batch, state = excluded.state,"
        " reference = excluded.reference, outcome = excluded.outcome, etag = excluded.etag",
        [
            (*_row(recipient, one.key), batch, one.state, one.reference, one.outcome, one.etag)
            for one in changed
        ],
    )
    _count(db, recipient, counts)


def take_back(db: Database, recipient: str, claims: Iterable[Delivery]) -> None:
    """Forget claims of which nothing left, as if they had never been made."""
    counts: Counter[tuple[Kind, str]] = Counter()
    for one in claims:
        for (state,) in db.conn.execute(
            f"DELETE FROM delivery WHERE {_SAME} RETURNING state",  # noqa: S608  # fixed text
            _row(recipient, one.key),
        ).fetchall():
            counts[one.kind, state] -= 1
    _count(db, recipient, counts)


def of_batch(db: Database, batch: int, *states: State) -> list[Delivery]:
    """What belongs to a batch, in these states; in any where none is named."""
    return [
        Delivery(Key(*row[:6]), Kind(row[6]), row[7], row[8], row[9], row[10], row[7])
        for row in db.conn.execute(
            "SELECT d.series, d.start, d.duration, d.value, d.nth, d.version, s.kind, d.state,"
            " d.reference, d.outcome, d.etag FROM delivery d JOIN series s ON s.id = d.series"
            " WHERE d.batch = ? ORDER BY d.series, d.start, d.duration, d.value, d.nth",
            (batch,),
        )
        if not states or row[7] in states
    ]


def _state(db: Database, recipient: str, key: Key) -> str:
    row = db.conn.execute(
        f"SELECT state FROM delivery WHERE {_SAME}",  # noqa: S608  # fixed text
        _row(recipient, key),
    ).fetchone()
    return str(row[0]) if row else ""


def _row(recipient: str, key: Key) -> tuple[str, int, Instant, int, Value, int, int]:
    return recipient, key.series, key.start, key.duration, key.value, key.nth, key.version


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
