"""The inside of a claim: choose, decide, write, until the batch is full."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from adapters.reading import Instant
from fhir_mappings.bundle import batch_bundle
from gateway.sharing.candidates import Candidate, again, candidates
from gateway.sharing.compose import Letter, References, compose
from gateway.sharing.consent import (
    FUTURE_TOLERANCE_MS,
    ClockState,
    ConsentState,
    Grain,
    Reason,
    Window,
)
from gateway.sharing.decision import windows
from gateway.sharing.deliveries import Delivery, of_batch, put, take_back
from gateway.sharing.members import Members, is_group
from gateway.sharing.recipients import Recipient
from gateway.sharing.spans import Span, due_spans, shrink, wait
from gateway.sharing.still import still
from gateway.store.driver import Database
from gateway.store.identity import SeriesRow

_YES: Final = Reason.PERMITTED
_TIMES_LOOKED_AT = 5000
"""So many instants of a span are looked at in one claim, so that its lock is held shortly."""

_WAITING_AT_ONCE = 500
"""So many groups that must wait are passed over in one claim, for the same reason."""

_ENVELOPE = 64
_ENVELOPE_OF_AN_ENTRY = 160
"""At least as many bytes as a Bundle, and an entry of it, add to what they hold."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is claimed at once. One Observation is claimed however long it is."""

    readings: int = 50
    octets: int = 262_144


