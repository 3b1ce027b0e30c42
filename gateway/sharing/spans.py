"""Spans of measurement time that wait to be sent: cheap to make, to join and to take back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from adapters.reading import Instant
from gateway.sharing.consent import FUTURE_TOLERANCE_MS, ConsentState, Grain, Window
from gateway.store.driver import Database

NEAR_MS: Final = 3_600_000
"""Spans of one consent that are no further apart become one: all between them is covered too."""


@dataclass(frozen=True, slots=True)
class Span:
    """Readings of one series, by when they started: ``first`` and ``last`` are both included.

    Two spans of one consent and series always lie in one stretch that the consent covers.
    """

    recipient: str
    series: int
    first: Instant
    last: Instant
    grain: Grain
    consent: str

    def near(self, other: Span) -> bool:
        """Whether both can be one span."""
        return self._path == other._path and (
            self.first - NEAR_MS <= other.last and other.first - NEAR_MS <= self.last
        )

    def joined(self, other: Span) -> Span:
        """One span over both."""
        return replace(self, first=min(self.first, other.first), last=max(self.last, other.last))

    @property
    def _path(self) -> tuple[str, int, Grain, str]:
        return self.recipient, self.series, self.grain, self.consent


def cut(
    state: ConsentState,
    window: Window,
    recipient: str,
    series: int,
    first: Instant,
    last: Instant,
) -> Span | None:
    """What a window covers of readings that started from first to last; None if nothing.

    Readings that bear a time still to come are kept in the span; the claim waits for that time.
    A summary belongs to the whole of its minute, hour or day.
    """
    until = max(window.last_exclusive, state.grants[window.grant].history_to)
    begin, end = max(first, window.first), min(last, until - 1)
    if begin > end:
        return None
    return Span(recipient, series, begin, end, window.grain, window.grant)


def merged(spans: Iterable[Span]) -> list[Span]:
    """Join what is near, so that many arrivals make few spans."""
    made: list[Span] = []
    ordered = sorted(spans, key=lambda one: (one._path, one.first))
    for span in ordered:
        if made and made[-1].near(span):
            made[-1] = made[-1].joined(span)
        else:
            made.append(span)
    return made


def wait(db: Database, span: Span) -> None:
    """Write a span, joined with those near it that wait already; inside a transaction."""
    rows = db.conn.execute(
        "SELECT id, first, last FROM waiting WHERE recipient = ? AND series = ? AND grain = ?"
        " AND consent = ? AND first <= ? AND last >= ?",
        (
            span.recipient, span.series, span.grain, span.consent,
            span.last + NEAR_MS, span.first - NEAR_MS,
        ),
    ).fetchall()  # fmt: skip
    for _, first, last in rows:
        span = span.joined(replace(span, first=first, last=last))
    if len(rows) == 1:
        db.conn.execute(
            "UPDATE waiting SET first = ?, last = ? WHERE id = ?",
            (span.first, span.last, rows[0][0]),
        )
        return
    db.conn.executemany("DELETE FROM waiting WHERE id = ?", [(row[0],) for row in rows])
    db.conn.execute(
        "INSERT INTO waiting (recipient, series, first, last, grain, consent)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (span.recipient, span.series, span.first, span.last, span.grain, span.consent),
    )


def due_spans(db: Database, recipient: str, now: Instant) -> Iterator[tuple[int, Span]]:
    """What waits for a recipient and may have come due, oldest measurements first, by row."""
    for row in db.conn.execute(
        "SELECT id, recipient, series, first, last, grain, consent FROM waiting"
        " WHERE recipient = ? AND first <= ? ORDER BY first, id",
        (recipient, now + FUTURE_TOLERANCE_MS),
    ).fetchall():
        yield row[0], Span(*row[1:])


def shrink(db: Database, row: int, span: Span, first: Instant) -> None:
    """Leave of a waiting span what starts at ``first`` or later; inside a transaction."""
    if first > span.last:
        db.conn.execute("DELETE FROM waiting WHERE id = ?", (row,))
    elif first != span.first:
        db.conn.execute("UPDATE waiting SET first = ? WHERE id = ?", (first, row))
