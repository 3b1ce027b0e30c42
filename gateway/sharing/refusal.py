"""Saying no: to a recipient, whatever was or will be granted; to a source of readings."""

from __future__ import annotations

import secrets
from base64 import b32encode
from collections.abc import Iterable

from adapters.reading import Instant, PersonKey
from gateway.sharing.consent import PURPOSES, Purpose
from gateway.sharing.events import Deny, Lift, StopCollect
from gateway.sharing.ledger import Ledger
from gateway.sharing.offer import named
from gateway.sharing.recipients import Act, Recipient


def forbid(
    ledger: Ledger,
    recipient: Recipient,
    words: Iterable[str],
    act: Act,
    *,
    purposes: Iterable[Purpose] = PURPOSES,
    end: Instant | None = None,
) -> str:
    """Forbid kinds of readings to a recipient; stronger than any grant, older or newer.

    Args:
        ledger: where.
        recipient: to whom.
        words: kinds or categories; see `offer.named`.
        act: who, when.
        purposes: for which purposes; all of them unless the person says.
        end: until when; None until it is lifted.

    Returns:
        the denial's id.

    Raises:
        NotAllowed: a word names no kind, or the recipient was never there.
    """
    made = Deny(
        id="d" + b32encode(secrets.token_bytes(10)).decode().lower(),
        person=recipient.person,
        recipient=recipient.key,
        purposes=tuple(sorted(set(purposes))),
        kinds=named(words),
        start=act.at,
        end=end,
    )
    ledger.append(made, at=act.at, actor=act.actor, session=act.session, clock=act.clock)
    return made.id


def lift(ledger: Ledger, deny: str, act: Act) -> None:
    """Take a denial back; what was granted counts again.

    Raises:
        NotAllowed: there is no such denial.
    """
    ledger.append(Lift(deny), at=act.at, actor=act.actor, session=act.session, clock=act.clock)


def stop_collecting(ledger: Ledger, person: PersonKey, source: str, act: Act) -> int:
    """Take back every permission to collect from a source; says how many there were."""
    events = [
        StopCollect(grant.id)
        for grant in ledger.state().collects.values()
        if (grant.person, grant.source) == (person, source)
    ]
    if events:
        ledger.append_all(events, at=act.at, actor=act.actor, session=act.session, clock=act.clock)
    return len(events)
