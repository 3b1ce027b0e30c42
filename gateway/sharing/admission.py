"""What may be appended to the ledger, by whom: checked under the write lock, before it is said."""

from __future__ import annotations

from gateway.sharing.age import turns
from gateway.sharing.consent import ConsentState, Reason, is_shareable
from gateway.sharing.errors import NotAllowed
from gateway.sharing.events import (
    GATEWAY,
    OPENING,
    PERSON,
    SCRIPT,
    Assent,
    Collect,
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
from gateway.sharing.fold import name_taken
from gateway.sharing.trust_events import EndTrust, Entrust
from gateway.sharing.words import sentence

SHARES_NOTHING = (Collect, Invited, NoticeAcknowledged)
"""Events that open something, but not the door."""

SET_THE_CLOCK = (
    "Set this computer's clock by a time service. If you know that it is right, say so in "
    'config.toml: [clock] trust = "trusted".'
)


def admit(state: ConsentState, recorded: Recorded, *, simulation: bool) -> None:
    """Let an event into the ledger, or not.

    What closes (withdraw, deny, stop, suspend, remove) is let in whatever the clock says, and so
    is what lets nothing leave by itself (collecting, taking up an invitation, reading a notice).

    Raises:
        NotAllowed: the actor may not say this, or what it names is not there.
    """
    if recorded.actor == SCRIPT and not simulation:
        raise NotAllowed(
            "A script cannot decide about a person's readings.",
            "Sign in and decide yourself, or use a simulation home.",
        )
    if isinstance(recorded.event, OPENING):
        if recorded.actor == GATEWAY:
            raise NotAllowed("Only a person can agree; the program never does.")
        if recorded.clock != "trusted" and not isinstance(recorded.event, SHARES_NOTHING):
            raise NotAllowed(sentence(Reason.CLOCK_UNTRUSTED), SET_THE_CLOCK)
        if recorded.at < state.newest:
            raise NotAllowed(sentence(Reason.CLOCK_BEHIND))
    names = (state.grants, state.denials, state.collects, state.recipients, state.trusts)
    if name_taken(recorded.event, *names):
        raise NotAllowed("This is in the ledger already.")
    match recorded.event:
        case Permit() as permit:
            _permit(state, permit, recorded.at)
            if permit.by is not None:
                _for_another(state, permit, recorded)
        case Entrust() as given:
            _entrust(given, recorded)
        case EndTrust(trust=id):
            _known(id, id in state.trusts, "trust")
        case Deny(recipient=recipient):
            _known(recipient, recipient in state.recipients, "recipient")
        case Withdraw(grant=id, kinds=kinds):
            _known(id, id in state.grants, "grant")
            if not state.grants[id].kinds.issuperset(kinds):
                raise NotAllowed("You never agreed to share that with this grant.")
        case Lift(deny=id):
            _known(id, id in state.denials, "denial")
        case StopCollect(grant=id):
            _known(id, id in state.collects, "permission to collect")
        case (
            PolicyChanged(recipient=key)
            | RecipientSuspended(recipient=key)
            | RecipientConfirmed(recipient=key)
            | RecipientRemoved(recipient=key)
        ):
            terms = state.recipients.get(key)
            _known(key, terms is not None and terms.standing != "removed", "recipient")
        case Invited() | Collect() | NoticeAcknowledged() | Assent():
            pass  # they name nothing that has to be there before


def _permit(state: ConsentState, permit: Permit, at: int) -> None:
    terms = state.recipients.get(permit.recipient)
    if terms is None or terms.person != permit.person or terms.standing == "removed":
        raise NotAllowed(sentence(Reason.UNKNOWN_RECIPIENT))
    if terms.standing == "suspended":
        raise NotAllowed(sentence(Reason.RECIPIENT_SUSPENDED))
    if permit.terms not in terms.accepted:
        raise NotAllowed(sentence(Reason.POLICY_CHANGED))
    if not all(is_shareable(kind) for kind in permit.kinds):
        raise NotAllowed(sentence(Reason.NOT_SHAREABLE))
    if at < turns(permit.born, 13):
        raise NotAllowed(sentence(Reason.UNDER_13))
    if at < turns(permit.born, 18):
        raise NotAllowed(sentence(Reason.UNDER_18))


def _for_another(state: ConsentState, permit: Permit, recorded: Recorded) -> None:
    """Whoever agrees for a person does so themselves, and was entrusted with it."""
    if recorded.actor not in (f"{PERSON}{permit.by}", SCRIPT):
        raise NotAllowed("Somebody else signed in.", "Who decides signs in themselves.")
    if not any(
        (one.person, one.by, one.relationship) == (permit.person, permit.by, permit.relationship)
        and one.holds(recorded.at)
        for one in state.trusts.values()
    ):
        raise NotAllowed("Nobody said that they decide for this person.", "Say so first.")


def _entrust(given: Entrust, recorded: Recorded) -> None:
    """A proxy is named by the person, a guardian is one by law and says so; both are adults."""
    says = given.person if given.relationship == "POWATT" else given.by
    if recorded.actor not in (f"{PERSON}{says}", SCRIPT):
        raise NotAllowed(
            "A proxy is named by the person, a guardian names themselves.",
            "Let the other one sign in and say so.",
        )
    if recorded.at < turns(given.born, 18):
        raise NotAllowed("Only an adult decides for somebody else.")


def _known(name: str, known: bool, what: str) -> None:
    if not known:
        raise NotAllowed(f"There is no {what} {name}.", "Look at the list and try again.")
