"""What the sharing pages show and do. Runs in the store's thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from adapters.kinds import Kind
from adapters.reading import Instant, PersonKey
from gateway.sharing.agreement import NOTICE, NOTICE_VERSION
from gateway.sharing.consent import COLLECTING, ROLES, ClockState, Collecting
from gateway.sharing.decision import may_collect
from gateway.sharing.errors import NotAllowed
from gateway.sharing.events import NoticeAcknowledged
from gateway.sharing.ledger import Ledger
from gateway.sharing.offer import Offer, allow_collecting, give, make_offer, withdraw
from gateway.sharing.overview import GrantView, describe
from gateway.sharing.receipt import printable, receipt
from gateway.sharing.recipients import Act, Recipient, Recipients
from gateway.sharing.refusal import stop_collecting
from gateway.sharing.trust import end_all, trust_of
from gateway.store.people import People

RISKS: Final = "electronic_risks"
RISKS_VERSION: Final = "1"
"""The notice before anything else is shown; its text is the page `risks.html`."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody ticked and chose on the form; times are fixed when the text is shown."""

    recipient: str
    kinds: tuple[str, ...]
    purpose: str
    grain: str
    start: Instant
    end: Instant
    history_from: Instant


@dataclass(frozen=True, slots=True)
class Example:
    """The exact Observation of the newest reading of a kind; empty while there is none."""

    kind: Kind
    body: str


class Examples(Protocol):
    """Makes the Observations that an offer would send."""

    def examples(self, offer: Offer, now: Instant) -> Sequence[Example]:
        """One for each kind."""
        ...

    def past(self, offer: Offer) -> int:
        """How many readings from before the agreement it covers."""
        ...


@dataclass(frozen=True, slots=True)
class Preview:
    """All that is shown before somebody agrees."""

    offer: Offer
    examples: Sequence[Example]
    past: int
    recall_known: bool


