"""Claim what may be sent now: consent decides once more, in the transaction that marks it.

A claim writes down what will leave before any of it leaves, so a crash at any point shows what may
have arrived. Withdrawal takes the same lock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from adapters.kinds import tier_of
from adapters.reading import Instant
from gateway.sharing.compose import Letter, References
from gateway.sharing.consent import ClockState, Grain, Reason
from gateway.sharing.deliveries import of_batch
from gateway.sharing.ledger import Ledger
from gateway.sharing.looks import LooksFirst, not_asked
from gateway.sharing.making import Limits, Making
from gateway.sharing.recipients import Recipient
from gateway.sharing.spans import Span, due_spans
from gateway.sharing.still import PASSING, still
from gateway.store.driver import Database, transaction
from gateway.store.identity import SeriesRow
from gateway.store.series import series_by_id


@dataclass(frozen=True, slots=True)
class Plan:
    """What a recipient would get next.

    Attributes:
        ledger_seq: the last entry of the ledger that was seen.
        series: whose readings, at most.
        consent: under which grant.
        again: the deferred batch that is due; 0 when the readings come from waiting spans.
        mark: stands for what it would take; the same again means that claiming got nowhere.
    """

    ledger_seq: int
    series: tuple[SeriesRow, ...]
    consent: str
    grain: Grain
    again: int = 0
    mark: int = 0


@dataclass(frozen=True, slots=True)
class Claimed:
    """What was claimed: it is to be sent now, or given back.

    Attributes:
        bundle: the letters as one batch Bundle, whose SHA-256 was kept.
        tries: how often these were tried before.
    """

    batch: int
    recipient: str
    ledger_seq: int
    consent: str
    grain: Grain
    claimed_at: Instant
    letters: tuple[Letter, ...]
    bundle: bytes
    tries: int

    @property
    def numbers(self) -> frozenset[bytes]:
        """The digits of all values in it."""
        return frozenset[bytes]().union(*(letter.numbers for letter in self.letters))


def plan(
    db: Database,
    ledger: Ledger,
    recipient: str,
    now: Instant,
    clock: ClockState,
    passed: Collection[int] = (),
) -> Plan | Reason | None:
    """What would be claimed next, so that the recipient can be told of the devices first.

    Groups come after all that may be a member of them. ``passed`` holds the marks of plans of which
    nothing could be claimed: they are passed over, so that what must wait stops nothing else.

    Returns:
        None when nothing is due; a reason when something is, but must wait for a person.
    """
    with transaction(db):
        state = ledger.state()
        held: Reason | None = None
        for due in _in_order(_due(db, recipient, now, passed)):
            reasons = {row: still(state, due.consent, row, now, clock) for row in due.series}
            free = tuple(row for row, why in reasons.items() if why is Reason.PERMITTED)
            if free:
                return replace(due, ledger_seq=state.seq, series=free)
            held = next((why for why in reasons.values() if why in PASSING), held)
        return held


def claim(
    db: Database,
    ledger: Ledger,
    recipient: Recipient,
    planned: Plan,
    references: References,
    now: Instant,
    clock: ClockState,
    limits: Limits,
) -> Claimed | None:
    """Claim the next readings of a plan, in one transaction.

    Returns:
        None when consent has changed since, or nothing of the plan was left to be sent. What was
        looked at and must stay is marked ``withheld`` with the reason.

    Raises:
        LooksFirst: these looks at clocks are to be made at the recipient before; nothing was
            claimed.
    """
    with transaction(db):
        state = ledger.state()
        if state.broken or state.seq != planned.ledger_seq:
            return None
        making = Making(db, state, recipient, planned.consent, planned.grain, now, clock, limits)
        if planned.again:
            making.take_again(planned.again, planned.series, references)
        else:
            making.take_waiting(planned.series, references)
        if not making.letters:
            return None
        if references.looks is not None:
            readings = ((one.series, one.key) for one in making.letters)
            if first := not_asked(db, references.looks, planned.grain, readings):
                raise LooksFirst(first)
        batch, bundle = making.write_down()
        return Claimed(
            batch=batch,
            recipient=recipient.key,
            ledger_seq=state.seq,
            consent=planned.consent,
            grain=planned.grain,
            claimed_at=now,
            letters=tuple(making.letters),
            bundle=bundle,
            tries=making.tries,
        )


def drop_what_ended(
    db: Database, ledger: Ledger, recipient: str, now: Instant, clock: ClockState
) -> int:
    """Let go of spans whose consent is over for good; say how many. They are kept to be shown."""
    dropped = 0
    with transaction(db):
        state = ledger.state()
        for row, span in due_spans(db, recipient, now):
            why = still(state, span.consent, series_by_id(db, span.series), now, clock)
            if why is not Reason.PERMITTED and why not in PASSING:
                db.conn.execute(
                    "INSERT INTO withdrawn (recipient, series, first, last, grain, consent, at)"
                    " SELECT recipient, series, first, last, grain, consent, ? FROM waiting"
                    " WHERE id = ?",
                    (now, row),
                )
                db.conn.execute("DELETE FROM waiting WHERE id = ?", (row,))
                dropped += 1
    return dropped


def _in_order(plans: Iterator[Plan]) -> Iterator[Plan]:
    """Groups after all others; no more plans are looked up than are asked for."""
    groups: list[Plan] = []
    for due in plans:
        if _tier(due):
            groups.append(due)
        else:
            yield due
    yield from sorted(groups, key=_tier)


def _due(db: Database, recipient: str, now: Instant, passed: Collection[int]) -> Iterator[Plan]:
    """What may be claimed, whatever consent says: first what is tried again, then what waits."""
    for batch, consent, grain in db.conn.execute(
        "SELECT id, consent, grain FROM batch WHERE recipient = ? AND state = 'deferred'"
        " AND not_before <= ? ORDER BY id",
        (recipient, now),
    ).fetchall():
        mark = hash(("again", batch))
        if mark not in passed:
            numbers = {row.key.series for row in of_batch(db, batch, "deferred")}
            yield Plan(0, _rows(db, numbers), consent, grain, batch, mark)
    spans = [span for _, span in due_spans(db, recipient, now)]
    rows = {row.id: row for row in _rows(db, {span.series for span in spans})}
    plans: dict[tuple[str, Grain, int], list[Span]] = {}
    for span in spans:
        path = span.consent, span.grain, tier_of(rows[span.series].kind)
        plans.setdefault(path, []).append(span)
    for (consent, grain, _), those in plans.items():
        found, mark = sorted({span.series for span in those}), hash(tuple(those))
        if mark not in passed:
            yield Plan(0, tuple(rows[one] for one in found), consent, grain, mark=mark)


def _tier(due: Plan) -> int:
    return min((tier_of(row.kind) for row in due.series), default=0)


def _rows(db: Database, numbers: set[int]) -> tuple[SeriesRow, ...]:
    return tuple(series_by_id(db, number) for number in sorted(numbers))
