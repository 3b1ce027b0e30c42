"""What became of a claim: answered, given back, or unknown. Each in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from adapters.reading import Instant
from gateway.sharing.amending import NO_PLACE, found_again, is_unplaced, stands
from gateway.sharing.compose import outbound
from gateway.sharing.consent import ClockState, Grain, Reason
from gateway.sharing.deliveries import Delivery, Key, State, of_batch, put, take_back
from gateway.sharing.ledger import Ledger
from gateway.sharing.recipients import Recipient
from gateway.sharing.spans import Span, wait
from gateway.sharing.still import PASSING, still
from gateway.store.driver import Database, transaction
from gateway.store.records import Identities
from gateway.store.series import series_by_id

THERE_BEFORE: Final = "there before"
"""The text of what was found at the recipient before it was sent: it left with no batch of ours."""

_OPEN: Final[tuple[State, ...]] = ("sending", "unknown")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one Observation.

    Attributes:
        state: what the recipient said; ``withheld`` where there is nothing to be said to it.
        etag: which version of it stands there now, where it told that.
        text: its reason where it refused; a word of `words.STUCK` where a person should know more.
    """

    key: Key
    state: Literal["sent", "already", "rejected", "deferred", "unknown", "withheld"]
    reference: str = ""
    text: str = ""
    etag: str = ""


def answered(
    db: Database, ledger: Ledger, batch: int, outcomes: Sequence[Outcome], now: Instant, later: int
) -> None:
    """Write down the answer to a batch, whatever was decided while it was under way.

    ``outcomes`` names what was answered; ``later`` is how many milliseconds from now what was
    deferred may be tried again.
    """
    with transaction(db):
        recipient, consent, tries, grain = _batch(db, batch)
        rows = of_batch(db, batch)
        open_ = {row.key: row for row in rows if row.state in _OPEN}
        done, deferred = _parted(db, ledger, recipient, consent, open_, outcomes, now)
        put(db, recipient, batch, done)
        _taken(db, batch)
        if deferred and len(deferred) == len(rows):
            put(db, recipient, batch, deferred)
            db.conn.execute(
                "UPDATE batch SET state = 'deferred', not_before = ?, tries = ? WHERE id = ?",
                (now + later, tries + 1, batch),
            )
            return
        if deferred:
            _defer(db, recipient, consent, grain, deferred, now + later, tries + 1)
        left = bool(open_) or any(row.state == "unknown" for row in done)
        db.conn.execute(
            "UPDATE batch SET state = ?, answered_at = ?, not_before = ?, tries = ? WHERE id = ?",
            ("unknown" if left else "done", now, now + later if left else 0,
             tries + 1 if left else tries, batch),
        )  # fmt: skip


def leaving(
    db: Database, ledger: Ledger, batch: int, body: bytes, n: int,
    known: Sequence[Outcome], now: Instant, later: int,
) -> None:  # fmt: skip
    """Write down what leaves, before it does, where that is not what was claimed.

    ``body`` is of the request, to the byte, with ``n`` Observations in it; ``known`` is what became
    of the others, which need not be sent or must not. So the digest that is kept, and that an
    AuditEvent names, is always that of what was on the wire.
    """
    with transaction(db):
        recipient, consent, tries, grain = _batch(db, batch)
        open_ = {row.key: row for row in of_batch(db, batch, *_OPEN)}
        done, deferred = _parted(db, ledger, recipient, consent, open_, known, now)
        put(db, recipient, batch, done)
        if deferred:
            _defer(db, recipient, consent, grain, deferred, now + later, tries + 1)
        db.conn.execute(
            "UPDATE batch SET rows = ?, bytes = ?, sha256 = ? WHERE id = ?",
            (n, len(body), hashlib.sha256(body).digest(), batch),
        )


def _parted(
    db: Database,
    ledger: Ledger,
    recipient: str,
    consent: str,
    open_: dict[Key, Delivery],
    outcomes: Sequence[Outcome],
    now: Instant,
) -> tuple[list[Delivery], list[Delivery]]:
    """What is done and what is to be tried again; what had an outcome is taken out of ``open_``."""
    done: list[Delivery] = []
    deferred: list[Delivery] = []
    for one in outcomes:
        row = open_.pop(one.key, None)
        if row is None:
            continue
        text = _uncorrected(db, recipient, one) if one.state == "already" else None
        if one.state != "deferred" and text is None:
            done.append(row.now(one.state, one.reference, one.text, one.etag))
        elif _may_go_on(db, ledger, consent, one.key, now):
            deferred.append(row.now("deferred", outcome=one.text if text is None else text))
        else:
            done.append(row.now("cancelled"))
    return done, deferred


def _uncorrected(db: Database, recipient: str, one: Outcome) -> str | None:
    """Why a correction is still due though "it is there already"; None where it is not.

    What is there already is the earlier version. Where the recipient says at which place, the
    correction replaces it next.
    """
    if found_again(db, recipient, one.key, one.reference, one.etag):
        return ""
    return NO_PLACE if is_unplaced(db, recipient, one.key) else None


def lost(db: Database, batch: int, now: Instant, later: int) -> None:
    """No answer came: whether it arrived is unknown until the recipient is asked."""
    with transaction(db):
        recipient, _, tries, _ = _batch(db, batch)
        rows = of_batch(db, batch, "sending")
        put(db, recipient, batch, [row.now("unknown") for row in rows])
        db.conn.execute(
            "UPDATE batch SET state = 'unknown', not_before = ?, tries = ? WHERE id = ?",
            (now + later, tries + 1, batch),
        )


