"""What arrives of one series in one commit: inserted in chunks, the new parted from the known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain, zip_longest
from typing import Any

from adapters.reading import Instant, ReadingBatch, Value, picked
from gateway.store.clock_looks import keep_looks
from gateway.store.driver import Database
from gateway.store.identity import (
    SeriesRow,
    identity_text,
    key_of,
    record_digest,
    record_text,
    tombstone_of,
)
from gateway.store.many import insert_new
from gateway.store.records import Recorded, find_record, forget_record, insert_record
from gateway.store.resolving import mark_unresolved
from gateway.store.series import hours
from gateway.store.written import known_otherwise, note_unit

_CHUNK = 250
"""Rows of one INSERT: of 50, 100, 250 and 1,000 on SQLCipher 4.19 more gained nothing more."""

_Row = tuple[Instant, int, Value, int]
"""What tells a reading from the others of its series: start, duration, value, nth."""


@cache
def _insert(rows: int, same: tuple[bool, ...]) -> str:
    """Insert rows of one series; a column that is the same in all of them is bound once."""
    once = [f"?{number}" for number in range(1, 3 + sum(same))]
    marks = iter(range(3 + sum(same), 3 + 6 * rows))

    def row() -> str:
        shared = iter(once[2:])
        start, duration, value, nth, decimals, flags = (
            next(shared) if one else f"?{next(marks)}" for one in same
        )
        return f"(?1, {start}, {duration}, {value}, {nth}, {decimals}, {flags}, ?2)"

    values = ", ".join(row() for _ in range(rows))
    return f"INSERT INTO reading VALUES {values} ON CONFLICT DO NOTHING"  # noqa: S608  # marks only


@cache
def _new_among(rows: int) -> str:
    values = ", ".join(["(?, ?, ?, ?)"] * rows)
    return (  # the marks are bound, so the columns of `came` have no affinity: 1 stays 1
        f"WITH came (start, duration, value, nth) AS (VALUES {values})"  # noqa: S608  # marks only
        " SELECT r.start, r.duration, r.value, r.nth FROM came CROSS JOIN reading r ON r.series = ?"
        " AND (r.start, r.duration, r.value, r.nth)"
        " = (came.start, came.duration, came.value, came.nth) AND r.intake = ?"
    )


@dataclass(slots=True)
class Notes:
    """What a commit writes beside its readings, of all its series together.

    Attributes:
        intake: rows of that table.
        counts: how many more, and in which series.
        dirty: series and hour that must be rolled up anew.
    """

    intake: list[tuple[int, Instant, str, int, Instant, Instant, int]] = field(default_factory=list)
    counts: list[tuple[int, int]] = field(default_factory=list)
    dirty: list[tuple[int, int]] = field(default_factory=list)

    def write(self, db: Database) -> None:
        """Write all of them; inside the transaction."""
        db.conn.executemany("INSERT INTO intake VALUES (?, ?, ?, ?, ?, ?, ?)", self.intake)
        db.conn.executemany("UPDATE series SET n = n + ? WHERE id = ?", self.counts)
        insert_new(db, "dirty", self.dirty)
        mark_unresolved(db, self.dirty)


class Arrival:
    """The readings of one series that come in with one commit.

    Attributes:
        series: the series.
        count: how many were new.
        changed: how many were known, written in another unit.
        buried: the identities of those that the person had deleted before; they were taken out
            again.
    """

    def __init__(self, db: Database, identity: bytes, series: SeriesRow, seq: int) -> None:
        self.series = series
        self.count = 0
        self.changed = 0
        self.buried: set[str] = set()
        self._db = db
        self._identity = identity
        self._seq = seq
        self._fresh: list[tuple[ReadingBatch, list[int]]] = []
        self._seen: set[_Row] | None = None
        self._of_records: dict[_Row, str] = {}

    def insert(self, batch: ReadingBatch) -> None:
        """Store what is new of a batch."""
        if batch.records:
            self._insert_records(batch)
            return
        fresh: list[int] = []
        if batch.written and note_unit(self._db, self.series.id, batch.written):
            batch = self._without_known_otherwise(batch)
        self._fresh.append((batch, fresh))
        for low in range(0, len(batch), _CHUNK):
            high = min(low + _CHUNK, len(batch))
            inserted = self._insert(batch, low, high)
            if inserted == high - low:
                fresh.extend(range(low, high))
                if self._seen is not None:
                    self._seen.update(_row(batch, i) for i in range(low, high))
            elif inserted:
                fresh.extend(self._new_among(batch, low, high, inserted))
        self.count += len(fresh)

    def bury_again(self) -> None:
        """Take out what was deleted before: only what seems new can have been."""
        digests = {tombstone_of(self._identity, self._text(row)): row for row in self._new_rows()}
        known = list(digests)
        rows: set[_Row] = set()
        for low in range(0, len(known), _CHUNK):
            part = known[low : low + _CHUNK]
            marks = ", ".join("?" * len(part))
            rows.update(
                digests[digest]
                for (digest,) in self._db.conn.execute(
                    f"SELECT digest FROM tombstone WHERE digest IN ({marks})",  # noqa: S608
                    part,
                )
            )
        if not rows:
            return
        self.buried.update(map(self._text, rows))
        self._db.conn.executemany(
            "DELETE FROM reading WHERE series = ? AND (start, duration, value, nth) = (?, ?, ?, ?)",
            [(self.series.id, *row) for row in rows],
        )
        for row in rows & self._of_records.keys():
            forget_record(self._db, (self.series.id, *row))
        self._fresh = [
            (batch, [i for i in fresh if _row(batch, i) not in rows])
            for batch, fresh in self._fresh
        ]
        self.count = sum(len(fresh) for _, fresh in self._fresh)

    def note(self, notes: Notes, at: Instant, source: str) -> bool:
        """Note intake row, count and dirty hours, keep waveforms; False if nothing was new."""
        if not self.count:
            return False
        for batch, fresh in self._fresh:
            if batch.waveforms:
                self._keep_waveforms(batch, fresh)
            if batch.looks:
                keep_looks(self._db, self.series.id, batch, fresh)
        starts = sorted(chain.from_iterable(_picked(batch, fresh) for batch, fresh in self._fresh))
        series, rows = self.series.id, len(starts)
        notes.intake.append((self._seq, at, source, series, starts[0], starts[-1], rows))
        notes.counts.append((self.count, series))
        notes.dirty.extend((series, hour) for hour in hours(starts))
        return True

    def new_keys(self) -> Iterator[str]:
        """The reading keys of what was new."""
        return (key_of(self._identity, self._text(row)) for row in self._new_rows())

    def keys_of(self, batch: ReadingBatch) -> Iterator[str | None]:
        """The reading key of each row of a batch, None for one that was deleted before."""
        for text in self._texts_of(batch):
            yield None if text in self.buried else key_of(self._identity, text)

    def _without_known_otherwise(self, batch: ReadingBatch) -> ReadingBatch:
        known: set[int] = set()
        for low in range(0, len(batch), _CHUNK):
            high = min(low + _CHUNK, len(batch))
            known |= known_otherwise(self._db, self.series.id, batch, low, high)
        self.changed += len(known)
        return picked(batch, [i for i in range(len(batch)) if i not in known]) if known else batch

    def _insert(self, batch: ReadingBatch, low: int, high: int) -> int:
        columns: list[Any] = [  # lists, or arrays of an import
            column[low:high]
            for column in (
                batch.starts, batch.durations, batch.values, batch.nths, batch.decimals, batch.flags
            )
        ]  # fmt: skip
        # A column of values is never taken for the same: 1 and 1.0 are equal, and kept apart.
        same = tuple(
            place != 2 and high - low > 1 and column == column[:1] * (high - low)
            for place, column in enumerate(columns)
        )
        once = [column[0] for column, one in zip(columns, same, strict=True) if one]
        each = [column for column, one in zip(columns, same, strict=True) if not one]
        marks = [self.series.id, self._seq, *once, *chain.from_iterable(zip(*each, strict=True))]
        return int(self._db.conn.execute(_insert(high - low, same), marks).rowcount)

    def _insert_records(self, batch: ReadingBatch) -> None:
        """Store what is new of a batch in which some rows are records of a device.

        Records come by the hundred, not by the million, so each is asked for by itself.
        """
        nths = list(batch.nths)
        stored, fresh = replace(batch, nths=nths), list[int]()
        self._fresh.append((stored, fresh))
        for i, text in enumerate(self._texts_of(batch)):
            if not batch.records[i]:
                new = self._insert(stored, i, i + 1) == 1
            elif (found := find_record(self._db, self.series.id, self._recorded(batch, i))) is None:
                nths[i] = insert_record(
                    self._db, self.series.id, self._recorded(batch, i), self._seq
                )
                self._of_records[_row(stored, i)] = text
                new = True
            else:
                new = False
                if not found[1]:
                    self.buried.add(text)
            if new:
                fresh.append(i)
                if self._seen is not None:
                    self._seen.add(_row(stored, i))
        self.count += len(fresh)

    def _recorded(self, batch: ReadingBatch, i: int) -> Recorded:
        return Recorded(
            record_digest(self._identity, batch.records[i]),
            *_row(batch, i),
            batch.decimals[i],
            batch.flags[i],
        )

    def _new_among(self, batch: ReadingBatch, low: int, high: int, inserted: int) -> list[int]:
        at: dict[_Row, int] = {}
        for i in range(low, high):
            at.setdefault(_row(batch, i), i)
        marks = [*chain.from_iterable(at), self.series.id, self._seq]
        found: list[_Row] = self._db.conn.execute(_new_among(len(at)), marks).fetchall()
        if len(found) != inserted:  # a copy of a row that an earlier chunk of this commit brought
            if self._seen is None:
                self._seen = set(self._new_rows())
            found = [row for row in found if row not in self._seen]
        if self._seen is not None:
            self._seen.update(found)
        return sorted(at[row] for row in found)

    def _keep_waveforms(self, batch: ReadingBatch, fresh: list[int]) -> None:
        wanted = {batch.values[i] for i in fresh}
        self._db.conn.executemany(
            "INSERT INTO waveform VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [
                (digest, wave.period_ms, wave.factor, wave.samples)
                for digest, wave in batch.waveforms.items()
                if digest in wanted
            ],
        )

    def _new_rows(self) -> Iterator[_Row]:
        return (_row(batch, i) for batch, fresh in self._fresh for i in fresh)

    def _text(self, row: _Row) -> str:
        """The identity of a row that is new."""
        return self._of_records.get(row) or identity_text(self.series, *row)

    def _texts_of(self, batch: ReadingBatch) -> Iterator[str]:
        """The identity of each row of a batch as it came."""
        rows = zip(batch.starts, batch.durations, batch.values, batch.nths, strict=True)
        for row, record in zip_longest(rows, batch.records, fillvalue=""):
            assert isinstance(row, tuple)  # noqa: S101  # as many records as rows, or none
            if record:
                digest = record_digest(self._identity, record)
                yield record_text(self.series, digest, row[2], row[3])
            else:
                yield identity_text(self.series, *row)


def _row(batch: ReadingBatch, i: int) -> _Row:
    return batch.starts[i], batch.durations[i], batch.values[i], batch.nths[i]


def _picked(batch: ReadingBatch, fresh: list[int]) -> Iterable[Instant]:
    return batch.starts if len(fresh) == len(batch) else (batch.starts[i] for i in fresh)
