"""What was agreed and what was disclosed, as FHIR resources that stay here until somebody asks.

A person may hand them to whom they like; nothing of this is sent by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from adapters.kinds import Kind
from adapters.reading import Instant
from fhir_mappings.audit_event import Disclosure, audit_event
from fhir_mappings.consent import Agreed, consent_resource
from fhir_mappings.systems import SNOMED
from gateway.sharing.consent import ROLES, ConsentState, Grant
from gateway.sharing.errors import NotAllowed
from gateway.sharing.ledger import Ledger
from gateway.sharing.names import CONSENT_SYSTEM
from gateway.sharing.recipients import Recipient, Recipients
from gateway.sharing.remote import decider
from gateway.store.driver import Database


def consent_as_fhir(
    db: Database, ledger: Ledger, recipients: Recipients, grant: str, *, simulated: bool
) -> bytes:
    """A grant as a Consent; `inactive` once all of it was withdrawn.

    Its performer is who agreed: the patient, or a RelatedPerson that stands at the recipient since
    the first sending; before it, only words stand for either.

    Raises:
        NotAllowed: there is no such grant.
        LedgerBroken: the ledger cannot be believed.
    """
    state = ledger.state()
    given = state.grants.get(grant)
    if given is None:
        raise NotAllowed(f"There is no grant {grant}.", "Look at the list and try again.")
    recipient = recipients.get(given.recipient)
    left, withdrawn_at = _left(state, grant, given.kinds)
    entity = recipient.invitation.entity
    agreed = Agreed(
        id=given.id,
        patient=recipient.patient,
        performer=_performer(db, given, recipient.patient),
        given_as=ROLES[given.relationship] if given.relationship else "",
        recipient=(entity.id, entity.name),
        kinds=sorted(left or given.kinds),
        purpose=given.purpose,
        given_at=given.given_at,
        start=given.start,
        end=given.end,
        measured_from=given.history_from,
        measured_to=given.history_to,
        policy=f"{recipient.invitation.policy.url}|{given.policy_version}",
        text_sha256=given.text_hash,
        grain=given.grain,
        withdrawn_at=None if left else withdrawn_at,
        permits=frozenset({SNOMED}) if recipient.invitation.snomed else frozenset(),
    )
    return consent_resource(agreed, system=CONSENT_SYSTEM, simulated=simulated)


def disclosures(
    db: Database, ledger: Ledger, recipients: Recipients, *, simulated: bool
) -> Iterator[bytes]:
    """One AuditEvent for each batch that left, oldest first."""
    state = ledger.state()
    known = {one.key: one for one in recipients.list(removed=True)}
    gateways = dict(
        db.conn.execute("SELECT recipient, reference FROM remote WHERE what = 'gateway'").fetchall()
    )
    for batch, key, at, consent, rows, sha256, answered in db.conn.execute(
        "SELECT id, recipient, claimed_at, consent, rows, sha256, state FROM batch"
        " WHERE state IN ('done', 'unknown') AND length(sha256) = 32 ORDER BY id"
    ).fetchall():
        recipient: Recipient | None = known.get(key)
        grant = state.grants.get(consent)
        if recipient is None or grant is None:
            continue
        entity = recipient.invitation.entity
        yield audit_event(
            Disclosure(
                patient=recipient.patient,
                gateway_device=gateways.get(key, ""),
                recipient=(entity.id, entity.name),
                address=recipient.invitation.fhir_base,
                batch=(f"batch-{batch}", bytes(sha256).hex()),
                rows=rows,
                purpose=grant.purpose,
                consent=(consent, CONSENT_SYSTEM),
                at=at,
                succeeded=answered == "done",
            ),
            simulated=simulated,
        )


def _performer(db: Database, grant: Grant, patient: str) -> str:
    if grant.by is None:
        return patient
    row = db.conn.execute(
        "SELECT reference FROM remote WHERE recipient = ? AND what = ?",
        (grant.recipient, decider(grant)),
    ).fetchone()
    return str(row[0]) if row else ""


def _left(
    state: ConsentState, grant: str, kinds: frozenset[Kind]
) -> tuple[frozenset[Kind], Instant | None]:
    """The kinds that were not withdrawn, and when the last one was."""
    gone = {kind: at for (id_, kind), at in state.withdrawn.items() if id_ == grant}
    return kinds - gone.keys(), max(gone.values(), default=None)
