"""One Provenance for what a batch made or amended; made once, made up for after a crash."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from adapters.reading import Instant
from fhir_mappings.instant import utc
from fhir_mappings.provenance import Origin, provenance_resource
from gateway.sharing.amending import stands
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
    """A batch whose Provenance is still to be made.

    Attributes:
        search: what finds it at the recipient, if it was made there already; it has no identifier.
    """

    batch: int
    ledger_seq: int
    body: bytes
    search: str


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
        answer = await post.send(
            "POST",
            "Provenance",
            owed.body,
            ledger_seq=owed.ledger_seq,
            only_if_none=owed.search,
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
            rows = [row for row in of_batch(db, batch, "sent", "already") if row.reference]
            if not rows:
                _kept(db, batch, NONE_TO_MAKE)
                continue
            amended = {row.key for row in rows if stands(db, recipient.key, row.key)}
            rows.sort(key=lambda row: (row.state != "sent", row.key in amended))
            numbers = {row.key.series for row in rows}
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
            grant = state.grants[consent]
            body = provenance_resource(
                [row.reference for row in rows],
                Origin(
                    subject=patient,
                    gateway_device=known["gateway"],
                    devices=sorted(sensors - {""}),
                    policy=f"{recipient.invitation.policy.url}|{grant.policy_version}",
                    purpose=grant.purpose,
                    consent=consent,
                    consent_system=CONSENT_SYSTEM,
                    consenter=known.get(decider(grant), ""),
                ),
                recorded=answered_at,
                simulated=any(one.simulated for one in series),
                amended=len(amended) == len(rows),
            )
            first = rows[0]  # one that was created, if there is one
            search = {"target": first.reference}
            if first.key in amended:  # earlier batches have it among their targets too
                search["recorded"] = utc(answered_at)
            return Owed(batch, state.seq, body, urlencode(search, quote_via=quote, safe=""))
        return None


def _kept(db: Database, batch: int, what: str) -> None:
    db.conn.execute("UPDATE batch SET provenance = ? WHERE id = ?", (what, batch))
