"""The consent ledger: what was decided, by whom, when; appended to and never changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.reading import Instant
from gateway.sharing.admission import admit
from gateway.sharing.chain import GENESIS, Anchor, Entry, Row, checked, digest, link
from gateway.sharing.consent import ClockState, ConsentState
from gateway.sharing.errors import LedgerBroken
from gateway.sharing.events import ConsentEvent, Recorded
from gateway.sharing.fold import broken, fold
from gateway.sharing.spelling import spelled
from gateway.store.driver import Database, transaction
from gateway.store.errors import StoreBusy

__all__ = ["Anchor", "Entry", "Ledger"]

_WHAT: Final = "ledger"
_ROWS: Final = "SELECT seq, event, prev, hash, signature FROM ledger"


class Ledger:
    """The ledger of one home. One thread at a time may use it, as with its database.

    Attributes:
        on_append: called with each new entry inside its transaction, under the write lock: what
            must be true together with the entry, such as cancelling what waits after a
            withdrawal. If one raises, nothing is recorded.
        public_key: what signatures are checked with, 32 bytes.
    """

    def __init__(
        self,
        db: Database,
        signing_key: bytes,
        anchor: Anchor | None = None,
        *,
        simulation: bool = False,
    ) -> None:
        """Look at the ledger of a home.

        Args:
            db: `gateway.db`.
            signing_key: the device's Ed25519 key, 32 bytes.
            anchor: where the head is kept a second time; None where this process has no way there.
            simulation: whether scripted decisions count here.
        """
        self._db = db
        self._key = Ed25519PrivateKey.from_private_bytes(signing_key)
        self._anchor = anchor
        self._simulation = simulation
        self._state: ConsentState | None = None
        self._head = GENESIS
        self.on_append: list[Callable[[Entry], None]] = []
        self.public_key = self._key.public_key().public_bytes_raw()

    def append(
        self,
        event: ConsentEvent,
        *,
        at: Instant,
        actor: str,
        session: str,
        clock: ClockState = ClockState.TRUSTED,
        also: Callable[[Sequence[Entry]], None] | None = None,
    ) -> Entry:
        """Record one event; see `append_all`."""
        entries = self.append_all(
            [event], at=at, actor=actor, session=session, clock=clock, also=also
        )
        return entries[0]

    def append_all(
        self,
        events: Sequence[ConsentEvent],
        *,
        at: Instant,
        actor: str,
        session: str,
        clock: ClockState = ClockState.TRUSTED,
        also: Callable[[Sequence[Entry]], None] | None = None,
    ) -> list[Entry]:
        """Record events that belong together, all or none, in one transaction of its own.

        Args:
            events: what was decided.
            at: when.
            actor: who: a person, ``script`` or ``gateway``.
            session: in which session, so that it can be shown later.
            clock: whether ``at`` can be believed.
            also: called with the entries inside the transaction.

        Raises:
            NotAllowed: one of them may not be recorded; nothing was.
            LedgerBroken: the ledger cannot be believed, so nothing is added to it.
        """
        if self._db.conn.in_transaction:
            raise RuntimeError("the ledger commits by itself: call it outside a transaction")
        word: Literal["trusted", "untrusted"] = (
            "trusted" if clock is ClockState.TRUSTED else "untrusted"
        )
        with transaction(self._db):
            state = self.state()
            if state.broken:
                raise LedgerBroken(state.broken)
            entries, head = [], self._head
            for event in events:
                recorded = Recorded(at, actor, session, word, event)
                admit(state, recorded, simulation=self._simulation)
                state = fold([recorded], onto=state)
                entry = self._write(recorded, head, state.seq)
                entries.append(entry)
                head = entry.hash
                for act in self.on_append:
                    act(entry)
            if also is not None:
                also(entries)
        self._state, self._head = state, head
        with suppress(StoreBusy):  # it is recorded; a head that is behind is mended later
            self._keep_head()
        return entries

    def entries(self) -> list[Entry]:
        """Every entry, each checked.

        Raises:
            LedgerBroken: one of them is not as it was written.
        """
        return checked(self._rows(), self._key.public_key())

    def verify(self) -> None:
        """Check every entry, its signature, and the head that is kept a second time.

        Raises:
            LedgerBroken: something was changed, left out, put in, swapped or cut off; from then
                on `state()` denies everything.
        """
        try:
            kept = self._anchor.head(_WHAT) if self._anchor else None
            entries = self.entries()  # read after the head: others may append meanwhile
            self._compare(kept, entries)
        except LedgerBroken as error:
            self._state = broken(str(error))
            raise
        self._state = fold(entry.recorded for entry in entries)
        self._head = entries[-1].hash if entries else GENESIS
        self._keep_head()

    def state(self) -> ConsentState:
        """What the ledger says now; read again only where another process has added to it.

        Never raises `LedgerBroken`: a ledger that cannot be believed gives a state that says why
        and denies everything.
        """
        try:
            if self._state is None:
                self.verify()
            elif not self._state.broken:
                self._read_on(self._state)
        except LedgerBroken as error:
            self._state = broken(str(error))
        assert self._state is not None  # noqa: S101  # set by verify, or broken
        return self._state

    def sign(self, text: bytes) -> bytes:
        """This gateway's signature of a receipt; ``text`` begins with a name of its own kind."""
        return self._key.sign(text)

    def _read_on(self, known: ConsentState) -> None:
        rows = self._rows(known.seq)
        if known.seq:
            if not rows or rows[0][0] != known.seq or rows[0][3] != self._head:
                raise LedgerBroken("its end was cut off or changed", known.seq)
            last = rows.pop(0)
            if digest(last[2], last[0], last[1]) != self._head:
                raise LedgerBroken("an entry is not the one that was written", known.seq)
        if rows:
            entries = checked(rows, self._key.public_key(), known.seq, self._head)
            self._state = fold((entry.recorded for entry in entries), onto=known)
            self._head = entries[-1].hash

    def _rows(self, since: int | None = None) -> list[Row]:
        if since is None:
            return list(self._db.execute(f"{_ROWS} ORDER BY seq"))
        return list(self._db.execute(f"{_ROWS} WHERE seq >= ? ORDER BY seq", [since]))

    def _write(self, recorded: Recorded, prev: bytes, seq: int) -> Entry:
        text = spelled(recorded)
        hashed, signature = link(self._key, prev, seq, text)
        self._db.execute(
            "INSERT INTO ledger (seq, event, prev, hash, signature) VALUES (?, ?, ?, ?, ?)",
            [seq, text, prev, hashed, signature],
        )
        return Entry(seq, recorded, hashed, signature)

    def _compare(self, kept: tuple[int, bytes] | None, entries: Sequence[Entry]) -> None:
        """Compare with the head kept elsewhere; it may be behind, after a crash, never ahead."""
        if self._anchor is None:
            return
        if kept is None:
            if entries:
                raise LedgerBroken("the head that was kept a second time is gone")
            self._anchor.set_head(_WHAT, 0, GENESIS)
            return
        seq, hashed = kept
        if seq > len(entries):
            raise LedgerBroken("its end was cut off", len(entries) + 1)
        if hashed != (entries[seq - 1].hash if seq else GENESIS):
            raise LedgerBroken("it is not the one whose head was kept a second time", seq)

    def _keep_head(self) -> None:
        """Move the second head forward, never back: another process may have been faster."""
        if self._anchor is None or self._state is None:
            return
        kept = self._anchor.head(_WHAT)
        if kept is None or kept[0] < self._state.seq:
            self._anchor.set_head(_WHAT, self._state.seq, self._head)
