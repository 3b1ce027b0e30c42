"""What stands at a recipient and is not true any more: the same Observation goes again, amended.

A correction never makes a second Observation. Where an earlier version was taken, the new one
replaces it under the identifier and the id that it has there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from adapters.reading import Instant
from gateway.sharing.deliveries import Key
from gateway.sharing.spans import Span
from gateway.store.driver import Database
from gateway.store.summaries import LONGEST_MS, WORDS, version_of

MOST_LINKS: Final = 60
"""A summary names so many Observations that it was made of, and no more: one a second, a minute."""

STANDING: Final = ("sent", "already")
"""States in which an Observation stands at the recipient."""

CHANGED: Final = "changed_there"
"""Why a correction was refused: what stands at the recipient is not what was sent there."""

NOT_PUT: Final = "not_put"
"""Why a correction was refused: what it replaces is there no more, or nothing may be replaced."""

NO_PLACE: Final = "no_place"
"""Why a correction waits: the recipient has what it is of, and does not say where."""

GONE: Final = "gone_there"
"""Why nothing is taken back: the recipient was asked, and has it no longer."""

_STANDS: Final = f"{STANDING}"


def stands(db: Database, recipient: str, key: Key) -> str:
    """Where an earlier version stands at the recipient, ``"Observation/1"``; empty if nowhere."""
    return _of_the_one_there(db, recipient, key, "reference")


def version_there(db: Database, recipient: str, key: Key) -> str:
    """Which version of it stands there, as the recipient told it last; empty if it never did."""
    return _of_the_one_there(db, recipient, key, "etag")


def _of_the_one_there(
    db: Database, recipient: str, key: Key, column: Literal["reference", "etag"]
) -> str:
    row = db.conn.execute(
        f"SELECT {column} FROM delivery WHERE (recipient, series, start, duration, value, nth)"  # noqa: S608  # fixed text
        f" = (?, ?, ?, ?, ?, ?) AND version < ? AND state IN {_STANDS} AND reference != ''"
        " ORDER BY version DESC LIMIT 1",
        (recipient, key.series, key.start, key.duration, key.value, key.nth, key.version),
    ).fetchone()
    return str(row[0]) if row else ""


def is_unplaced(db: Database, recipient: str, key: Key) -> bool:
    """Whether an earlier version stands at the recipient and it is not known where.

    The recipient never said it, or it moved since. What replaces that version must not go as a new
    Observation before the recipient was asked: a conditional create would leave the old one there.
    """
    row = db.conn.execute(
        "SELECT MAX(reference) FROM delivery WHERE (recipient, series, start, duration, value, nth)"  # noqa: S608  # fixed text
        f" = (?, ?, ?, ?, ?, ?) AND version < ? AND state IN {_STANDS}",
        (recipient, key.series, key.start, key.duration, key.value, key.nth, key.version),
    ).fetchone()
    return bool(row[0] == "")


def found_again(db: Database, recipient: str, key: Key, reference: str, etag: str = "") -> bool:
    """Keep where an earlier version stands, if it was known by no place; whether there is one.

    The recipient says of a correction that it is there already. That is the earlier version, of
    which it was forgotten where it stands, or never told: the correction has still to replace it.
    """
    if not reference:
        return False
    return bool(
        db.conn.execute(
            "UPDATE delivery SET reference = ?, etag = ?"  # noqa: S608  # fixed text
            " WHERE (recipient, series, start, duration, value, nth) = (?, ?, ?, ?, ?, ?)"
            f" AND version < ? AND state IN {_STANDS} AND reference = '' RETURNING 1",
            (reference, etag, recipient, key.series, key.start, key.duration, key.value, key.nth,
             key.version),
        ).fetchall()
    )  # fmt: skip


def stands_as(db: Database, recipient: str, key: Key, etag: str) -> None:
    """Keep which version of it stands there, since that was looked up; empty: name none."""
    db.conn.execute(
        "UPDATE delivery SET etag = ?"  # noqa: S608  # fixed text
        " WHERE (recipient, series, start, duration, value, nth) = (?, ?, ?, ?, ?, ?)"
        f" AND version < ? AND state IN {_STANDS}",
        (etag, recipient, key.series, key.start, key.duration, key.value, key.nth, key.version),
    )


def went_since(db: Database, recipient: str, key: Key, at: Instant) -> bool:
    """Whether a batch of ours left at a moment, after the one with the version that stands there.

    Each Observation that leaves is issued at the moment at which its batch was claimed.
    """
    (went,) = db.conn.execute(
        "SELECT EXISTS (SELECT 1 FROM batch WHERE (recipient, claimed_at) = (?, ?)"  # noqa: S608  # fixed text
        " AND outcome != '' AND claimed_at > (SELECT MAX(b.claimed_at) FROM delivery d"
        " JOIN batch b ON b.id = d.batch"
        " WHERE (d.recipient, d.series, d.start, d.duration, d.value, d.nth)"
        f" = (?, ?, ?, ?, ?, ?) AND d.version < ? AND d.state IN {_STANDS}))",
        (recipient, at, recipient, key.series, key.start, key.duration, key.value, key.nth,
         key.version),
    ).fetchone()  # fmt: skip
    return bool(went)


def derived_from(
    db: Database, recipient: str, series: int, times: tuple[Instant, int], n: int
) -> tuple[str, ...]:
    """Where the readings of a time stand at the recipient; nothing unless exactly ``n`` of them do.

    It is told only of what the recipient was sent one by one anyway, and of few.
    """
    if not 0 < n <= MOST_LINKS:
        return ()
    start, size = times
    rows = db.conn.execute(
        "SELECT d.reference FROM delivery d JOIN current_reading r"  # noqa: S608  # fixed text
        " ON (r.series, r.start, r.duration, r.value, r.nth, r.version)"
        " = (d.series, d.start, d.duration, d.value, d.nth, d.version)"
        " WHERE d.recipient = ? AND d.series = ? AND d.start >= ? AND d.start < ?"
        f" AND r.current_value IS NOT NULL AND d.state IN {_STANDS} AND d.reference != ''"
        " ORDER BY d.start, d.duration, d.value, d.nth",
        (recipient, series, start, start + size),
    ).fetchall()
    return tuple(row[0] for row in rows) if len(rows) == n else ()


def is_newest(db: Database, recipient: str, key: Key) -> bool:
    """Whether nothing of this version, or of a later one, was ever claimed or put aside."""
    row = db.conn.execute(
        "SELECT MAX(version) FROM delivery WHERE (recipient, series, start, duration, value, nth)"
        " = (?, ?, ?, ?, ?, ?)",
        (recipient, key.series, key.start, key.duration, key.value, key.nth),
    ).fetchone()
    return row[0] is None or row[0] < key.version


def to_amend(db: Database) -> Iterator[Span]:
    """Times of series at which something was corrected after it had been sent, to whomever.

    Called every second, so it is one look where nobody gets summaries.
    """
    found = {
        (series, start)
        for series, start in db.conn.execute(
            "SELECT c.series, c.start FROM recipient r, correction c"  # noqa: S608  # fixed text
            " WHERE c.version > (SELECT MAX(d.version) FROM delivery d WHERE"
            " (d.recipient, d.series, d.start, d.duration, d.value, d.nth)"
            " = (r.key, c.series, c.start, c.duration, c.value, c.nth))"
            " AND EXISTS (SELECT 1 FROM delivery d WHERE"
            " (d.recipient, d.series, d.start, d.duration, d.value, d.nth)"
            f" = (r.key, c.series, c.start, c.duration, c.value, c.nth) AND d.state IN {_STANDS})"
        )
    }
    for recipient in [
        row[0]
        for row in db.conn.execute("SELECT DISTINCT recipient FROM batch WHERE grain != 'raw'")
    ]:
        for series, start in db.conn.execute("SELECT DISTINCT series, start FROM correction"):
            if (series, start) not in found and _summary_is_old(db, recipient, series, start):
                found.add((series, start))
    for series, start in sorted(found):
        yield Span("", series, start, start, "raw", "")


def _summary_is_old(db: Database, recipient: str, series: int, start: int) -> bool:
    """Whether a summary of that time stands at the recipient, and would be another one now."""
    made = db.conn.execute(
        "SELECT DISTINCT start, duration, value FROM delivery"  # noqa: S608  # fixed text
        " WHERE recipient = ? AND series = ? AND start BETWEEN ? AND ? AND start + duration > ?"
        f" AND duration > 0 AND value IN {WORDS} AND state IN {_STANDS}",
        (recipient, series, start - LONGEST_MS, start, start),
    ).fetchall()
    return any(
        is_newest(db, recipient, Key(series, at, size, grain, 0, version_of(db, series, at, size)))
        for at, size, grain in made
    )