class Making:
    """One claim in the making; used inside the transaction of `claim.claim`."""

    def __init__(
        self,
        db: Database,
        state: ConsentState,
        recipient: Recipient,
        consent: str,
        grain: Grain,
        now: Instant,
        clock: ClockState,
        limits: Limits,
    ) -> None:
        self._db = db
        self._state = state
        self._recipient = recipient
        self._consent = consent
        self._grain = grain
        self._now = now
        self._clock = clock
        self._limits = limits
        self._members = Members(db, state, consent, now, clock)
        self._octets = _ENVELOPE
        self._full = False
        self.letters: list[Letter] = []
        self.tries = 0

    def take_waiting(self, series: Sequence[SeriesRow], references: References) -> None:
        """Take readings from waiting spans of these series, and shrink the spans by them."""
        rows = {row.id: row for row in series}
        for number, span in due_spans(self._db, self._recipient.key, self._now):
            same = (span.consent, span.grain) == (self._consent, self._grain)
            if same and span.series in rows and not self._full:
                self._take_span(number, span, rows[span.series], references)

    def take_again(self, batch: int, series: Sequence[SeriesRow], references: References) -> None:
        """Take deferred readings up again; those that are gone or must stay are let go."""
        (self.tries,) = self._db.conn.execute(
            "SELECT tries FROM batch WHERE id = ?", (batch,)
        ).fetchone()
        waiting = of_batch(self._db, batch, "deferred")
        for row in series:
            chosen = []
            for one in waiting:
                if one.key.series != row.id:
                    continue
                candidate = again(self._db, row, one.key, self._grain, self._recipient.key)
                if candidate is None or candidate.key != one.key:  # deleted, or corrected since
                    take_back(self._db, self._recipient.key, [one])
                if candidate is not None:
                    chosen.append(candidate)
            self._write(row, references, self._decided(row, chosen))
        claimed = {letter.key for letter in self.letters}
        if all(one.key in claimed for one in of_batch(self._db, batch, "deferred")):
            self._db.conn.execute("UPDATE batch SET state = 'done' WHERE id = ?", (batch,))

    def write_down(self) -> tuple[int, bytes]:
        """Mark what was chosen as being sent, and maybe gone; its number and its bytes."""
        bundle = batch_bundle([letter.entry for letter in self.letters])
        (batch,) = self._db.conn.execute(
            "INSERT INTO batch (recipient, claimed_at, consent, rows, bytes, sha256, state, tries,"
            " grain, outcome) VALUES (?, ?, ?, ?, ?, ?, 'sending', ?, ?, '4') RETURNING id",
            (
                self._recipient.key, self._now, self._consent, len(self.letters), len(bundle),
                hashlib.sha256(bundle).digest(), self.tries, self._grain,
            ),
        ).fetchone()  # fmt: skip
        put(
            self._db,
            self._recipient.key,
            batch,
            [
                Delivery(one.key, one.series.kind, "sending", was=one.candidate.was)
                for one in self.letters
            ],
        )
        return int(batch), bundle

    def _take_span(
        self, number: int, span: Span, series: SeriesRow, references: References
    ) -> None:
        if self._permission(series) is None:
            return
        room = self._limits.readings - len(self.letters)
        now: list[Candidate] = []
        later: list[Candidate] = []
        seen, times = span.first, 0
        zone = self._state.grants[self._consent].zone
        for one in candidates(self._db, series, span, self._now, zone):
            full = len(now) == room or len(later) == _WAITING_AT_ONCE
            if isinstance(one, int):  # all that started before it was looked at
                seen, times = one, times + 1
                if full or times > _TIMES_LOOKED_AT:
                    break
            elif full:
                break
            else:
                (later if self._is_to_wait(series, one) else now).append(one)
        stop = self._write(series, references, self._decided(series, now))
        self._full = self._full or len(now) == room
        shrink(self._db, number, span, seen if stop is None else min(seen, stop))
        for one in later:
            start = one.key.start
            wait(self._db, replace(span, first=start, last=start))

    def _permission(self, series: SeriesRow) -> Window | None:
        """What the grant of this claim lets leave of a series now."""
        if still(self._state, self._consent, series, self._now, self._clock) is not _YES:
            return None
        found = windows(
            self._state, series.person, series.kind, self._recipient.key, self._now, self._clock
        )
        return next((window for window in found if window.grant == self._consent), None)

    def _decided(self, series: SeriesRow, chosen: Sequence[Candidate]) -> list[Candidate]:
        """What may leave, decided one by one; the others are marked with the reason."""
        window = self._permission(series)
        if window is None:
            return []
        allowed, refused = [], []
        for one in chosen:
            if self._is_early(one):
                continue
            if one.doubt:
                refused.append((one, one.doubt))
            elif not window.covers(one.key.start, one.end):
                refused.append((one, str(Reason.OUTSIDE_HISTORY)))
            else:
                allowed.append(one)
        self._withhold(series, refused)
        return allowed

    def _is_early(self, one: Candidate) -> bool:
        return max(one.key.start, one.end - 1) > self._now + FUTURE_TOLERANCE_MS

    def _is_to_wait(self, series: SeriesRow, one: Candidate) -> bool:
        """Whether its end is still to come, or it is a group of which a member is under way."""
        return self._is_early(one) or (
            is_group(series.kind) and self._members.are_awaited(series, one)
        )

    def _write(
        self, series: SeriesRow, references: References, allowed: Sequence[Candidate]
    ) -> Instant | None:
        """Write letters until the batch is full; when the first that found no room started."""
        if not is_group(series.kind) or self._grain != "raw":
            return self._write_those(series, references, allowed)
        for one in allowed:  # a group may be long, and its members are looked for: one by one
            members = self._members.of(series, one)
            stop = self._write_those(series, references, [replace(one, members=members)])
            if stop is not None:
                return stop
        return None

    def _write_those(
        self, series: SeriesRow, references: References, allowed: Sequence[Candidate]
    ) -> Instant | None:
        letters, refused = compose(
            self._db, self._recipient, references, series, self._grain, allowed, self._now
        )
        self._withhold(series, refused)
        for letter in letters:
            size = len(letter.body) + len(letter.search) + _ENVELOPE_OF_AN_ENTRY
            too_many = len(self.letters) >= self._limits.readings
            if self.letters and (too_many or self._octets + size > self._limits.octets):
                self._full = True
                return letter.key.start
            self._octets += size
            self.letters.append(letter)
        return None

    def _withhold(self, series: SeriesRow, refused: Sequence[tuple[Candidate, str]]) -> None:
        stay = [
            Delivery(one.key, series.kind, "withheld", outcome=reason) for one, reason in refused
        ]
        put(self._db, self._recipient.key, 0, stay)
