"""What stands in a waiting span and was not sent yet: readings, or summaries of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from adapters.kinds import row_of
from adapters.reading import Instant, Quality, Value, text_of
from fhir_mappings.words import OF_THE_VALUE
from gateway.sharing.amending import (
    STANDING,
    derived_from,
    is_newest,
    is_unplaced,
    stands,
    version_there,
)
from gateway.sharing.buckets import bucket
from gateway.sharing.consent import FUTURE_TOLERANCE_MS, Grain
from gateway.sharing.deliveries import CLAIMABLE, Key
from gateway.sharing.spans import Span
from gateway.sharing.summary import Measured, figures, is_number, together
from gateway.store.clock_answers import SETTLED, Verdicts
from gateway.store.driver import Database
from gateway.store.identity import SeriesRow
from gateway.store.summaries import version_of

ENTERED_IN_ERROR: Final = "entered_in_error"
"""Why a reading that was taken back stays here, where it was never sent."""

SETTLED_MS: Final = 120_000
"""A summary is made this long after its end, so that what arrives a little late is in it."""

NEVER_SENT: Final = int(Quality.POSSIBLE_DUPLICATE | Quality.NOT_A_MEASUREMENT)
"""Such readings stay here whatever consent says."""

_VERSION: Final = 7
_COLUMNS: Final = (
    "start, duration, value, nth, current_value, current_decimals, flags, version, intake"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One Observation that might be sent.

    Attributes:
        value: as it is now; None where the reading was entered in error.
        flags: what is said of it where it goes; a time that the person confirmed is no doubt.
        doubt: why it must stay here whatever consent says; empty mostly.
        was: see `deliveries.Delivery`.
        derived: where the readings of a summary stand at the recipient, if all of them do.
        members: where what belongs to a group stands at the recipient (`members.Members`).
        replaces: where an earlier version stands at the recipient; empty mostly.
        there: which version of that stands there, as far as it is known.
        unplaced: whether one stands there and it is not known where: the recipient is asked first.
        reaches: until when the readings of a summary last, where that is behind its own end.
    """

    key: Key
    value: Value | None
    decimals: int
    flags: int
    doubt: str = ""
    was: str | None = None
    replaces: str = ""
    there: str = ""
    unplaced: bool = False
    derived: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    reaches: Instant = 0

    @property
    def end(self) -> Instant:
        """When the measurement ended, or the last of those in it."""
        return max(self.key.start + self.key.duration, self.reaches)


def candidates(
    db: Database, series: SeriesRow, span: Span, now: Instant, zone: str = ""
) -> Iterator[Candidate | Instant]:
    """What of a span is neither sent nor on its way, in the order of time.

    ``zone`` is whose days are summed up, where they are somebody's own (`buckets.bucket`).

    Yields:
        candidates, and between them the times up to which everything was looked at, so that the
        caller can stop anywhere.
    """
    if span.grain == "raw":
        last = min(span.last, now + FUTURE_TOLERANCE_MS)
        yield from _readings(db, span, last, Verdicts(db, series))
    else:
        yield from _summaries(db, series, span, now - SETTLED_MS, zone)


def again(
    db: Database, series: SeriesRow, key: Key, grain: Grain, recipient: str = ""
) -> Candidate | None:
    """The candidate of a key that was claimed before; None if the reading is gone."""
    if grain != "raw":
        return _summary(db, series, (key.start, key.duration), grain, recipient)
    row = db.conn.execute(
        f"SELECT {_COLUMNS} FROM current_reading WHERE (series, start, duration, value, nth)"  # noqa: S608  # our own column names
        " = (?, ?, ?, ?, ?)",
        (key.series, key.start, key.duration, key.value, key.nth),
    ).fetchone()
    if not row:
        return None
    found = _candidate(key.series, row, Verdicts(db, series))
    return replace(_amended(db, recipient, found), was=None)


