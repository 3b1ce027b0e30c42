"""A withdrawal takes back what waits, in the transaction that records it.

What is under way (at most one batch) is shown as unknown until its answer comes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from adapters.kinds import Kind
from adapters.reading import Instant
from gateway.sharing.chain import Entry
from gateway.sharing.deliveries import of_batch, put
from gateway.sharing.events import RecipientRemoved, Withdraw
from gateway.store.driver import Database


def cancelling(db: Database) -> Callable[[Entry], None]:
    """What the ledger calls with each new entry; see `Ledger.on_append`."""

    def act(entry: Entry) -> None:
        match entry.event:
            case Withdraw(grant=grant, kinds=kinds):
                cancel_waiting(db, grant, kinds, entry.at)
            case RecipientRemoved(recipient=recipient):
                grants = db.conn.execute(
                    "SELECT consent FROM waiting WHERE recipient = ? UNION"
                    " SELECT consent FROM batch WHERE recipient = ? AND state <> 'done'",
                    (recipient, recipient),
                ).fetchall()
                for (grant,) in grants:
                    cancel_waiting(db, grant, None, entry.at)
            case _:
                pass

    return act


def cancel_waiting(db: Database, grant: str, kinds: Collection[Kind] | None, at: Instant) -> int:
    """Take back what waits under a grant, of these kinds or of all; say how many spans.

    Called inside the transaction of the withdrawal. The spans are kept in ``withdrawn``, so that
    what was not sent can be shown.
    """
    rows = [
        number
        for number, kind in db.conn.execute(
            "SELECT w.id, s.kind FROM waiting w JOIN series s ON s.id = w.series"
            " WHERE w.consent = ?",
            (grant,),
        ).fetchall()
        if kinds is None or kind in kinds
    ]
    for number in rows:
        db.conn.execute(
            "INSERT INTO withdrawn (recipient, series, first, last, grain, consent, at)"
            " SELECT recipient, series, first, last, grain, consent, ? FROM waiting WHERE id = ?",
            (at, number),
        )
        db.conn.execute("DELETE FROM waiting WHERE id = ?", (number,))
    for batch, recipient in db.conn.execute(
        "SELECT id, recipient FROM batch WHERE consent = ? AND state IN ('sending', 'deferred')",
        (grant,),
    ).fetchall():
        _cancel_batch(db, batch, recipient, kinds)
    return len(rows)


def _cancel_batch(db: Database, batch: int, recipient: str, kinds: Collection[Kind] | None) -> None:
    changed = []
    left = 0
    for row in of_batch(db, batch, "sending", "deferred"):
        if kinds is not None and row.kind not in kinds:
            left += 1
        else:
            changed.append(row.now("unknown" if row.state == "sending" else "cancelled"))
    put(db, recipient, batch, changed)
    if not left:
        sending = any(row.state == "unknown" for row in changed)
        db.conn.execute(
            "UPDATE batch SET state = ? WHERE id = ?",
            ("unknown" if sending else "cancelled", batch),
        )