def give_back(
    db: Database, ledger: Ledger, batch: int, now: Instant, keys: Collection[Key] | None = None
) -> None:
    """Nothing of these left this house: they wait again, unless their consent is over.

    ``keys`` says which of the batch; None means all that are open.
    """
    with transaction(db):
        recipient, consent, _, grain = _batch(db, batch)
        for row in of_batch(db, batch, *_OPEN):
            if keys is not None and row.key not in keys:
                continue
            if _may_go_on(db, ledger, consent, row.key, now):
                take_back(db, recipient, [row])
                first = row.key.start
                last = first if grain == "raw" else first + row.key.duration - 1
                wait(db, Span(recipient, row.key.series, first, last, grain, consent))
            else:
                put(db, recipient, batch, [row.now("cancelled")])
        left = {row.state for row in of_batch(db, batch)}
        state = (
            "unknown" if "unknown" in left
            else "sending" if "sending" in left
            else "done" if left - {"cancelled"} else "cancelled"
        )  # fmt: skip
        db.conn.execute("UPDATE batch SET state = ? WHERE id = ?", (state, batch))


def as_a_whole(db: Database, batch: int, outcome: Literal["", "8"]) -> None:
    """What became of the bytes of a batch: none of them left, or all of it was refused."""
    with transaction(db):
        db.conn.execute("UPDATE batch SET outcome = ? WHERE id = ?", (outcome, batch))


def found_out(
    db: Database, ledger: Ledger, batch: int, found: Mapping[Key, str], now: Instant
) -> None:
    """The recipient was asked: what it has is sent, what it has not, or only uncorrected, waits."""
    with transaction(db):
        recipient, *_ = _batch(db, batch)
        rows = of_batch(db, batch, "unknown")
        has = [
            row.now("sent", found[row.key])
            for row in rows
            if row.key in found and not found_again(db, recipient, row.key, found[row.key])
        ]
        put(db, recipient, batch, has)
        give_back(db, ledger, batch, now, {row.key for row in rows} - {one.key for one in has})
        db.conn.execute("UPDATE batch SET answered_at = ? WHERE id = ?", (now, batch))
        _taken(db, batch)


def after_a_crash(db: Database) -> int:
    """What was being sent when the program stopped is unknown now; say how many batches.

    Only to be called while no other part of the program sends.
    """
    with transaction(db):
        rows = db.conn.execute("SELECT id FROM batch WHERE state = 'sending'").fetchall()
        for (batch,) in rows:
            lost(db, batch, 0, 0)
    return len(rows)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A batch whose answer was lost, with the identifier of each of its open Observations."""

    batch: int
    ledger_seq: int
    ids: Mapping[str, Key]
    tries: int


def unknown(
    db: Database,
    ledger: Ledger,
    recipient: Recipient,
    now: Instant,
    clock: ClockState,
    *,
    asked_for: bool = False,
) -> list[Unknown]:
    """Batches that the recipient may be asked about now.

    A recipient whose consent was withdrawn is asked nothing, unless the person wants to know
    (``asked_for``).
    """
    with transaction(db):
        state = ledger.state()
        found = []
        for batch, consent, tries in db.conn.execute(
            "SELECT id, consent, tries FROM batch WHERE recipient = ? AND state = 'unknown'"
            " AND (? OR not_before <= ?) ORDER BY id",
            (recipient.key, asked_for, now),
        ).fetchall():
            ids, amended = {}, False
            for row in of_batch(db, batch, "unknown"):
                if stands(db, recipient.key, row.key):
                    amended = True  # its identifier was there before: it goes again, to be sure
                    continue
                series = series_by_id(db, row.key.series)
                if asked_for or still(state, consent, series, now, clock) is Reason.PERMITTED:
                    ids[outbound(recipient, Identities(db, series), row.key)] = row.key
            if ids or amended:
                found.append(Unknown(batch, state.seq, ids, tries))
        return found


def _taken(db: Database, batch: int) -> None:
    """Write down whether the recipient took what left: all of it, not all, or nothing."""
    (n,) = db.conn.execute("SELECT rows FROM batch WHERE id = ?", (batch,)).fetchone()
    states = [row.state for row in of_batch(db, batch) if row.outcome != THERE_BEFORE]
    taken, refused = sum(one in ("sent", "already") for one in states), states.count("rejected")
    outcome = "0" if taken == n else "8" if refused == n else "4"
    db.conn.execute("UPDATE batch SET outcome = ? WHERE id = ?", (outcome, batch))


def _batch(db: Database, batch: int) -> tuple[str, str, int, Grain]:
    recipient, consent, tries, grain = db.conn.execute(
        "SELECT recipient, consent, tries, grain FROM batch WHERE id = ?", (batch,)
    ).fetchone()
    return recipient, consent, tries, grain


def _may_go_on(db: Database, ledger: Ledger, consent: str, key: Key, now: Instant) -> bool:
    """Whether what was not taken may wait for another try: its consent is not over for good."""
    reason = still(ledger.state(), consent, series_by_id(db, key.series), now, ClockState.TRUSTED)
    return reason is Reason.PERMITTED or reason in PASSING


def _defer(
    db: Database,
    recipient: str,
    consent: str,
    grain: str,
    rows: Sequence[Delivery],
    not_before: Instant,
    tries: int,
) -> None:
    """Move Observations into a batch of their own, which is tried again later."""
    (batch,) = db.conn.execute(
        "INSERT INTO batch (recipient, claimed_at, consent, rows, state, not_before, tries, grain)"
        " VALUES (?, ?, ?, ?, 'deferred', ?, ?, ?) RETURNING id",
        (recipient, not_before, consent, len(rows), not_before, tries, grain),
    ).fetchone()
    put(db, recipient, int(batch), rows)