def _readings(
    db: Database, span: Span, last: Instant, verdicts: Verdicts
) -> Iterator[Candidate | Instant]:
    before = None
    for *row, state in db.conn.execute(
        f"SELECT {_COLUMNS}, (SELECT d.state FROM delivery d WHERE d.recipient = ?"  # noqa: S608  # our own column names
        " AND (d.series, d.start, d.duration, d.value, d.nth)"
        " = (r.series, r.start, r.duration, r.value, r.nth) ORDER BY d.version DESC LIMIT 1)"
        " FROM current_reading r WHERE r.series = ? AND r.start BETWEEN ? AND ?"
        " ORDER BY r.start, r.duration, r.value, r.nth",
        (span.recipient, span.series, span.first, last),
    ):
        if before is not None and row[0] != before:
            yield row[0]  # all that started earlier was seen
        before = row[0]
        corrected = row[_VERSION] > 0
        if state is None or state in CLAIMABLE or corrected:
            candidate = _candidate(span.series, row, verdicts, state)
            if not corrected:
                yield candidate
            elif (
                state is None or state in CLAIMABLE or is_newest(db, span.recipient, candidate.key)
            ):
                candidate = _amended(db, span.recipient, candidate)
                there = candidate.replaces or candidate.unplaced
                if there or state is None or state in (*CLAIMABLE, *STANDING):
                    yield candidate
    yield last + 1


def _candidate(
    series: int,
    row: list[int | float | str | None],
    verdicts: Verdicts,
    state: str | None = None,
) -> Candidate:
    start, duration, value, nth, current, decimals, *rest = row
    flags, version, intake = (int(one or 0) for one in rest)
    doubt = ""
    if current is None:
        doubt = ENTERED_IN_ERROR
    elif flags & Quality.POSSIBLE_DUPLICATE:
        doubt = "possible_duplicate"
    elif flags & Quality.NOT_A_MEASUREMENT:
        doubt = "not_a_measurement"
    else:
        doubt = verdicts.doubt(flags, intake)
    assert isinstance(start, int) and isinstance(duration, int) and value is not None  # noqa: S101, PT018  # columns of the schema
    key = Key(series, start, duration, value, int(nth or 0), version)
    was = "" if state is None else None  # an earlier version may have had the state
    return Candidate(key, current, int(decimals or 0), flags & ~SETTLED, doubt, was)


def _amended(db: Database, recipient: str, candidate: Candidate) -> Candidate:
    """The same as what replaces an earlier version, where one stands at the recipient.

    What was entered in error and stands nowhere stays here; what stands somewhere is taken back.
    """
    if not candidate.key.version:
        return candidate
    there = stands(db, recipient, candidate.key)
    unplaced = not there and is_unplaced(db, recipient, candidate.key)
    if not there and not unplaced:
        return candidate
    doubt = "" if candidate.doubt == ENTERED_IN_ERROR else candidate.doubt
    version = version_there(db, recipient, candidate.key)
    return replace(candidate, replaces=there, there=version, unplaced=unplaced, doubt=doubt)


def _summaries(
    db: Database, series: SeriesRow, span: Span, until: Instant, zone: str
) -> Iterator[Candidate | Instant]:
    """Summaries of minutes, hours or days that were over at ``until``."""
    read = sent = bucket(span.grain, zone, span.first)[0]
    while True:
        times = _next_of_readings(db, span, read, zone)
        there = _next_there(db, span, sent)
        if times is None and there is None:
            yield span.last + 1
            return
        if times is None or (there is not None and there[0] < times[0]):
            assert there is not None  # noqa: S101  # one of both is
            read, (start, size) = times[0] if times else span.last + 1, there
        else:
            start, size = times
            read = start + size
        sent = start + 1  # days of another zone, under an older grant, may begin within this one
        if start + size > until:  # this minute, hour or day is not over yet
            yield max(start, span.first)
            return
        if _is_due(db, span, start, size):
            summary = _summary(db, series, (start, size), span.grain, span.recipient)
            if summary is not None:
                yield summary
        yield min(read, sent)


