"""What consent is made of: the words, the grants, and the state that the ledger folds into.

Everything here is a plain value. Events are in `events`, folding in `fold`, deciding in
`decision` (docs/consent.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Final, Literal, get_args

from adapters.kinds import Kind, all_kinds
from adapters.reading import Instant, PersonKey

Purpose = Literal["TREAT", "HRESCH", "PATRQT"]
"""Why a recipient may have readings: treatment, research, at the patient's own request.

Source: HL7 v3 PurposeOfUse, http://terminology.hl7.org/CodeSystem/v3-ActReason. The list is
closed: marketing and sale cannot be said.
"""

Grain = Literal["raw", "minute", "hour", "day", "local_day"]
"""Every reading, or one summary a minute, an hour, a day (UTC), a day of the zone that is named."""

Collecting = Literal["ble", "healthkit", "routes"]
"""What may be collected: over the radio, from Apple Health exports, routes (they stay here)."""

Relationship = Literal["GUARD", "POWATT"]
"""Why somebody decides for another adult: as legal guardian, or with a power given by the person.

Source: HL7 Terminology, v3-RoleCode.
"""

ROLES: Final[Mapping[Relationship, str]] = MappingProxyType(
    {"GUARD": "guardian", "POWATT": "proxy"}
)
"""What who decides so is called."""

PURPOSES: Final[tuple[Purpose, ...]] = get_args(Purpose)
GRAINS: Final[tuple[Grain, ...]] = get_args(Grain)
COLLECTING: Final[tuple[Collecting, ...]] = get_args(Collecting)

FUTURE_TOLERANCE_MS: Final = 5 * 60 * 1000
"""A measurement further ahead of the clock than this never leaves."""

ONE_BY_ONE: Final = frozenset({"journal", "notes"})
"""Consent categories that are shared entry by entry, never as part of a list of kinds."""


class ClockState(Enum):
    """Whether this machine's clock is known to be right."""

    TRUSTED = "trusted"
    UNTRUSTED = "untrusted"


