"""What was agreed and what was disclosed, as FHIR resources that stay here until somebody asks.

A person may hand them to whom they like; nothing of this is sent by itself. Each says what was so
when it was agreed or sent: the recipient's name and address are those of the invitation that was
agreed to, and a reference stands only where it still belongs to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adapters.kinds import Kind
from adapters.reading import Instant
from fhir_mappings.audit_event import Disclosure, audit_event
from fhir_mappings.consent import Agreed, consent_resource
from fhir_mappings.systems import SNOMED
from gateway.sharing.chain import Entry
from gateway.sharing.consent import ROLES, ConsentState, Grant
from gateway.sharing.errors import NotAllowed
from gateway.sharing.events import PolicyChanged
from gateway.sharing.invitation import Invitation
from gateway.sharing.ledger import Ledger
from gateway.sharing.names import CONSENT_SYSTEM
from gateway.sharing.receipt import invitation_of
from gateway.sharing.recipients import Recipients, goes_elsewhere
from gateway.sharing.remote import decider
from gateway.store.driver import Database


@dataclass(frozen=True, slots=True)
class _There:
    """What a grant is about, and what of ours stands there; empty where that is not known."""

    invitation: Invitation
    patient: str = ""
    gateway: str = ""
    performer: str = ""


def consent_as_fhir(
    db: Database,
    ledger: Ledger,
    recipients: Recipients,
    grant: str,
    now: Instant,
    *,
    simulated: bool,
) -> bytes:
    """A grant as a Consent; `inactive` once nothing may leave under it any more.

    Its performer is who agreed: the patient, or a RelatedPerson that stands at the recipient since
    the first sending; before it, only words stand for either.

    Raises:
        NotAllowed: there is no such grant.
        LedgerBroken: the ledger cannot be believed.
    """
    entries, state = ledger.entries(), ledger.state()
    given = state.grants.get(grant)
    if given is None:
        raise NotAllowed(f"There is no grant {grant}.", "Look at the list and try again.")
    there = _there(db, entries, recipients, given)
    left, withdrawn_at = _left(state, grant, given.kinds)
    ends = [given.end, *_changes(entries, given)]
    if not left and withdrawn_at is not None:
        ends.append(withdrawn_at)
    entity, policy = there.invitation.entity, there.invitation.policy
    agreed = Agreed(
        id=given.id,
        patient=there.patient,
        performer=there.performer,
        given_as=_given_as(given),
        recipient=(entity.id, entity.name),
        kinds=sorted(left or given.kinds),
        purpose=given.purpose,
        given_at=given.given_at,
        start=given.start,
        end=given.end,
        measured_from=given.history_from,
        measured_to=given.history_to,
        policy=f"{policy.url}|{policy.version}",
        text_sha256=given.text_hash,
        grain=given.grain,
        over_at=min((at for at in ends if at <= now), default=None),
        permits=frozenset({SNOMED}) if there.invitation.snomed else frozenset(),
    )
    return consent_resource(agreed, system=CONSENT_SYSTEM, simulated=simulated)


def disclosures(
    db: Database, ledger: Ledger, recipients: Recipients, *, simulated: bool
) -> Iterator[bytes]:
    """One AuditEvent for each batch that left or may have left, oldest first.

    Raises:
        LedgerBroken: the ledger cannot be believed.
    """
    entries, state = ledger.entries(), ledger.state()
    places: dict[str, _There] = {}
    for batch, at, consent, rows, sha256, outcome in db.conn.execute(
        "SELECT id, claimed_at, consent, rows, sha256, outcome FROM batch"
        " WHERE outcome <> '' ORDER BY id"
    ).fetchall():
        grant = state.grants.get(consent)
        if grant is None:
            continue
        if consent not in places:
            places[consent] = _there(db, entries, recipients, grant)
        there = places[consent]
        entity = there.invitation.entity
        yield audit_event(
            Disclosure(
                patient=there.patient,
                gateway_device=there.gateway,
                recipient=(entity.id, entity.name),
                address=there.invitation.fhir_base,
                batch=(f"batch-{batch}", bytes(sha256).hex()),
                rows=rows,
                purpose=grant.purpose,
                consent=(consent, CONSENT_SYSTEM),
                at=at,
                outcome=outcome,
                author=there.performer,
                given_as=_given_as(grant),
            ),
            simulated=simulated,
        )


def _there(db: Database, entries: Sequence[Entry], recipients: Recipients, grant: Grant) -> _There:
    invitation = invitation_of(entries, grant.terms)
    recipient = recipients.get(grant.recipient)
    if goes_elsewhere(invitation, recipient.invitation):
        return _There(invitation)
    known = dict(
        db.conn.execute(
            "SELECT what, reference FROM remote WHERE recipient = ?", (grant.recipient,)
        ).fetchall()
    )
    patient = recipient.patient
    performer = patient if grant.by is None else known.get(decider(grant), "")
    return _There(invitation, patient, known.get("gateway", ""), performer)


def _given_as(grant: Grant) -> str:
    return ROLES[grant.relationship] if grant.relationship else ""


def _changes(entries: Sequence[Entry], grant: Grant) -> list[Instant]:
    """When the recipient's terms became others than those that were agreed to."""
    return [
        entry.at
        for entry in entries
        if entry.seq > grant.seq
        and isinstance(entry.event, PolicyChanged)
        and (entry.event.recipient, entry.event.change) == (grant.recipient, "material")
    ]


def _left(
    state: ConsentState, grant: str, kinds: frozenset[Kind]
) -> tuple[frozenset[Kind], Instant | None]:
    """The kinds that were not withdrawn, and when the last one was."""
    gone = {kind: at for (id_, kind), at in state.withdrawn.items() if id_ == grant}
    return kinds - gone.keys(), max(gone.values(), default=None)
