"""One Provenance for what a batch made at the recipient; made once, made up for after a crash."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from adapters.reading import Instant
from fhir_mappings.provenance import Origin, provenance_resource
from gateway.sharing.answers import is_deferral, reference_in
from gateway.sharing.consent import ClockState, Reason
from gateway.sharing.deliveries import of_batch
from gateway.sharing.ledger import Ledger
from gateway.sharing.names import CONSENT_SYSTEM
from gateway.sharing.post import Parts, Post
from gateway.sharing.recipients import Recipient
from gateway.sharing.remote import decider
from gateway.sharing.still import still
from gateway.store.driver import Database, transaction
from gateway.store.series import series_by_id

NONE_TO_MAKE = "-"


@dataclass(frozen=True, slots=True)
class Owed:
    """A batch whose Provenance is still to be made."""

    batch: int
    ledger_seq: int
    body: bytes
    first: str


async def make_owed(parts: Parts, recipient: Recipient, post: Post) -> None:
    """Make the Provenances that are owed, as far as their consent still stands.

    Raises:
        UploadDeferred: the recipient did not take it now; it stays owed.
        SendingStopped: something was decided meanwhile.
    """
    while True:
        owed = await parts.do(_owed, parts.db, parts.ledger, recipient, parts.now(), parts.clock())
        if owed is None:
            return
        # A Provenance has no identifier in R4; it is known again by the first of its targets,
        # which belongs to one batch alone.
        answer = await post.send(
            "POST",
            "Provenance",
            owed.body,
            ledger_seq=owed.ledger_seq,
            only_if_none=f"target={quote(owed.first, safe='')}",
        )
        if is_deferral(answer.status) or answer.status == 401:
            raise post.refused(answer, "The recipient did not take a Provenance")
        reference = reference_in(answer.headers.get("Location", ""))
        await parts.do(_kept, parts.db, owed.batch, reference or f"{answer.status}")


def _owed(
    db: Database, ledger: Ledger, recipient: Recipient, now: Instant, clock: ClockState
) -> Owed | None:
    with transaction(db):
        state = ledger.state()
        for batch, consent, answered_at in db.conn.execute(
            "SELECT id, consent, answered_at FROM batch WHERE recipient = ? AND provenance = ''"
            " AND state = 'done' AND answered_at IS NOT NULL ORDER BY id",
            (recipient.key,),
        ).fetchall():
            rows = of_batch(db, batch, "sent", "already")
            made = sorted(
                (row for row in rows if row.reference), key=lambda row: row.state != "sent"
            )
            if not made:
                _kept(db, batch, NONE_TO_MAKE)
                continue
            numbers = {row.key.series for row in made}
            series = [series_by_id(db, number) for number in sorted(numbers)]
            if any(
                still(state, consent, one, now, clock) is not Reason.PERMITTED for one in series
            ):
                continue
            known = dict(
                db.conn.execute(
                    "SELECT what, reference FROM remote WHERE recipient = ?", (recipient.key,)
                ).fetchall()
            )
            (patient,) = db.conn.execute(
                "SELECT patient FROM recipient WHERE key = ?", (recipient.key,)
            ).fetchone()
            sensors = {known.get(f"device:{one.device}", "") for one in series}
            policy = recipient.invitation.policy
            body = provenance_resource(
                [row.reference for row in made],
                Origin(
                    subject=patient,
                    gateway_device=known["gateway"],
                    devices=sorted(sensors - {""}),
                    policy=f"{policy.url}|{policy.version}",
                    purpose=state.grants[consent].purpose,
                    consent=consent,
                    consent_system=CONSENT_SYSTEM,
                    consenter=known.get(decider(state.grants[consent]), ""),
                ),
                recorded=answered_at,
                simulated=any(one.simulated for one in series),
            )
            return Owed(batch, state.seq, body, made[0].reference)
        return None


def _kept(db: Database, batch: int, what: str) -> None:
    db.conn.execute("UPDATE batch SET provenance = ? WHERE id = ?", (what, batch))
