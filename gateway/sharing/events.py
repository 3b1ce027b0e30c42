"""What can stand in the consent ledger: a closed list of events (their spelling: `spelling`).

Every entry says when, who and in which session; silence is never consent. No event can name
"all": kinds are written out, one by one, as they were at that moment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

from pydantic import Field

from adapters.kinds import Kind
from adapters.reading import Instant, PersonKey
from gateway.sharing.age import is_month
from gateway.sharing.consent import Collecting, Grain, Purpose, Relationship
from gateway.sharing.event_checks import LATER, STRICT, ZONE, closed, digest_of, named
from gateway.sharing.trust_events import EndTrust, Entrust

GATEWAY: Final = "gateway"
"""The actor of what the program itself records; it may close, never open."""

PERSON: Final = "person:"
"""What stands before a person's key where that person acts."""

SCRIPT: Final = "script"
"""The actor of a scripted decision; counts in a simulation home alone."""


@dataclass(frozen=True, slots=True)
class Invited:
    """A person took up an invitation; nothing may be sent yet.

    The invitation is kept whole, so that what was agreed to can be shown for ever; ``terms`` is
    its SHA-256 in hex.
    """

    recipient: str
    person: PersonKey
    policy_version: str
    invitation: str
    terms: str
    what: Literal["invited"] = "invited"

    __pydantic_config__ = STRICT

    def __post_init__(self) -> None:
        named(self.recipient, self.person, self.policy_version)
        digest_of(self.terms, self.invitation)


@dataclass(frozen=True, slots=True)
class Permit:
    """A person agreed; the columns are those of `consent.Grant`, with the text that was shown.

    The zone of a ``local_day`` is named: when its days begin tells it to the recipient. ``by`` and
    ``relationship`` are who agreed for the person, and as what; None where the person did.
    """

    id: str
    person: PersonKey
    recipient: str
    purpose: Purpose
    kinds: tuple[Kind, ...]
    start: Instant
    end: Instant
    history_from: Instant
    history_to: Instant
    policy_version: str
    terms: str
    text: str
    text_hash: str
    language: str
    grain: Grain
    born: str
    zone: str = field(default="", metadata=LATER)
    by: PersonKey | None = field(default=None, metadata=LATER)
    relationship: Relationship | None = field(default=None, metadata=LATER)
    what: Literal["permit"] = "permit"

    __pydantic_config__ = STRICT

    def __post_init__(self) -> None:
        named(self.id, self.person, self.recipient, self.policy_version, self.language)
        closed(self.kinds)
        digest_of(self.terms)
        digest_of(self.text_hash, self.text)
        if self.end <= self.start or self.history_to <= self.history_from:
            raise ValueError("a period ends after it starts")
        if not is_month(self.born):
            raise ValueError("a month of birth is written YYYY-MM")
        if (self.grain == "local_day") != bool(ZONE.fullmatch(self.zone)):
            raise ValueError("days that are somebody's own are those of a zone, and no others are")
        if (self.by is None) != (self.relationship is None) or self.by in (self.person, ""):
            raise ValueError("who decides for a person is another one, and is something to them")


@dataclass(frozen=True, slots=True)
class Withdraw:
    """A person took a grant back, for the kinds named."""

    grant: str
    kinds: tuple[Kind, ...]
    what: Literal["withdraw"] = "withdraw"

    __pydantic_config__ = STRICT

    def __post_init__(self) -> None:
        named(self.grant)
        closed(self.kinds)


@dataclass(frozen=True, slots=True)
class Deny:
    """A person forbade, whatever was or will be granted; ``end`` None: until lifted."""

    id: str
    person: PersonKey
    recipient: str
    purposes: tuple[Purpose, ...]
    kinds: tuple[Kind, ...]
    start: Instant
    end: Instant | None
    what: Literal["deny"] = "deny"

    __pydantic_config__ = STRICT

    def __post_init__(self) -> None:
        named(self.id, self.person, self.recipient)
        closed(self.kinds)
        if not self.purposes or list(self.purposes) != sorted(set(self.purposes)):
            raise ValueError("purposes are named once each, in order")
        if self.end is not None and self.end <= self.start:
            raise ValueError("a period ends after it starts")


@dataclass(frozen=True, slots=True)
class Lift:
    """A person took a denial back."""

    deny: str
    what: Literal["lift"] = "lift"

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True)
class Collect:
    """A person lets this gateway collect from a source; ``end`` None: until stopped."""

    id: str
    person: PersonKey
    source: Collecting
    start: Instant
    end: Instant | None = None
    what: Literal["collect"] = "collect"

    __pydantic_config__ = STRICT

    def __post_init__(self) -> None:
        named(self.id, self.person)


@dataclass(frozen=True, slots=True)
class StopCollect:
    """A person wants no more from a source."""

    grant: str
    what: Literal["stop_collect"] = "stop_collect"

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True)
class PolicyChanged:
    """A recipient's invitation is another one now; a material change ends what was granted."""

    recipient: str
    policy_version: str
    invitation: str
    terms: str
    change: Literal["material", "editorial"]
    what: Literal["policy_changed"] = "policy_changed"

    __pydantic_config__ = STRICT

    def __post_init__(self) -> None:
        named(self.recipient, self.policy_version)
        digest_of(self.terms, self.invitation)


@dataclass(frozen=True, slots=True)
class RecipientSuspended:
    """Nothing goes there until a person confirms; ``why`` is for people."""

    recipient: str
    why: str
    what: Literal["recipient_suspended"] = "recipient_suspended"

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True)
class RecipientConfirmed:
    """A person said that a suspended recipient is right as it is now."""

    recipient: str
    what: Literal["recipient_confirmed"] = "recipient_confirmed"

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True)
class RecipientRemoved:
    """A recipient was taken off the list, for ever; a new invitation makes a new one."""

    recipient: str
    what: Literal["recipient_removed"] = "recipient_removed"

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True)
class NoticeAcknowledged:
    """A person said that a notice was read; ``version`` is that of its text."""

    person: PersonKey
    notice: str
    version: str
    what: Literal["notice_acknowledged"] = "notice_acknowledged"

    __pydantic_config__ = STRICT

    def __post_init__(self) -> None:
        named(self.person, self.notice, self.version)


@dataclass(frozen=True, slots=True)
class Assent:
    """A minor agreed too. Kept as evidence; it does not open sharing for a minor by itself."""

    person: PersonKey
    recipient: str
    text_hash: str
    what: Literal["assent"] = "assent"

    __pydantic_config__ = STRICT

    def __post_init__(self) -> None:
        named(self.person, self.recipient)
        digest_of(self.text_hash)


ConsentEvent = (
    Invited
    | Permit
    | Withdraw
    | Deny
    | Lift
    | Collect
    | StopCollect
    | PolicyChanged
    | RecipientSuspended
    | RecipientConfirmed
    | RecipientRemoved
    | NoticeAcknowledged
    | Assent
    | Entrust
    | EndTrust
)

OPENING: Final = (
    Invited, Permit, Lift, Collect, RecipientConfirmed, NoticeAcknowledged, Assent, Entrust
)  # fmt: skip
"""What lets more happen than before: a signed-in person's act, never the program's own."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event with its time, actor and session; ``clock``: whether the time was sure."""

    at: Instant
    actor: str
    session: str
    clock: Literal["trusted", "untrusted"]
    event: Annotated[ConsentEvent, Field(discriminator="what")]

    __pydantic_config__ = STRICT

    def __post_init__(self) -> None:
        named(self.actor, self.session)
