"""The readings of this home: the one class through which others take in, ask, correct, delete."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from adapters.kinds import Kind
from adapters.reading import (
    DeviceKey,
    Gap,
    Instant,
    PersonKey,
    ReadingBatch,
    Value,
    Waveform,
)
from gateway.store import correction, deletion, gaps, intake, overview, query, resolving, rollup
from gateway.store import series as all_series
from gateway.store import trend as trends
from gateway.store.driver import Database, in_transaction
from gateway.store.heads import Anchor
from gateway.store.identity import ReadingId, SeriesRow
from gateway.store.known import is_here
from gateway.store.written import how_many_here

_A_DAY_IS_WORTH = 10


class Readings:
    """The readings of this home.

    Words: `first` and `last` are both included; `since` and `until` are half-open.

    Args:
        db: ``gateway.db``.
        identity: the home's identity secret.
        anchor: where the highest intake number is kept apart, or None.
    """

    ANCHOR_EVERY = 10_000
    """Milliseconds between two anchors of a live stream, to spare the card a commit a second."""

    def __init__(self, db: Database, identity: bytes, anchor: Anchor | None = None) -> None:
        self._db = db
        self._identity = identity
        self._anchor = anchor
        self._anchored_at: Instant | None = None

    def take_in(
        self,
        batches: Sequence[ReadingBatch],
        *,
        at: Instant,
        source: str,
        simulated: bool,
        with_keys: bool = False,
        with_all_keys: bool = False,
    ) -> intake.TakenIn:
        """Store what is new of some batches in one transaction.

        A reading that is known, or was deleted by the person, is not stored again. An importer
        hands over at most some 10,000 rows a call, so that live readings need not wait.

        Args:
            batches: any series, in any order.
            at: when they arrived.
            source: by which way, e.g. ``"ble"`` or ``"healthkit"``.
            simulated: whether they come from simulated devices.
            with_keys: also give the reading key of each new reading.
            with_all_keys: also give the key of each row, known ones too.

        Raises:
            StoreDamaged, StoreBusy, StoreFull: nothing was stored.
        """
        taken = intake.take_in(
            self._db,
            self._identity,
            batches,
            at=at,
            source=source,
            simulated=simulated,
            with_keys=with_keys,
            with_all_keys=with_all_keys,
        )
        if taken.intake and not in_transaction(self._db):
            due = self._anchored_at is None or abs(at - self._anchored_at) >= self.ANCHOR_EVERY
            if due or not all(batch.live for batch in batches):
                self.anchor_now()
                self._anchored_at = at
        return taken

    def anchor_now(self) -> None:
        """Note the highest intake number apart; also called when the program stops."""
        if self._anchor is not None:
            self._anchor.set_head("intake", intake.highest_intake(self._db), b"")

    def arrivals(self, after: int, limit: int = 1000) -> list[intake.IntakeRow]:
        """The arrivals after an intake number, oldest first: the work list of release."""
        return intake.arrivals(self._db, after, limit)

    def series(self, person: PersonKey | None = None, kind: Kind | None = None) -> list[SeriesRow]:
        """Every series, or those of a person or kind, with count and first and last start."""
        return all_series.list_series(self._db, person, kind)

    def series_by_id(self, id_: int) -> SeriesRow:
        """One series, without its first and last start; KeyError if there is none."""
        return all_series.series_by_id(self._db, id_)

    def is_here(
        self, device: DeviceKey, kind: Kind, record: str, row: tuple[Instant, int, Value, int]
    ) -> bool:
        """Whether somebody has this reading of a device; see `known.is_here`."""
        return is_here(self._db, self._identity, device, kind, record, row)

    def have(self, series: int, batch: ReadingBatch, rows: Sequence[int]) -> int:
        """How many of some rows of a batch a series has; at most some hundred at a time."""
        return how_many_here(self._db, series, batch, rows)

    def latest(self, person: PersonKey, kind: Kind | None = None) -> list[query.Latest]:
        """The newest reading of each kind that was not entered in error."""
        return query.latest(self._db, person, kind)

    def window(
        self,
        series: int,
        first: Instant,
        last: Instant,
        limit: int,
        after: ReadingId | None = None,
    ) -> list[query.ReadingRow]:
        """Readings that start from first to last, oldest first.

        Args:
            series: which series.
            first: earliest start.
            last: latest start.
            limit: at most so many.
            after: the `id` of the last row of the page before, to go on from there.
        """
        return query.window(self._db, series, first, last, limit, after)

    def reading(self, id_: ReadingId) -> query.ReadingRow | None:
        """One reading, or None."""
        return query.reading(self._db, id_)

    def waveform(self, digest: str) -> Waveform | None:
        """The samples of a reading whose value is their digest, or None."""
        return query.waveform(self._db, digest)

    def trend(
        self, person: PersonKey, kind: Kind, since: Instant, until: Instant, buckets: int
    ) -> list[trends.TrendPoint]:
        """The figures of so many equal parts, each a whole number of quarter hours long."""
        edges = trends.even_edges(since, until, buckets)
        return trends.trend(self._db, person, kind, edges)

    def trend_between(
        self,
        person: PersonKey,
        kind: Kind,
        edges: Sequence[Instant],
        series: Collection[int] | None = None,
    ) -> list[trends.TrendPoint]:
        """The figures between each two edges, e.g. the midnights of somebody's zone.

        What is not rolled up yet is counted from the readings, so the figures are true at once.
        What several sources counted at once is in ``total`` once (see `overlap`), unless series
        are named.

        Args:
            person: whose.
            kind: of what; a kind without single numbers has no trend.
            edges: rising, on quarter hours UTC (as every midnight of every zone is).
            series: only these, or all of the person and kind.
        """
        points = trends.trend(self._db, person, kind, edges, series)
        if series is not None:
            return points
        return resolving.without_overlap(self._db, person, kind, edges, points)

    def trends_between(
        self, person: PersonKey, kinds: Collection[Kind], edges: Sequence[Instant]
    ) -> Mapping[Kind, list[trends.TrendPoint]]:
        """The same of many kinds at once, those without a point left out."""
        return overview.trends(self._db, person, kinds, edges)

    def accounts(
        self, person: PersonKey, kind: Kind, since: Instant, until: Instant
    ) -> list[resolving.Account]:
        """How the total of a time came about: what each series recorded, and what of it counts."""
        return resolving.accounts(self._db, person, kind, since, until)

    def roll_up(self, limit: int = 1000) -> int:
        """Roll up at most so many dirty hours; 0 when there is nothing left to do.

        A thousand hours take some 20 ms, in which nobody else can write. Then days in which
        several sources counted are reckoned, which cost as much as some hours each.
        """
        done = rollup.roll_up(self._db, limit)
        days = resolving.resolve(self._db, max(0, limit - done) // _A_DAY_IS_WORTH)
        return done + days * _A_DAY_IS_WORTH

    def correct(
        self,
        id_: ReadingId,
        new: tuple[Value, int] | None,
        *,
        at: Instant,
        actor: str,
        why: str = "",
    ) -> int:
        """Say what is true instead: a value with its decimals, or None for entered in error.

        The reading itself stays, so an import does not add it again. ``why`` is one word.

        Returns:
            the version, from 1 on.

        Raises:
            NoSuchReading: there is none.
        """
        return correction.correct(self._db, id_, new, at=at, actor=actor, why=why)

    def corrections(
        self, since: Instant = 0, id_: ReadingId | None = None
    ) -> list[correction.Correction]:
        """Corrections made since then, of all readings or of one; oldest first."""
        return correction.corrections(self._db, since, id_)

    def delete(self, series: int, first: Instant, last: Instant, at: Instant) -> int:
        """Delete the readings that start from first to last; say how many.

        A keyed digest of each stays, so that no import brings it back. What waits to be sent of
        them is cancelled; what is with a recipient or on its way stays recorded.
        """
        return deletion.delete(self._db, self._identity, series, first, last, at=at)

    def delete_one(self, id_: ReadingId, at: Instant) -> int:
        """Delete one reading; 0 if it was not there."""
        return deletion.delete_one(self._db, self._identity, id_, at=at)

    def note_gap(self, gap: Gap) -> None:
        """Take in a gap as a source tells it."""
        gaps.note_gap(self._db, gap)

    def open_gap(self, person: PersonKey, device: DeviceKey, since: Instant, why: str) -> None:
        """A stream went silent."""
        gaps.open_gap(self._db, person, device, since, why)

    def close_gap(self, device: DeviceKey, until: Instant) -> bool:
        """A stream is heard again; False if no gap was open."""
        return gaps.close_gap(self._db, device, until)

    def gaps(self, person: PersonKey, since: Instant, until: Instant) -> list[Gap]:
        """The gaps that touch a time, oldest first."""
        return gaps.gaps(self._db, person, since, until)
