"""Deciding for somebody else: who may, and who does no longer.

A guardian is one by law, and says so; a proxy is one because the person said so. Both are adults
who live here, so that it can be told who decided; what they are called stays here.
"""

from __future__ import annotations

import secrets
from base64 import b32encode
from typing import Final

from adapters.reading import Instant, PersonKey
from gateway.sharing.consent import ROLES, ConsentState, Relationship, Trust
from gateway.sharing.errors import NotAllowed
from gateway.sharing.ledger import Ledger
from gateway.sharing.recipients import Act
from gateway.sharing.trust_events import EndTrust, Entrust

RELATIONSHIPS: Final[dict[str, Relationship]] = {role: code for code, role in ROLES.items()}


def entrust(
    ledger: Ledger,
    person: PersonKey,
    by: PersonKey,
    role: str,
    act: Act,
    *,
    born: str,
    end: Instant | None = None,
) -> str:
    """Record that somebody decides about another's sharing.

    Args:
        ledger: where.
        person: about whose readings.
        by: who decides.
        role: ``guardian`` or ``proxy``.
        act: who says so, when.
        born: when the one who decides was born, ``YYYY-MM``.
        end: until when; None until it is ended.

    Returns:
        the id of it.

    Raises:
        NotAllowed: not an adult, not theirs to say, or over before it starts.
    """
    relationship = RELATIONSHIPS.get(role)
    if relationship is None:
        raise NotAllowed(f"{role!r} is not one of: {', '.join(RELATIONSHIPS)}.")
    if by == person:
        raise NotAllowed("Everybody decides for themselves already.")
    if end is not None and end <= act.at:
        raise NotAllowed("A period must end after it starts.", "Choose a later end.")
    id_ = "t" + b32encode(secrets.token_bytes(10)).decode().lower()
    ledger.append(
        Entrust(id_, person, by, relationship, born, act.at, end),
        at=act.at,
        actor=act.actor,
        session=act.session,
        clock=act.clock,
    )
    return id_


def end_trust(ledger: Ledger, trust: str, act: Act) -> None:
    """End it, at once; what was decided meanwhile stands until it is taken back.

    Raises:
        NotAllowed: there is no such thing.
    """
    ledger.append(EndTrust(trust), at=act.at, actor=act.actor, session=act.session, clock=act.clock)


def end_all(ledger: Ledger, person: PersonKey, by: PersonKey, act: Act) -> None:
    """End whatever lets somebody decide for a person: it may have been said more than once."""
    held = ledger.state().trusts.values()
    ledger.append_all(
        [EndTrust(one.id) for one in held if (one.person, one.by) == (person, by)],
        at=act.at,
        actor=act.actor,
        session=act.session,
        clock=act.clock,
    )


def trust_of(state: ConsentState, person: PersonKey, by: PersonKey, now: Instant) -> Trust:
    """That somebody may decide for a person now.

    Raises:
        NotAllowed: they may not.
    """
    for one in state.trusts.values():
        if (one.person, one.by) == (person, by) and one.holds(now):
            return one
    raise NotAllowed(
        "Nobody said that they decide for this person.",
        "Say so first: health-gateway consent entrust --help",
    )
