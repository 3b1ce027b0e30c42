"""From a choice to a grant: what is offered, its exact text, and the act of agreeing."""

from __future__ import annotations

import secrets
from base64 import b32encode
from collections.abc import Iterable
from dataclasses import dataclass

from adapters.kinds import Kind, all_kinds
from adapters.reading import Instant, PersonKey
from gateway.sharing.age import is_month
from gateway.sharing.agreement import NOTICE, NOTICE_VERSION, consent_text, text_hash
from gateway.sharing.buckets import must_be_known
from gateway.sharing.consent import (
    GRAINS,
    ROLES,
    Collecting,
    Grain,
    Grant,
    Purpose,
    Reason,
    Trust,
    is_shareable,
    shareable_kinds,
)
from gateway.sharing.errors import NotAllowed
from gateway.sharing.events import (
    Collect,
    ConsentEvent,
    NoticeAcknowledged,
    Permit,
    Withdraw,
)
from gateway.sharing.ledger import Entry, Ledger
from gateway.sharing.overview import live_kinds
from gateway.sharing.recipients import Act, Recipient
from gateway.sharing.summary import has_summaries
from gateway.sharing.words import sentence


@dataclass(frozen=True, slots=True)
class Offer:
    """What a person is asked to agree to; nothing is recorded by making one."""

    recipient: Recipient
    purpose: Purpose
    kinds: tuple[Kind, ...]
    start: Instant
    end: Instant
    history_from: Instant
    history_to: Instant
    grain: Grain
    language: str
    zone: str = ""
    trust: Trust | None = None

    @property
    def text(self) -> str:
        """The exact text to show."""
        return consent_text(
            self.recipient.invitation,
            self.kinds,
            (self.start, self.end),
            (self.history_from, self.history_to),
            self.language,
            purpose=self.purpose,
            grain=self.grain,
            zone=self.zone,
            role=ROLES[self.trust.relationship] if self.trust else "",
            patient=self.recipient.patient,
        )


def named(words: Iterable[str]) -> tuple[Kind, ...]:
    """The closed list of kinds that these words mean at this moment.

    Args:
        words: kinds; consent categories such as ``heart``; or ``all``.

    Raises:
        NotAllowed: a word is neither, or names what stays here.
    """
    found: set[Kind] = set()
    for word in words:
        if word == "all":
            found.update(shareable_kinds())
            continue
        category = {kind for kind in shareable_kinds() if all_kinds()[kind].consent == word}
        if not category and word not in all_kinds():
            raise NotAllowed(
                f"There is no kind of reading called {word}.", "Look at the list of kinds."
            )
        if not category and not is_shareable(word):
            raise NotAllowed(sentence(Reason.NOT_SHAREABLE))
        found.update(category or {Kind(word)})
    if not found:
        raise NotAllowed("Choose at least one kind of reading.")
    return tuple(sorted(found))


def make_offer(
    recipient: Recipient,
    words: Iterable[str],
    *,
    purpose: str,
    start: Instant,
    end: Instant,
    history_from: Instant | None = None,
    history_to: Instant | None = None,
    grain: str = "raw",
    zone: str = "",
    trust: Trust | None = None,
    language: str = "en",
) -> Offer:
    """Put together what would be agreed to.

    Args:
        recipient: to whom.
        words: what; see `named`.
        purpose: what for; one that the invitation names.
        start: from when it may be sent.
        end: before when it may be sent.
        history_from: from when it must have been measured; ``start`` unless the person says.
        history_to: before when it must have been measured; ``end`` unless the person says.
        grain: ``raw``, ``minute``, ``hour``, ``day`` or ``local_day``.
        zone: where the person lives, as far as it is known; only a ``local_day`` names it.
        trust: why somebody else decides; None where the person does.
        language: in which the text is shown.

    Raises:
        NotAllowed: it cannot be agreed to as it is.
    """
    if recipient.standing != "active":
        reason = (
            Reason.RECIPIENT_SUSPENDED
            if recipient.standing == "suspended"
            else Reason.UNKNOWN_RECIPIENT
        )
        raise NotAllowed(sentence(reason, language))
    agreed = next((one for one in recipient.invitation.purposes if one == purpose), None)
    if agreed is None:
        raise NotAllowed(
            f"{recipient.invitation.title} does not ask for readings for {purpose}.",
            f"Choose one of: {', '.join(recipient.invitation.purposes)}.",
        )
    finely = next((one for one in GRAINS if one == grain), None)
    if finely is None:
        raise NotAllowed(f"{grain} is not one of: {', '.join(GRAINS)}.")
    if finely == "local_day":
        must_be_known(zone)
    first = start if history_from is None else history_from
    last = end if history_to is None else history_to
    if end <= start or last <= first:
        raise NotAllowed("A period must end after it starts.", "Choose a later end.")
    where = zone if finely == "local_day" else ""
    kinds = named(words) if finely == "raw" else _summed_up(words)
    return Offer(recipient, agreed, kinds, start, end, first, last, finely, language, where, trust)


