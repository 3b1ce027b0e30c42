"""The last step of the road: send what is due, to every recipient, once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from adapters.reading import Instant
from gateway.sharing import settle
from gateway.sharing.errors import DoorClosed, LeakBlocked, UploadDeferred
from gateway.sharing.post import Parts
from gateway.sharing.recipients import Recipient
from gateway.sharing.sent import cancelled_since, counts, waiting
from gateway.sharing.turn import turn
from gateway.sharing.visit import Visit
from gateway.store.driver import Database, transaction


@dataclass(frozen=True, slots=True)
class Report:
    """What one run did, and how things stand after it.

    Attributes:
        sent, already, rejected, cancelled, withheld: how many Observations came into this state.
        deferred, unknown, waiting: how many are in it now.
        destinations: every origin to which a connection was made since the program started.
        held: by recipient, why it gets nothing now: a sentence, or a word of `consent.Reason`.
        next_at: when the first recipient that was paused may be tried again; None if none was.
    """

    sent: int = 0
    already: int = 0
    rejected: int = 0
    deferred: int = 0
    unknown: int = 0
    cancelled: int = 0
    withheld: int = 0
    waiting: int = 0
    destinations: tuple[str, ...] = ()
    held: dict[str, str] = field(default_factory=dict)
    next_at: Instant | None = None


class Uploader:
    """Sends; one at a time in the whole home.

    Args:
        parts: what it is done with.
        lock: a file of the home; see `turn`.
    """

    def __init__(self, parts: Parts, lock: Path) -> None:
        self._parts = parts
        self._lock = lock

    async def send_due(self, only: Collection[str] | None = None, patience: float = 5.0) -> Report:
        """Send what is due to every active recipient, or to those named.

        What one recipient does not take never stops the others. Nothing is given up for its age.

        Raises:
            NotOurTurn: another part of the program is sending.
        """
        p = self._parts
        async with turn(self._lock, patience):
            await p.do(settle.after_a_crash, p.db)
            started = p.now()
            before = await p.do(counts, p.db)
            held: dict[str, str] = {}
            for recipient in await p.do(p.recipients.list):
                if only is not None and recipient.key not in only:
                    continue
                why = await self._visit(recipient)
                if why:
                    held[recipient.key] = why
            return await p.do(self._report, started, before, held)

    async def resolve(self, recipient: str) -> Report:
        """Ask a recipient what became of Observations whose answer was lost; send nothing.

        Only when the person wants to know: it is the one question that is asked after a
        withdrawal.

        Raises:
            UploadDeferred: the recipient did not answer.
            NotOurTurn: another part of the program is sending.
        """
        p = self._parts
        async with turn(self._lock):
            await p.do(settle.after_a_crash, p.db)
            started, before = p.now(), await p.do(counts, p.db)
            await Visit(p, await p.do(p.recipients.get, recipient)).ask_only()
            return await p.do(self._report, started, before, {})

    async def _visit(self, recipient: Recipient) -> str:
        """Visit one recipient; why it gets nothing more now, empty when all is done."""
        p = self._parts
        until, tries, why = await p.do(_paused, p.db, recipient.key)
        if until > p.now():
            return why
        visit = Visit(p, recipient)
        try:
            await visit.pay()
        except UploadDeferred as error:
            pause = p.now() + p.pause(tries, error.retry_after)
            await p.do(_pause, p.db, recipient.key, pause, tries + 1, error.why)
            return error.why
        except (LeakBlocked, DoorClosed) as error:
            pause = p.now() + p.longest_pause
            await p.do(_pause, p.db, recipient.key, pause, tries + 1, str(error))
            return str(error)
        if until:
            await p.do(_go_on, p.db, recipient.key)
        return str(visit.held or "")

    def _report(self, started: Instant, before: dict[str, int], held: dict[str, str]) -> Report:
        db = self._parts.db
        now = counts(db)
        (next_at,) = db.conn.execute("SELECT MIN(until) FROM pause").fetchone()

        def more(state: str) -> int:
            return max(0, now.get(state, 0) - before.get(state, 0))

        return Report(
            sent=more("sent"),
            already=more("already"),
            rejected=more("rejected"),
            deferred=now.get("deferred", 0),
            unknown=now.get("unknown", 0),
            cancelled=more("cancelled") + cancelled_since(db, started),
            withheld=more("withheld"),
            waiting=waiting(db),
            destinations=tuple(sorted(self._parts.door.destinations)),
            held=held,
            next_at=next_at,
        )


def _paused(db: Database, recipient: str) -> tuple[Instant, int, str]:
    row = db.conn.execute(
        "SELECT until, tries, why FROM pause WHERE recipient = ?", (recipient,)
    ).fetchone()
    return (row[0], row[1], row[2]) if row else (0, 0, "")


def _pause(db: Database, recipient: str, until: Instant, tries: int, why: str) -> None:
    with transaction(db):
        db.conn.execute(
            "INSERT INTO pause VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " until = excluded.until, tries = excluded.tries, why = excluded.why",
            (recipient, until, tries, why),
        )


def _go_on(db: Database, recipient: str) -> None:
    with transaction(db):
        db.conn.execute("DELETE FROM pause WHERE recipient = ?", (recipient,))