class SharingBook:
    """Recipients, grants and permissions of one home."""

    def __init__(
        self,
        ledger: Ledger,
        recipients: Recipients,
        people: People,
        examples: Examples,
        zone: Callable[[PersonKey], str],
    ) -> None:
        self._ledger = ledger
        self._recipients = recipients
        self._people = people
        self._examples = examples
        self._zone = zone

    def risks_known(self, person: PersonKey) -> bool:
        """Whether this person has read what can go wrong (docs/privacy.md, C10)."""
        return (person, RISKS, RISKS_VERSION) in self._ledger.state().notices

    def know_risks(self, person: PersonKey, act: Act) -> None:
        """Record that this person has read it."""
        self._ledger.append(
            NoticeAcknowledged(person, RISKS, RISKS_VERSION),
            at=act.at,
            actor=act.actor,
            session=act.session,
            clock=act.clock,
        )

    def broken(self) -> str:
        """Why nothing is shared at all; empty while the ledger can be believed."""
        return self._ledger.state().broken

    def recipients(self, person: PersonKey) -> list[Recipient]:
        """To whom this person might share."""
        return [one for one in self._recipients.list() if one.person == person]

    def titles(self, person: PersonKey) -> dict[str, str]:
        """What the recipients are called, removed ones too: what was sent there was sent."""
        every = self._recipients.list(removed=True)
        return {one.key: one.invitation.title for one in every if one.person == person}

    def recipient(self, person: PersonKey, key: str) -> Recipient:
        """One of them.

        Raises:
            NotAllowed: this person has no such recipient.
        """
        found = self._recipients.get(key)
        if found.person != person or found.standing == "removed":
            raise NotAllowed("There is no such recipient.", "Look at the list and try again.")
        return found

    def grants(
        self, person: PersonKey, now: Instant, clock: ClockState, language: str
    ) -> list[GrantView]:
        """What this person agreed to, newest first."""
        titles = {one.key: one.invitation.title for one in self._recipients.list(removed=True)}
        state = self._ledger.state()
        return describe(state, titles, now, clock, person=person, language=language)

    def _recall_known(self, person: PersonKey, recipient: str) -> bool:
        """Whether this person already read that nothing can be called back from there."""
        notices = self._ledger.state().notices
        return (person, NOTICE, f"{NOTICE_VERSION}:{recipient}") in notices

    def offer(self, person: PersonKey, choice: Choice, language: str) -> Offer:
        """What a choice would mean.

        Raises:
            NotAllowed: it cannot be agreed to as it is.
        """
        return make_offer(
            self.recipient(person, choice.recipient),
            choice.kinds,
            purpose=choice.purpose,
            start=choice.start,
            end=choice.end,
            history_from=choice.history_from,
            grain=choice.grain,
            zone=self._zone(person),
            language=language,
        )

    def preview(self, person: PersonKey, choice: Choice, now: Instant, language: str) -> Preview:
        """What a choice would mean, with the exact Observations."""
        offer = self.offer(person, choice, language)
        return Preview(
            offer,
            self._examples.examples(offer, now),
            self._examples.past(offer) if choice.history_from < choice.start else 0,
            self._recall_known(person, choice.recipient),
        )

    def agree(
        self,
        person: PersonKey,
        choice: Choice,
        language: str,
        act: Act,
        *,
        text_shown: str,
        acknowledged: bool,
        transfer_agreed: bool,
    ) -> str:
        """Record the agreement; gives the grant's id.

        Raises:
            NotAllowed: something is missing, or the text is another one by now.
        """
        who = self._people.get(person)
        entry = give(
            self._ledger,
            self.offer(person, choice, language),
            act,
            born=who.born if who else "",
            text_shown=text_shown,
            acknowledged=acknowledged,
            transfer_agreed=transfer_agreed,
        )
        return str(getattr(entry.event, "id", ""))

    def withdraw(self, person: PersonKey, grant: str, act: Act) -> None:
        """Take a grant back, whole.

        Raises:
            NotAllowed: this person gave no such grant.
        """
        self._own(person, grant)
        withdraw(self._ledger, grant, act)

    def deciders(self, person: PersonKey, now: Instant) -> dict[PersonKey, tuple[str, str]]:
        """Who else decides for this person: their name, and as what."""
        held = self._ledger.state().trusts.values()
        names = {one.key: one.name for one in self._people.list()}
        return {
            one.by: (names.get(one.by, one.by), ROLES[one.relationship])
            for one in held
            if one.person == person and one.holds(now)
        }

    def end_trust(self, person: PersonKey, by: PersonKey, act: Act) -> None:
        """Let somebody decide for this person no longer.

        Raises:
            NotAllowed: they do not.
        """
        trust_of(self._ledger.state(), person, by, act.at)
        end_all(self._ledger, person, by, act)

    def confirm(self, person: PersonKey, key: str, act: Act) -> None:
        """Go on with a recipient that was paused, as it is now.

        Raises:
            NotAllowed: this person has no such recipient.
        """
        self._recipients.confirm(self.recipient(person, key).key, act)

    def why_paused(self, person: PersonKey) -> dict[str, str]:
        """Why recipients of this person are paused, by key."""
        terms = self._ledger.state().recipients.values()
        return {one.recipient: one.why for one in terms if one.person == person and one.why}

    def receipt(
        self, person: PersonKey, grant: str, language: str
    ) -> tuple[Mapping[str, Any], str]:
        """The signed receipt of a grant, for a machine and for a person.

        Raises:
            NotAllowed: this person gave no such grant.
        """
        self._own(person, grant)
        made = receipt(self._ledger, grant)
        return made, printable(made, language)

    def collecting(self, person: PersonKey, now: Instant) -> dict[Collecting, bool]:
        """What may be collected for this person, for each source."""
        state = self._ledger.state()
        return {source: may_collect(state, person, source, now).permit for source in COLLECTING}

    def collect(self, person: PersonKey, source: str, allow: bool, act: Act) -> None:
        """Allow a source, or stop it."""
        known = next((one for one in COLLECTING if one == source), None)
        if known is None:
            raise NotAllowed("There is no such source.")
        if not allow:
            stop_collecting(self._ledger, person, known, act)
        elif not may_collect(self._ledger.state(), person, known, act.at).permit:
            allow_collecting(self._ledger, person, known, act)

    def _own(self, person: PersonKey, grant: str) -> None:
        found = self._ledger.state().grants.get(grant)
        if found is None or found.person != person:
            raise NotAllowed("You have not agreed to that.", "Look at the list and try again.")
