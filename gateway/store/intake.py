"""Readings come in: one transaction, each reading once, in an order of arrival without gaps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from adapters.kinds import Kind
from adapters.reading import Instant, ReadingBatch
from gateway.store.arrival import Arrival, Notes
from gateway.store.driver import Database, transaction
from gateway.store.identity import SeriesRow
from gateway.store.series import series_for


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of the readings that came in.

    Attributes:
        rows: how many came.
        new: how many the store did not have.
        known: how many it had.
        deleted_before: how many the person had deleted; they stay deleted.
        changed: how many were known, written in another unit.
        intake: the intake numbers that were used; empty where nothing was new.
        keys: the reading key of each new reading, if asked for.
        series: the same counts, series by series.
        all_keys: the reading key of each row in the order of the batches, if asked for; None
            stands for a reading that was deleted before.
    """

    rows: int
    new: int
    known: int
    deleted_before: int
    intake: range
    keys: list[str] = field(default_factory=list)
    all_keys: list[str | None] = field(default_factory=list)
    changed: int = 0
    series: list[SeriesTaken] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SeriesTaken:
    """What became of the readings of one series; the counts are those of `TakenIn`."""

    id: int
    kind: Kind
    rows: int
    new: int
    changed: int
    deleted_before: int


@dataclass(frozen=True, slots=True)
class IntakeRow:
    """One series' share of one commit: the work list of release.

    Attributes:
        first: the earliest start of what was new.
        last: the latest start of what was new.
    """

    seq: int
    at: Instant
    source: str
    series: int
    first: Instant
    last: Instant
    rows: int


def take_in(
    db: Database,
    identity: bytes,
    batches: Sequence[ReadingBatch],
    *,
    at: Instant,
    source: str,
    simulated: bool,
    with_keys: bool = False,
    with_all_keys: bool = False,
) -> TakenIn:
    """Store what is new of some batches, all of it or nothing; see `Readings.take_in`."""
    arrivals: list[Arrival] = []
    notes = Notes()
    taken: list[SeriesTaken] = []
    with transaction(db):
        first = seq = highest_intake(db) + 1
        buried = db.conn.execute("SELECT 1 FROM tombstone LIMIT 1").fetchone() is not None
        for series, members in _by_series(db, batches, simulated=simulated):
            arrival = Arrival(db, identity, series, seq)
            for batch in members:
                arrival.insert(batch)
            if buried:
                arrival.bury_again()
            if arrival.note(notes, at, source):
                seq += 1
            arrivals.append(arrival)
            rows, deleted = sum(map(len, members)), len(arrival.buried)
            taken.append(
                SeriesTaken(series.id, series.kind, rows, arrival.count, arrival.changed, deleted)
            )
        notes.write(db)
    rows = sum(map(len, batches))
    new = sum(one.new for one in taken)
    changed = sum(one.changed for one in taken)
    deleted = sum(one.deleted_before for one in taken)
    return TakenIn(
        rows=rows,
        new=new,
        known=rows - new - changed - deleted,
        deleted_before=deleted,
        intake=range(first, seq),
        keys=[key for one in arrivals for key in one.new_keys()] if with_keys else [],
        all_keys=_all_keys(arrivals, batches) if with_all_keys else [],
        changed=changed,
        series=taken,
    )


def highest_intake(db: Database) -> int:
    """The number of the last arrival; 0 before the first."""
    return int(db.conn.execute("SELECT COALESCE(MAX(seq), 0) FROM intake").fetchone()[0])


def arrivals(db: Database, after: int, limit: int) -> list[IntakeRow]:
    """The arrivals after a number, oldest first."""
    rows = db.conn.execute(
        "SELECT seq, at, source, series, first, last, rows FROM intake"
        " WHERE seq > ? ORDER BY seq LIMIT ?",
        (after, limit),
    )
    return [IntakeRow(*row) for row in rows]


def _by_series(
    db: Database, batches: Sequence[ReadingBatch], *, simulated: bool
) -> Iterator[tuple[SeriesRow, list[ReadingBatch]]]:
    """Batches of one series together, so that each has one intake row a commit."""
    together: dict[tuple[str, ...], list[ReadingBatch]] = {}
    for batch in batches:
        if len(batch):
            together.setdefault(_named(batch), []).append(batch)
    for members in together.values():
        yield series_for(db, members[0], simulated=simulated), members


def _named(batch: ReadingBatch) -> tuple[str, ...]:
    return batch.person, batch.kind, batch.device, batch.source


def _all_keys(arrivals: Sequence[Arrival], batches: Sequence[ReadingBatch]) -> list[str | None]:
    of: dict[tuple[str, ...], Arrival] = {}
    for one in arrivals:
        series = one.series
        of[series.person, series.kind, series.device, series.source] = one
    return [key for batch in batches if len(batch) for key in of[_named(batch)].keys_of(batch)]