def _summed_up(words: Iterable[str]) -> tuple[Kind, ...]:
    """Of what these words mean, the kinds of which there are summaries.

    Raises:
        NotAllowed: there are none, or a kind that is named by itself has none.
    """
    chosen = list(words)
    without = {kind for kind in named(chosen) if not has_summaries(all_kinds()[kind])}
    asked = [all_kinds()[kind].title for kind in sorted(without & {Kind(one) for one in chosen})]
    kinds = tuple(kind for kind in named(chosen) if kind not in without)
    if asked or not kinds:
        raise NotAllowed(
            f"There is no summary of: {', '.join(asked or chosen)}.",
            "Leave it out, or share every reading of it.",
        )
    return kinds


def give(
    ledger: Ledger,
    offer: Offer,
    act: Act,
    *,
    born: str,
    text_shown: str,
    acknowledged: bool,
    transfer_agreed: bool = False,
) -> Entry:
    """Record that a person agreed.

    Args:
        ledger: where.
        offer: to what.
        act: who, when.
        born: the person's month of birth, ``YYYY-MM``.
        text_shown: SHA-256 of the text that the person saw (`agreement.text_hash`).
        acknowledged: that what was sent cannot be called back.
        transfer_agreed: to a transfer abroad that needs consent of its own.

    Returns:
        the entry with the `Permit`.

    Raises:
        NotAllowed: something is missing, or the text is another one by now.
        LedgerBroken: nothing can be recorded.
    """
    text = offer.text
    if text_shown != text_hash(text):
        raise NotAllowed("What you read is not what it says now.", "Read it again, then decide.")
    if not is_month(born):
        raise NotAllowed("It is not known when this person was born.", "Enter year and month.")
    invitation = offer.recipient.invitation
    if invitation.transfer.mechanism == "explicit_consent" and not transfer_agreed:
        raise NotAllowed(
            f"Your readings would be kept in {invitation.country}.",
            "Agree to that as well, or do not share.",
        )
    person = offer.recipient.person
    version = f"{NOTICE_VERSION}:{offer.recipient.key}"
    events: list[ConsentEvent] = []
    if (person, NOTICE, version) not in ledger.state().notices:
        if not acknowledged:
            raise NotAllowed(
                "What was sent cannot be called back from here.",
                "Say that you have read this, then agree.",
            )
        events.append(NoticeAcknowledged(person, NOTICE, version))
    events.append(
        Permit(
            id=_new("g"),
            person=person,
            recipient=offer.recipient.key,
            purpose=offer.purpose,
            kinds=offer.kinds,
            start=offer.start,
            end=offer.end,
            history_from=offer.history_from,
            history_to=offer.history_to,
            policy_version=invitation.policy.version,
            terms=invitation.terms,
            text=text,
            text_hash=text_shown,
            language=offer.language,
            grain=offer.grain,
            zone=offer.zone,
            by=offer.trust.by if offer.trust else None,
            relationship=offer.trust.relationship if offer.trust else None,
            born=born,
        )
    )
    return ledger.append_all(
        events, at=act.at, actor=act.actor, session=act.session, clock=act.clock
    )[-1]


def withdraw(
    ledger: Ledger, grant: str, act: Act, *, words: Iterable[str] | None = None
) -> Entry | None:
    """Take a grant back, whole or for some kinds; works whatever the clock says.

    Args:
        ledger: where.
        grant: its id.
        act: who, when.
        words: kinds or categories to take back; everything where None.

    Returns:
        the entry; None when it was taken back already.

    Raises:
        NotAllowed: there is no such grant.
    """
    state = ledger.state()
    given: Grant | None = state.grants.get(grant)
    if given is None:
        raise NotAllowed(f"There is no grant {grant}.", "Look at the list and try again.")
    kinds = live_kinds(state, given)
    if words is not None:
        wanted = _of_grant(given, words)
        kinds = tuple(kind for kind in kinds if kind in wanted)
    if not kinds:
        return None
    return ledger.append(
        Withdraw(grant, kinds), at=act.at, actor=act.actor, session=act.session, clock=act.clock
    )


def allow_collecting(
    ledger: Ledger, person: PersonKey, source: Collecting, act: Act, *, end: Instant | None = None
) -> Entry:
    """Record that a person lets this gateway collect from a source."""
    return ledger.append(
        Collect(_new("c"), person, source, act.at, end),
        at=act.at,
        actor=act.actor,
        session=act.session,
        clock=act.clock,
    )


def _of_grant(grant: Grant, words: Iterable[str]) -> set[Kind]:
    """What words mean within a grant; a kind that is not known any more can still be withdrawn."""
    wanted = set(words)
    rows = all_kinds()
    return {
        kind
        for kind in grant.kinds
        if kind in wanted or "all" in wanted or (kind in rows and rows[kind].consent in wanted)
    }


def _new(letter: str) -> str:
    return letter + b32encode(secrets.token_bytes(10)).decode().lower()
