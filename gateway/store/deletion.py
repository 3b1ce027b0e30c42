"""Deletion: what the person deletes is gone, and no import brings it back."""

from __future__ import annotations

from collections.abc import Iterable

from adapters.reading import Instant
from gateway.store.clock_looks import forget_looks
from gateway.store.driver import Database, transaction
from gateway.store.identity import ReadingId, SeriesRow, tombstone_of
from gateway.store.records import Identities, forget_record
from gateway.store.resolving import mark_unresolved
from gateway.store.series import count, hours, mark_dirty, series_by_id
from gateway.store.summaries import about_to_delete

_Key = tuple[int, Instant, int, int | float | str, int]
_SAME = "(series, start, duration, value, nth) = (?, ?, ?, ?, ?)"
_NOT_LEFT = ("deferred", "rejected", "withheld")
"""States of a delivery whose bytes are not with the recipient, nor on their way."""


def delete(
    db: Database, identity: bytes, series: int, first: Instant, last: Instant, *, at: Instant
) -> int:
    """Delete what starts from first to last, both included; see `Readings.delete`."""
    with transaction(db):
        about_to_delete(db, series, first, last)
        keys: list[_Key] = db.conn.execute(
            "SELECT series, start, duration, value, nth FROM reading"
            " WHERE series = ? AND start BETWEEN ? AND ?",
            (series, first, last),
        ).fetchall()
        _delete_keys(db, identity, series_by_id(db, series), keys, at)
    return len(keys)


def delete_one(db: Database, identity: bytes, id_: ReadingId, *, at: Instant) -> int:
    """Delete one reading; 0 if it is not there."""
    with transaction(db):
        keys: list[_Key] = db.conn.execute(
            f"SELECT series, start, duration, value, nth FROM reading WHERE {_SAME}",  # noqa: S608
            (id_.series, id_.start, id_.duration, id_.value, id_.nth),
        ).fetchall()
        if keys:
            about_to_delete(db, id_.series, id_.start, id_.start)
        _delete_keys(db, identity, series_by_id(db, id_.series), keys, at)
    return len(keys)


def _delete_keys(
    db: Database, identity: bytes, series: SeriesRow, keys: list[_Key], at: Instant
) -> None:
    identities = Identities(db, series)
    db.conn.executemany(
        "INSERT INTO tombstone VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(tombstone_of(identity, identities.text(*key[1:])), at) for key in keys],
    )
    db.conn.executemany(f"DELETE FROM correction WHERE {_SAME}", keys)  # noqa: S608
    db.conn.executemany(f"DELETE FROM reading WHERE {_SAME}", keys)  # noqa: S608
    forget_looks(db, series.id, keys)
    mark_dirty(db, series.id, (key[1] for key in keys))
    mark_unresolved(db, [(series.id, hour) for hour in hours(key[1] for key in keys)])
    count(db, series.id, -len(keys))
    _drop_waveforms(db, series, {key[3] for key in keys if isinstance(key[3], str)})
    for key in keys:
        _cancel_deliveries(db, series, key)
        forget_record(db, key)


def _drop_waveforms(db: Database, series: SeriesRow, digests: Iterable[str]) -> None:
    for digest in digests:
        db.conn.execute(
            "DELETE FROM waveform WHERE digest = ? AND NOT EXISTS (SELECT 1 FROM series s"
            " JOIN reading r ON r.series = s.id WHERE s.kind = ? AND r.value = digest)",
            (digest, series.kind),
        )


def _cancel_deliveries(db: Database, series: SeriesRow, key: _Key) -> None:
    found = db.conn.execute(
        "SELECT d.recipient, d.version, d.state FROM recipient p CROSS JOIN delivery d"  # noqa: S608
        " ON d.recipient = p.key AND (d.series, d.start, d.duration, d.value, d.nth)"
        f" = (?, ?, ?, ?, ?) WHERE d.state IN ({', '.join('?' * len(_NOT_LEFT))})",
        (*key, *_NOT_LEFT),
    ).fetchall()
    for recipient, version, state in found:
        db.conn.execute(
            f"UPDATE delivery SET state = 'cancelled' WHERE recipient = ? AND version = ? AND {_SAME}",  # noqa: S608, E501
            (recipient, version, *key),
        )
        for changed, more in ((state, -1), ("cancelled", 1)):
            db.conn.execute(
                "INSERT INTO delivery_count VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET n = n + excluded.n",
                (recipient, series.kind, changed, more),
            )