class Reason(StrEnum):
    """Why a decision is as it is; `words.sentence()` has the sentence for each."""

    PERMITTED = "permitted"
    LEDGER_BROKEN = "ledger_broken"
    CLOCK_UNTRUSTED = "clock_untrusted"
    CLOCK_BEHIND = "clock_behind"
    UNKNOWN_PURPOSE = "unknown_purpose"
    NOT_SHAREABLE = "not_shareable"
    UNKNOWN_RECIPIENT = "unknown_recipient"
    RECIPIENT_SUSPENDED = "recipient_suspended"
    UNCLEAR_TIME = "unclear_time"
    FUTURE_MEASUREMENT = "future_measurement"
    DENIED = "denied"
    NO_GRANT = "no_grant"
    WITHDRAWN = "withdrawn"
    UNDER_13 = "under_13"
    UNDER_18 = "under_18"
    ZONE_UNKNOWN = "zone_unknown"
    POLICY_CHANGED = "policy_changed"
    NOT_STARTED = "not_started"
    ENDED = "ended"
    OUTSIDE_HISTORY = "outside_history"
    NOT_COLLECTED = "not_collected"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a person agreed to: these kinds, to this recipient, for this purpose.

    Attributes:
        id: the grant's own name; receipts and deliveries bear it.
        kinds: the closed list of that moment; a kind that comes later is never in it.
        start, end: when may be sent, half-open.
        history_from, history_to: when it must have been measured, half-open.
        policy_version: version of the recipient's policy that was shown.
        terms: SHA-256 (hex) of the whole invitation that was shown.
        text_hash: SHA-256 (hex) of the exact text that was agreed to.
        grain: how finely.
        zone: whose days are summed up, of a ``local_day``; empty otherwise.
        born: the person's month of birth, YYYY-MM, as known then.
        by, relationship: who agreed for the person, and as what; None: the person did.
        given_at: when the person agreed.
        seq: the ledger entry that says so.
    """

    id: str
    person: PersonKey
    recipient: str
    purpose: Purpose
    kinds: frozenset[Kind]
    start: Instant
    end: Instant
    history_from: Instant
    history_to: Instant
    policy_version: str
    terms: str
    text_hash: str
    grain: Grain
    born: str
    given_at: Instant
    seq: int
    zone: str = ""
    by: PersonKey | None = None
    relationship: Relationship | None = None

    @property
    def tuples(self) -> frozenset[tuple[Kind, str, Purpose]]:
        """What is granted, one by one."""
        return frozenset((kind, self.recipient, self.purpose) for kind in self.kinds)


@dataclass(frozen=True, slots=True)
class Trust:
    """That somebody decides for another person. ``end`` None: until it is ended."""

    id: str
    person: PersonKey
    by: PersonKey
    relationship: Relationship
    start: Instant
    end: Instant | None

    def holds(self, now: Instant) -> bool:
        """Whether it counts at a moment."""
        return self.start <= now and (self.end is None or now < self.end)


@dataclass(frozen=True, slots=True)
class Denial:
    """What a person forbade; ends by its period or when it is lifted. ``end`` None: no end."""

    id: str
    person: PersonKey
    recipient: str
    purposes: frozenset[Purpose]
    kinds: frozenset[Kind]
    start: Instant
    end: Instant | None

    def holds(self, now: Instant) -> bool:
        """Whether it is in force."""
        return self.start <= now and (self.end is None or now < self.end)


@dataclass(frozen=True, slots=True)
class CollectGrant:
    """That a person lets this gateway collect from a source. ``end`` None: until stopped."""

    id: str
    person: PersonKey
    source: Collecting
    start: Instant
    end: Instant | None


@dataclass(frozen=True, slots=True)
class Terms:
    """Where a recipient stands.

    Attributes:
        person: the only person whose readings may go there: the address names one record.
        accepted: the invitations (`Grant.terms`) whose grants still count.
        since: the ledger entry from which on grants count: the last material change.
        standing: ``active``, ``suspended`` or ``removed``.
        why: why it is suspended, for a person.
    """

    recipient: str
    person: PersonKey
    policy_version: str
    accepted: frozenset[str]
    since: int = 0
    standing: Literal["active", "suspended", "removed"] = "active"
    why: str = ""


@dataclass(frozen=True, slots=True)
class ConsentState:
    """All that the ledger says, folded; made by `fold`, never changed by hand.

    Attributes:
        grants: every grant ever given, in that order.
        withdrawn: when each (grant, kind) was withdrawn.
        by_path: grants by (person, kind, recipient), in the order in which they were given.
        denials: by id, without those that were lifted.
        collects: by id, without those that were stopped.
        trusts: who decides for whom, by id, without those that were ended.
        recipients: by key.
        notices: when a (person, notice, version) was acknowledged.
        newest: the latest time that an event bears under a trusted clock.
        seq: how many entries were folded.
        broken: why the ledger cannot be believed; empty when it can.
    """

    grants: Mapping[str, Grant] = field(default_factory=lambda: MappingProxyType({}))
    withdrawn: Mapping[tuple[str, Kind], Instant] = field(
        default_factory=lambda: MappingProxyType({})
    )
    by_path: Mapping[tuple[PersonKey, Kind, str], tuple[Grant, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    denials: Mapping[str, Denial] = field(default_factory=lambda: MappingProxyType({}))
    collects: Mapping[str, CollectGrant] = field(default_factory=lambda: MappingProxyType({}))
    trusts: Mapping[str, Trust] = field(default_factory=lambda: MappingProxyType({}))
    recipients: Mapping[str, Terms] = field(default_factory=lambda: MappingProxyType({}))
    notices: Mapping[tuple[PersonKey, str, str], Instant] = field(
        default_factory=lambda: MappingProxyType({})
    )
    newest: Instant = 0
    seq: int = 0
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody would like to send: a kind of readings of a person, to whom, why.

    ``purpose`` is text on purpose: one that is not in the list is denied, not an error.
    """

    person: PersonKey
    kind: Kind
    recipient: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Yes, by which grant; or no, and why."""

    permit: bool
    reason: Reason
    grant: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of measurement time, ``[first, last_exclusive)``, that a grant lets leave now."""

    first: Instant
    last_exclusive: Instant
    grain: Grain
    grant: str
    purpose: Purpose

    def covers(self, start: Instant, end: Instant) -> bool:
        """Whether a measurement lies wholly inside; ``end == start`` for an instant."""
        return self.first <= start <= end <= self.last_exclusive and start < self.last_exclusive


def shareable_kinds() -> tuple[Kind, ...]:
    """What "all" means at this moment: every kind about the person that is not one by one."""
    return tuple(
        name for name, row in all_kinds().items() if row.shareable and row.consent not in ONE_BY_ONE
    )


def is_shareable(name: str) -> bool:
    """Whether a grant may name this kind."""
    row = all_kinds().get(Kind(name))
    return row is not None and row.shareable and row.consent not in ONE_BY_ONE
