"""The exact text that a person agrees to, before anything is shared.

Its SHA-256 is stored in the grant and stands on the receipt: what was shown can be proved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from babel.core import Locale
from babel.dates import format_datetime

from adapters.kinds import Kind, all_kinds
from adapters.reading import Instant
from gateway.sharing.consent import Grain, Purpose
from gateway.sharing.invitation import Contact, Invitation
from gateway.sharing.words import GRAIN_WORDS, N_, PURPOSE_WORDS, said

NOTICE: Final = "cannot_be_recalled"
"""The notice that is acknowledged before the first upload to each recipient."""

NOTICE_VERSION: Final = "1"

_TRANSFER: Final = {
    "this_computer": N_("They stay on this computer."),
    "same_country": N_("They stay in the country where you are asked: {country}."),
    "adequacy": N_("They are kept in {country}, whose law your own accepts as protecting you."),
    "standard_clauses": N_("They are kept in {country}, under contract clauses that protect you."),
    "explicit_consent": N_("They are kept in {country}, only because you agree: {risks}"),
}


_ROLES: Final = {
    "guardian": N_(
        "You decide for somebody else, as their legal guardian: these are not your own."
    ),
    "proxy": N_("You decide for somebody else, who gave you the power to: these are not your own."),
}


def day(instant: Instant, language: str = "en") -> str:
    """A moment as a person reads it, to the minute and in UTC."""
    when = datetime.fromtimestamp(instant / 1000, UTC)
    written = format_datetime(
        when, "d MMMM y, HH:mm", locale=Locale.parse(language.replace("-", "_"))
    )
    return f"{written} UTC"


def consent_text(
    invitation: Invitation,
    kinds: Sequence[Kind],
    period: tuple[Instant, Instant],
    history: tuple[Instant, Instant],
    language: str = "en",
    *,
    purpose: Purpose,
    grain: Grain,
    zone: str = "",
    role: str = "",
    patient: str = "",
) -> str:
    """The whole text, one sentence a line.

    Args:
        invitation: who asks, and under which terms.
        kinds: what would be shared, named one by one in the text.
        period: when it may be sent, half-open.
        history: when it must have been measured, half-open.
        language: of the text.
        purpose: what for.
        grain: how finely.
        zone: whose days are summed up, of a ``local_day``.
        role: what who decides is to the person; empty where it is themselves.
        patient: the record at the recipient; empty where it is still to be made.
    """

    def line(text: str, **facts: str) -> str:
        return said(text, language).format(**facts)

    rows = all_kinds()
    spoken = Locale.parse(language.replace("-", "_"))
    contacts = invitation.contacts
    record = patient or said(N_("a new record, made there for you"), language)
    lines = [
        *([said(_ROLES[role], language)] if role else ()),
        line(N_("You share with: {name} ({id})"), **invitation.entity.model_dump()),
        line(N_("Responsible for your readings there: {name} ({id})"), **_of(invitation)),
        line(N_("What for: {purpose}"), purpose=said(PURPOSE_WORDS[purpose], language)),
        line(N_("How finely: {grain}"), grain=said(GRAIN_WORDS[grain], language)),
        *(_of_zone(zone, invitation.entity.name, language) if zone else ()),
        line(N_("Into the record: {record}"), record=record),
        line(N_("At the address: {address}"), address=invitation.fhir_base),
        line(N_("You share these kinds of readings, and no others:")),
        *(f"- {said(rows[kind].title, language)}" for kind in sorted(kinds)),
        line(
            N_("Measured from {first} to before {last}"),
            first=day(history[0], language),
            last=day(history[1], language),
        ),
        line(
            N_("Sent from {first} to before {last}, or until you take this back"),
            first=day(period[0], language),
            last=day(period[1], language),
        ),
        line(N_("Where you are, and how your devices connect, is never sent.")),
        line(N_("You can take this back at any moment; from then on nothing more is sent.")),
        line(
            N_(
                "What was sent cannot be called back from here. It may become part of your record "
                "there, and be passed on under the rules that apply to that record."
            )
        ),
        line(N_("How long they keep it: {retention}"), retention=invitation.retention),
        line(
            _TRANSFER[invitation.transfer.mechanism],
            country=spoken.territories.get(invitation.country, invitation.country),
            risks=invitation.transfer.risks,
        ),
        line(N_("On the legal basis of: {basis}"), basis=invitation.legal_basis),
        *(
            line(
                N_("Works for them: {name} ({role}, {country}), for {purpose}"), **one.model_dump()
            )
            for one in invitation.processors
        ),
        line(
            N_("Their policy, version {version}: {url} (SHA-256 {sha256})"),
            **invitation.policy.model_dump(exclude={"text"}),
        ),
        *(
            line(N_("Also applies: {title}, version {version}: {url}"), **one.model_dump())
            for one in invitation.also_applies
        ),
        line(N_("Questions about your readings there: {card}"), card=card(contacts.privacy_office)),
        line(N_("Complaints: {card}"), card=card(contacts.authority)),
    ]
    if contacts.representative is not None:
        lines.append(line(N_("Their representative: {card}"), card=card(contacts.representative)))
    return "\n".join(lines) + "\n"


def text_hash(text: str) -> str:
    """SHA-256 (hex) of a text as it was shown, in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def card(contact: Contact) -> str:
    """A contact in one line."""
    ways = (contact.email, contact.phone, contact.address, contact.url)
    return ", ".join([contact.name, *(way for way in ways if way)])


def _of_zone(zone: str, name: str, language: str) -> list[str]:
    """What days of somebody's own tell of them."""
    days = said(N_("Days begin at midnight of this zone, also while you travel: {zone}"), language)
    tells = N_(
        "When they begin tells {name} your time zone, so roughly in which part of the world."
    )
    return [days.format(zone=zone), said(tells, language).format(name=name)]


def _of(invitation: Invitation) -> dict[str, str]:
    return {"name": invitation.controller.name, "id": invitation.controller.id}
