"""May this leave, now? Pure functions of the folded ledger, the request and the two clocks.

Source: docs/consent.md, rules 1 to 7.
"""

from __future__ import annotations

from typing import get_args

from adapters.kinds import Kind
from adapters.reading import Instant, PersonKey
from gateway.sharing.age import turns
from gateway.sharing.consent import (
    FUTURE_TOLERANCE_MS,
    ClockState,
    ConsentState,
    Decision,
    Grant,
    Purpose,
    Reason,
    Request,
    Window,
    is_shareable,
)


def decide(
    state: ConsentState,
    request: Request,
    measured: tuple[Instant, Instant],
    now: Instant,
    clock: ClockState,
) -> Decision:
    """Decide about one measurement.

    Args:
        state: what the ledger says.
        request: what would be sent, to whom, why.
        measured: start and end of the measurement; equal for an instant.
        now: when it would be sent.
        clock: whether ``now`` can be believed.

    Returns:
        a permit with its grant, or a denial with its reason; where several grants were given
        and none holds, the reason is that of the one given last.
    """
    barrier = _barrier(state, request.person, request.kind, request.recipient, now, clock)
    if barrier is not None:
        return Decision(False, barrier)
    if request.purpose not in get_args(Purpose):
        return Decision(False, Reason.UNKNOWN_PURPOSE)
    start, end = measured
    if end < start:
        return Decision(False, Reason.UNCLEAR_TIME)
    if max(start, end - 1) > now + FUTURE_TOLERANCE_MS:
        return Decision(False, Reason.FUTURE_MEASUREMENT)
    if _denied(state, request.person, request.kind, request.recipient, request.purpose, now):
        return Decision(False, Reason.DENIED)
    reason = Reason.NO_GRANT
    for grant in state.by_path.get((request.person, request.kind, request.recipient), ()):
        if grant.purpose != request.purpose:
            continue
        fault = _fault(state, grant, request.kind, now)
        if fault is None:
            if _window(grant, grant.history_to).covers(start, end):
                return Decision(True, Reason.PERMITTED, grant.id)
            fault = Reason.OUTSIDE_HISTORY
        reason = fault
    return Decision(False, reason)


def windows(
    state: ConsentState,
    person: PersonKey,
    kind: Kind,
    recipient: str,
    now: Instant,
    clock: ClockState,
) -> list[Window]:
    """The stretches of measurement time that may leave now; what release cuts by.

    A measurement is covered by one of them for a purpose exactly when `decide` permits it.
    Windows of different grants may overlap. Each ends five minutes ahead of ``now`` at the
    latest: what bears a later time is looked at again once that time has come.
    """
    ahead = now + FUTURE_TOLERANCE_MS + 1
    found = [
        _window(grant, min(grant.history_to, ahead))
        for grant in state.by_path.get((person, kind, recipient), ())
        if standing(state, grant, kind, now, clock) is Reason.PERMITTED
    ]
    return [window for window in found if window.first < window.last_exclusive]


def standing(
    state: ConsentState, grant: Grant, kind: Kind, now: Instant, clock: ClockState
) -> Reason:
    """Whether a grant lets its kind leave now, whatever the time of measurement; or why not."""
    barrier = _barrier(state, grant.person, kind, grant.recipient, now, clock)
    if barrier is not None:
        return barrier
    if _denied(state, grant.person, kind, grant.recipient, grant.purpose, now):
        return Reason.DENIED
    return _fault(state, grant, kind, now) or Reason.PERMITTED


def may_collect(state: ConsentState, person: PersonKey, source: str, now: Instant) -> Decision:
    """Whether a source may be listened to for a person.

    The clock's trust plays no part: a grant in the ledger stands from its entry on, and
    collecting goes on while the clock is unsure (rule 6: nothing is lost).
    """
    if state.broken:
        return Decision(False, Reason.LEDGER_BROKEN)
    for grant in state.collects.values():
        if (grant.person, grant.source) == (person, source) and (
            grant.end is None or now < grant.end
        ):
            return Decision(True, Reason.PERMITTED, grant.id)
    return Decision(False, Reason.NOT_COLLECTED)


def next_change(state: ConsentState, after: Instant) -> Instant | None:
    """The next moment at which time alone opens something: a grant starts or a denial ends.

    Release looks at everything again then; None when nothing is ahead.
    """
    ahead = [grant.start for grant in state.grants.values() if grant.start > after]
    ahead += [
        denial.end
        for denial in state.denials.values()
        if denial.end is not None and denial.end > after
    ]
    return min(ahead, default=None)


def _barrier(
    state: ConsentState,
    person: PersonKey,
    kind: Kind,
    recipient: str,
    now: Instant,
    clock: ClockState,
) -> Reason | None:
    """What stands in the way of every grant."""
    if state.broken:
        return Reason.LEDGER_BROKEN
    if clock is not ClockState.TRUSTED:
        return Reason.CLOCK_UNTRUSTED
    if now < state.newest:
        return Reason.CLOCK_BEHIND
    if not is_shareable(kind):
        return Reason.NOT_SHAREABLE
    terms = state.recipients.get(recipient)
    if terms is None or terms.person != person or terms.standing == "removed":
        return Reason.UNKNOWN_RECIPIENT
    if terms.standing != "active":
        return Reason.RECIPIENT_SUSPENDED
    return None


def _denied(
    state: ConsentState,
    person: PersonKey,
    kind: Kind,
    recipient: str,
    purpose: str,
    now: Instant,
) -> bool:
    return any(
        denial.person == person
        and denial.recipient == recipient
        and kind in denial.kinds
        and purpose in denial.purposes
        and denial.holds(now)
        for denial in state.denials.values()
    )


def _fault(state: ConsentState, grant: Grant, kind: Kind, now: Instant) -> Reason | None:
    """Why a grant does not stand at this moment."""
    if (grant.id, kind) in state.withdrawn:
        return Reason.WITHDRAWN
    if now < turns(grant.born, 13):
        return Reason.UNDER_13
    if min(now, grant.given_at) < turns(grant.born, 18):
        return Reason.UNDER_18
    terms = state.recipients[grant.recipient]
    if grant.seq < terms.since or grant.terms not in terms.accepted:
        return Reason.POLICY_CHANGED
    if now < grant.start:
        return Reason.NOT_STARTED
    if now >= grant.end:
        return Reason.ENDED
    return None


def _window(grant: Grant, until: Instant) -> Window:
    return Window(grant.history_from, until, grant.grain, grant.id, grant.purpose)
