"""The order between a request and a withdrawal, in this process and in every other.

What may be sent is decided in a transaction that claims it. Between that commit and the first byte
some time passes, and a withdrawal may be committed in it. So the write lock, which a withdrawal
needs too, is taken once more just before the first byte; if the ledger has grown since the claim,
nothing is sent; otherwise the lock is let go when the bytes are on their way.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from gateway.sharing.errors import SendingStopped
from gateway.store.driver import Database
from gateway.store.errors import StoreBusy

_LONGEST_WAIT = 60.0
_PAUSE = 0.002


class Gate:
    """Makes permits for requests; has a connection of its own, which nothing else may use.

    Args:
        db: a second connection to `gateway.db`; the gate writes nothing through it.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._db.conn.execute("PRAGMA busy_timeout = 0")
        self._held = False

    def permit(self, ledger_seq: int) -> GatePermit:
        """A permit that can be held only while the ledger ends with this entry."""
        return GatePermit(self, ledger_seq)

    async def _take(self, ledger_seq: int) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + _LONGEST_WAIT
        while self._held or not self._begin():
            if loop.time() > until:
                raise StoreBusy("Another part of the gateway is writing.")
            await asyncio.sleep(_PAUSE)
        self._held = True
        row = self._db.conn.execute("SELECT COALESCE(MAX(seq), 0) FROM ledger").fetchone()
        if row[0] != ledger_seq:
            self._give_back()
            raise SendingStopped

    def _begin(self) -> bool:
        with suppress(StoreBusy):
            self._db.conn.execute("BEGIN IMMEDIATE")
            return True
        return False

    def _give_back(self) -> None:
        self._held = False
        if self._db.conn.in_transaction:
            self._db.conn.execute("ROLLBACK")


class GatePermit:
    """One request's permit; see `door.Permit`."""

    def __init__(self, gate: Gate, ledger_seq: int) -> None:
        self._gate = gate
        self._seq = ledger_seq
        self._mine = False

    async def hold(self) -> None:
        """Take the write lock, if nothing was decided since the claim.

        Raises:
            SendingStopped: the ledger has grown.
            StoreBusy: the lock was not free for a minute.
        """
        if not self._mine:
            await self._gate._take(self._seq)
            self._mine = True

    def release(self) -> None:
        """Give the write lock back."""
        if self._mine:
            self._mine = False
            self._gate._give_back()
