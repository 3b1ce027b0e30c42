"""What was agreed to, in words: for the page "Who gets what" and `consent list`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from adapters.kinds import Kind, all_kinds
from adapters.reading import Instant, PersonKey
from gateway.sharing.consent import (
    ROLES,
    ClockState,
    CollectGrant,
    ConsentState,
    Denial,
    Grain,
    Grant,
    Purpose,
    Reason,
)
from gateway.sharing.decision import standing
from gateway.sharing.words import AGREED_FOR, GRAIN_WORDS, PURPOSE_WORDS, said, sentence

Standing = Literal["active", "paused", "waiting", "ended", "withdrawn"]


@dataclass(frozen=True, slots=True)
class GrantView:
    """One grant, as a person reads it.

    Attributes:
        recipient_title: the recipient's title, its key where the title is not known.
        kinds: what is still shared under it; withdrawn kinds are in ``withdrawn_kinds``.
        role: what who agreed is to the person, ``guardian`` or ``proxy``; empty: themselves.
        standing: ``active``; ``waiting`` for its time; ``paused`` by something a person can
            mend; ``ended`` by time; ``withdrawn`` wholly.
        sentence: why it stands so; says who agreed.
        by: who agreed in place of the person; None: they did.
        grain: how finely, ``grain_words`` in words; names no zone.
        withdrawn_at: when the last of it was withdrawn; None while any kind is shared.
    """

    id: str
    person: PersonKey
    recipient: str
    recipient_title: str
    purpose: Purpose
    purpose_words: str
    kinds: tuple[Kind, ...]
    kind_titles: tuple[str, ...]
    withdrawn_kinds: tuple[Kind, ...]
    start: Instant
    end: Instant
    history_from: Instant
    history_to: Instant
    grain: Grain
    grain_words: str
    by: PersonKey | None
    role: str
    policy_version: str
    standing: Standing
    sentence: str
    withdrawn_at: Instant | None


def live_kinds(state: ConsentState, grant: Grant) -> tuple[Kind, ...]:
    """The kinds of a grant that were not withdrawn, in order."""
    return tuple(sorted(kind for kind in grant.kinds if (grant.id, kind) not in state.withdrawn))


def describe(
    state: ConsentState,
    titles: Mapping[str, str],
    now: Instant,
    clock: ClockState,
    *,
    person: PersonKey | None = None,
    language: str = "en",
) -> list[GrantView]:
    """Every grant in words, newest first.

    Args:
        state: what the ledger says.
        titles: the title of each recipient, by key.
        now: for what is active and what is over.
        clock: whether ``now`` can be believed.
        person: only this person's.
        language: of the words.
    """
    return [
        _view(state, grant, titles, now, clock, language)
        for grant in reversed(list(state.grants.values()))
        if person is None or grant.person == person
    ]


def collecting(state: ConsentState, person: PersonKey) -> list[CollectGrant]:
    """What a person lets this gateway collect from."""
    return [grant for grant in state.collects.values() if grant.person == person]


def forbidden(state: ConsentState, person: PersonKey) -> list[Denial]:
    """What a person forbade and did not lift."""
    return [denial for denial in state.denials.values() if denial.person == person]


def _view(
    state: ConsentState,
    grant: Grant,
    titles: Mapping[str, str],
    now: Instant,
    clock: ClockState,
    language: str,
) -> GrantView:
    kinds = live_kinds(state, grant)
    reason = _reason(state, grant, kinds, now, clock)
    rows = all_kinds()
    return GrantView(
        id=grant.id,
        person=grant.person,
        recipient=grant.recipient,
        recipient_title=titles.get(grant.recipient, grant.recipient),
        purpose=grant.purpose,
        purpose_words=said(PURPOSE_WORDS[grant.purpose], language),
        kinds=kinds,
        kind_titles=tuple(said(rows[k].title, language) if k in rows else k for k in kinds),
        withdrawn_kinds=tuple(sorted(grant.kinds.difference(kinds))),
        start=grant.start,
        end=grant.end,
        history_from=grant.history_from,
        history_to=grant.history_to,
        grain=grant.grain,
        grain_words=said(GRAIN_WORDS[grant.grain], language),
        by=grant.by,
        role=ROLES[grant.relationship] if grant.relationship else "",
        policy_version=grant.policy_version,
        standing=_standing(reason),
        sentence=said(AGREED_FOR[grant.relationship], language)
        if reason is Reason.PERMITTED and grant.relationship
        else sentence(reason, language),
        withdrawn_at=None
        if kinds
        else max((state.withdrawn[grant.id, kind] for kind in grant.kinds), default=None),
    )


def _reason(
    state: ConsentState, grant: Grant, kinds: tuple[Kind, ...], now: Instant, clock: ClockState
) -> Reason:
    """Permitted if any of its kinds may leave now; else why the first of them may not."""
    reasons = [standing(state, grant, kind, now, clock) for kind in kinds]
    if Reason.PERMITTED in reasons:
        return Reason.PERMITTED
    return reasons[0] if reasons else Reason.WITHDRAWN


def _standing(reason: Reason) -> Standing:
    match reason:
        case Reason.PERMITTED:
            return "active"
        case Reason.WITHDRAWN | Reason.UNKNOWN_RECIPIENT:
            return "withdrawn"
        case Reason.NOT_STARTED:
            return "waiting"
        case Reason.ENDED:
            return "ended"
        case _:
            return "paused"