def _next_of_readings(
    db: Database, span: Span, first: Instant, zone: str
) -> tuple[Instant, int] | None:
    """The next minute, hour or day in which there is a reading."""
    (start,) = db.conn.execute(
        "SELECT MIN(start) FROM reading WHERE series = ? AND start BETWEEN ? AND ?",
        (span.series, first, span.last),
    ).fetchone()
    return None if start is None else bucket(span.grain, zone, start)


def _next_there(db: Database, span: Span, first: Instant) -> tuple[Instant, int] | None:
    """The next summary that stands at the recipient, whether or not a reading is still in it."""
    row = db.conn.execute(
        "SELECT start, duration FROM delivery WHERE recipient = ? AND series = ?"
        " AND start BETWEEN ? AND ? AND duration > 0 AND value = ?"
        " AND state IN ('sent', 'already') ORDER BY start LIMIT 1",
        (span.recipient, span.series, first, span.last, span.grain),
    ).fetchone()
    return None if row is None else (row[0], row[1])


def _is_due(db: Database, span: Span, start: Instant, size: int) -> bool:
    """Whether a summary was not sent yet, or would be another one now than the one that was."""
    row = db.conn.execute(
        "SELECT state FROM delivery WHERE (recipient, series, start, duration, value, nth)"
        " = (?, ?, ?, ?, ?, 0) ORDER BY version DESC LIMIT 1",
        (span.recipient, span.series, start, size, span.grain),
    ).fetchone()
    if row is None or row[0] in CLAIMABLE:
        return True
    key = Key(span.series, start, size, span.grain, 0, version_of(db, span.series, start, size))
    there = row[0] in STANDING or stands(db, span.recipient, key)
    return bool(there) and is_newest(db, span.recipient, key)


def _summary(
    db: Database,
    series: SeriesRow,
    times: tuple[Instant, int],
    grain: Grain,
    recipient: str,
) -> Candidate | None:
    """One summary of a minute, hour or day; None where there is no reading in it.

    Each change in it, of what arrives late, is corrected or deleted, makes a new version, which
    replaces the one that was sent. ``times`` is when it starts and how long it is.
    """
    start, size = times
    verdicts = Verdicts(db, series)
    found = db.conn.execute(
        "SELECT current_value, current_decimals, duration, flags, intake, start, value"
        " FROM current_reading WHERE series = ?"
        " AND start >= ? AND start < ? AND current_value IS NOT NULL AND NOT flags & ?"
        " ORDER BY start, duration, value, nth",
        (series.id, start, start + size, NEVER_SENT),
    ).fetchall()
    rows = [
        (
            now,
            decimals,
            duration,
            flags & ~(SETTLED if now == value else SETTLED | OF_THE_VALUE),
            begun + duration,
        )
        for now, decimals, duration, flags, intake, begun, value in found
        if not verdicts.doubt(flags, intake)
    ]
    key = Key(series.id, start, size, grain, 0, version_of(db, series.id, start, size))
    kind = row_of(series.kind)
    numbers = [row for row in rows if not isinstance(row[0], str) or is_number(row[0])]
    measured = [
        Measured(Decimal(text_of(value, decimals)), decimals, duration)
        for value, decimals, duration, *_ in numbers
    ]
    said = figures(kind, measured)
    if said is None:
        taken_back = _amended(db, recipient, Candidate(key, None, 0, 0, ENTERED_IN_ERROR))
        if taken_back.replaces or taken_back.unplaced:
            return taken_back
        return Candidate(key, None, 0, 0, "no_summary") if rows else None
    flags = together([row[3] for row in (numbers[-1:] if kind.aggregation == "latest" else rows)])
    derived = derived_from(db, recipient, series.id, times, len(rows))
    reaches = max(row[4] for row in rows)
    return _amended(db, recipient, Candidate(key, *said, flags, derived=derived, reaches=reaches))
