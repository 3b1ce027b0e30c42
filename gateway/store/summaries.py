"""What of the store a summary that was sent depends on: a version that grows with each change.

A summary is a row of `delivery` whose value is the word for its length. What arrives in its time,
is corrected or deleted makes it another one.
"""

from __future__ import annotations

from typing import Final

from adapters.reading import Instant
from gateway.store.clock_answers import UNSURE
from gateway.store.driver import Database

WORDS: Final = ("minute", "hour", "day", "local_day")
"""The values of the deliveries that are summaries."""

LONGEST_MS: Final = 49 * 3_600_000
"""No day of any zone is longer; those that end after a moment start after this much before it."""

_IS_SUMMARY: Final = f"d.duration > 0 AND d.value IN {WORDS}"


def version_of(db: Database, series: int, start: Instant, duration: int) -> int:
    """A number that grows with each change in a stretch of time.

    What changes it arrives, is corrected or deleted, or its time is said to be right after all.
    """
    (made,) = db.conn.execute(
        "SELECT (SELECT COUNT(*) FROM correction"  # noqa: S608  # a number of ours
        " WHERE series = ?1 AND start >= ?2 AND start < ?3)"
        " + (SELECT COUNT(DISTINCT intake) FROM reading"
        " WHERE series = ?1 AND start >= ?2 AND start < ?3)"
        " + (SELECT COUNT(*) FROM clock_answer a JOIN series s"
        "  ON s.id = ?1 AND (s.device, s.person) = (a.device, a.person)"
        "  WHERE a.is_right AND EXISTS (SELECT 1 FROM reading r WHERE r.series = ?1"
        f"  AND r.start >= ?2 AND r.start < ?3 AND r.flags & {UNSURE}"
        "  AND r.intake > a.after AND r.intake <= a.intake))"
        " + COALESCE((SELECT SUM(n) FROM summary_loss"
        " WHERE (series, start, duration) = (?1, ?2, ?3 - ?2)), 0)",
        (series, start, start + duration),
    ).fetchone()
    return int(made)


def about_to_delete(db: Database, series: int, first: Instant, last: Instant) -> None:
    """Note of which summaries readings will be deleted; inside the transaction that deletes.

    What is noted are times of summaries that were made, and how far their version would fall back
    at the most; nothing of the readings themselves.
    """
    touched = db.conn.execute(
        "WITH made AS (SELECT DISTINCT d.start, d.duration, d.value FROM recipient p"  # noqa: S608  # our own words
        " CROSS JOIN delivery d ON d.recipient = p.key AND d.series = ?1"
        f" WHERE d.start > ?2 - {LONGEST_MS} AND d.start <= ?3 AND {_IS_SUMMARY})"
        " INSERT INTO summary_loss SELECT ?1, start, duration, value,"
        " 1 + 2 * readings + corrections"
        " FROM (SELECT start, duration, value,"
        " (SELECT COUNT(*) FROM reading r WHERE r.series = ?1 AND r.start >= MAX(made.start, ?2)"
        "  AND r.start < made.start + made.duration AND r.start <= ?3) AS readings,"
        " (SELECT COUNT(*) FROM correction c WHERE c.series = ?1"
        "  AND c.start >= MAX(made.start, ?2) AND c.start < made.start + made.duration"
        "  AND c.start <= ?3) AS corrections FROM made) WHERE readings > 0"
        " ON CONFLICT DO UPDATE SET n = n + excluded.n RETURNING start, start + duration - 1",
        (series, first, last),
    ).fetchall()
    if touched:
        db.conn.execute(
            "INSERT INTO thinned (series, first, last) VALUES (?, ?, ?)",
            (series, min(row[0] for row in touched), max(row[1] for row in touched)),
        )


def thinned(db: Database) -> list[tuple[int, int, Instant, Instant]]:
    """Row, series, first and last of the times out of which something was deleted since."""
    rows = db.conn.execute("SELECT id, series, first, last FROM thinned ORDER BY id").fetchall()
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def looked_at(db: Database, rows: list[int]) -> None:
    """Those rows of `thinned` are done with; inside a transaction."""
    db.conn.executemany("DELETE FROM thinned WHERE id = ?", [(row,) for row in rows])
