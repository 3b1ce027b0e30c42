"""Fold events into the state that decisions are made from, all at once or as they come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from adapters.kinds import Kind
from adapters.reading import PersonKey
from gateway.sharing.consent import (
    CollectGrant,
    ConsentState,
    Denial,
    Grant,
    Terms,
    Trust,
)
from gateway.sharing.events import (
    Assent,
    Collect,
    ConsentEvent,
    Deny,
    Invited,
    Lift,
    NoticeAcknowledged,
    Permit,
    PolicyChanged,
    RecipientConfirmed,
    RecipientRemoved,
    RecipientSuspended,
    Recorded,
    StopCollect,
    Withdraw,
)
from gateway.sharing.trust_events import EndTrust, Entrust


def fold(events: Iterable[Recorded], onto: ConsentState | None = None) -> ConsentState:
    """The state after these events.

    Args:
        events: in the order of the ledger.
        onto: the state before them; folding in two parts gives the same as folding at once.
    """
    before = onto or ConsentState()
    grants = dict(before.grants)
    withdrawn = dict(before.withdrawn)
    by_path = dict(before.by_path)
    denials = dict(before.denials)
    collects = dict(before.collects)
    trusts = dict(before.trusts)
    recipients = dict(before.recipients)
    notices = dict(before.notices)
    newest, seq, fault = before.newest, before.seq, before.broken
    for recorded in events:
        seq += 1
        if recorded.clock == "trusted":
            newest = max(newest, recorded.at)
        if name_taken(recorded.event, grants, denials, collects, recipients, trusts):
            fault = fault or "two entries bear one name"
        match recorded.event:
            case Permit() as permit:
                _give(_grant(permit, recorded.at, seq), grants, by_path)
            case Withdraw(grant=id, kinds=kinds):
                for kind in kinds:
                    withdrawn.setdefault((id, kind), recorded.at)
            case Deny() as deny:
                denials[deny.id] = _denial(deny)
            case Lift(deny=id):
                denials.pop(id, None)
            case Collect() as collect:
                collects[collect.id] = CollectGrant(
                    collect.id, collect.person, collect.source, collect.start, collect.end
                )
            case StopCollect(grant=id):
                collects.pop(id, None)
            case NoticeAcknowledged(person=person, notice=notice, version=version):
                notices.setdefault((person, notice, version), recorded.at)
            case Invited() as invited:
                recipients.setdefault(
                    invited.recipient,
                    Terms(
                        invited.recipient,
                        invited.person,
                        invited.policy_version,
                        frozenset({invited.terms}),
                        since=seq,
                    ),
                )
            case (
                PolicyChanged(recipient=key)
                | RecipientSuspended(recipient=key)
                | RecipientConfirmed(recipient=key)
                | RecipientRemoved(recipient=key)
            ) as change:
                if key in recipients:
                    recipients[key] = _changed(recipients[key], change, seq)
            case Entrust() as given:
                trusts[given.id] = Trust(
                    given.id, given.person, given.by, given.relationship, given.start, given.end
                )
            case EndTrust(trust=id):
                trusts.pop(id, None)
            case Assent():
                pass  # evidence only, see the event
    return ConsentState(
        grants=MappingProxyType(grants),
        withdrawn=MappingProxyType(withdrawn),
        by_path=MappingProxyType(by_path),
        denials=MappingProxyType(denials),
        collects=MappingProxyType(collects),
        trusts=MappingProxyType(trusts),
        recipients=MappingProxyType(recipients),
        notices=MappingProxyType(notices),
        newest=newest,
        seq=seq,
        broken=fault,
    )


def broken(why: str) -> ConsentState:
    """The state of a ledger that cannot be believed: everything is denied."""
    return replace(ConsentState(), broken=why)


def name_taken(event: ConsentEvent, *named: Mapping[str, object]) -> bool:
    """Whether an event gives a name that something else bears: names are given once."""
    match event:
        case Permit(id=id) | Deny(id=id) | Collect(id=id) | Invited(recipient=id) | Entrust(id=id):
            return any(id in names for names in named)
        case _:
            return False


def _give(
    grant: Grant,
    grants: dict[str, Grant],
    by_path: dict[tuple[PersonKey, Kind, str], tuple[Grant, ...]],
) -> None:
    grants[grant.id] = grant
    for kind in grant.kinds:
        path = (grant.person, kind, grant.recipient)
        by_path[path] = (*by_path.get(path, ()), grant)


def _grant(permit: Permit, at: int, seq: int) -> Grant:
    return Grant(
        id=permit.id,
        person=permit.person,
        recipient=permit.recipient,
        purpose=permit.purpose,
        kinds=frozenset(permit.kinds),
        start=permit.start,
        end=permit.end,
        history_from=permit.history_from,
        history_to=permit.history_to,
        policy_version=permit.policy_version,
        terms=permit.terms,
        text_hash=permit.text_hash,
        grain=permit.grain,
        zone=permit.zone,
        by=permit.by,
        relationship=permit.relationship,
        born=permit.born,
        given_at=at,
        seq=seq,
    )


def _denial(deny: Deny) -> Denial:
    return Denial(
        id=deny.id,
        person=deny.person,
        recipient=deny.recipient,
        purposes=frozenset(deny.purposes),
        kinds=frozenset(deny.kinds),
        start=deny.start,
        end=deny.end,
    )


def _changed(
    terms: Terms,
    change: PolicyChanged | RecipientSuspended | RecipientConfirmed | RecipientRemoved,
    seq: int,
) -> Terms:
    if terms.standing == "removed":
        return terms
    match change:
        case PolicyChanged(policy_version=version, terms=digest, change="editorial"):
            return replace(terms, policy_version=version, accepted=terms.accepted | {digest})
        case PolicyChanged(policy_version=version, terms=digest):
            return replace(terms, policy_version=version, accepted=frozenset({digest}), since=seq)
        case RecipientSuspended(why=why):
            return replace(terms, standing="suspended", why=why)
        case RecipientConfirmed():
            return replace(terms, standing="active", why="")
        case RecipientRemoved():
            return replace(terms, standing="removed", why="")
