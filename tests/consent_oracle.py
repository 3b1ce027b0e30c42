"""A second opinion on consent, written from the rules alone: reads raw events, slowly, in order.

Shares no code with `gateway.sharing.decision` and `gateway.sharing.fold`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from gateway.sharing.consent import ClockState, Request
from gateway.sharing.events import (
    Deny,
    Invited,
    Lift,
    Permit,
    PolicyChanged,
    RecipientConfirmed,
    RecipientRemoved,
    RecipientSuspended,
    Recorded,
    Withdraw,
)

MAY_BE_SHARED = {"heart_rate", "body_weight", "step_count"}
FIVE_MINUTES = 300_000


def years(born: str, instant: int) -> int:
    """Full years at an instant, by the latest day on which the birthday may be."""
    year, month = (int(part) for part in born.split("-"))
    day = datetime.fromtimestamp(instant / 1000, UTC)
    return day.year - year - (0 if day.month > month else 1)


def permitted(
    history: Sequence[Recorded],
    request: Request,
    measured: tuple[int, int],
    now: int,
    clock: ClockState,
) -> set[str]:
    """The grants by which this may leave."""
    first, last = measured
    if clock is not ClockState.TRUSTED or last < first:
        return set()
    if any(entry.clock == "trusted" and entry.at > now for entry in history):
        return set()
    if request.kind not in MAY_BE_SHARED or request.purpose not in {"TREAT", "HRESCH", "PATRQT"}:
        return set()
    moments = [first] if first == last else [first, last - 1]
    if any(moment > now + FIVE_MINUTES for moment in moments):
        return set()
    open_to, owner, terms = False, "", set[str]()
    permits: dict[str, tuple[Permit, int]] = {}
    taken_back: set[tuple[str, str]] = set()
    denied: dict[str, Deny] = {}
    removed = False
    for entry in history:
        match entry.event:
            case Invited() as event if event.recipient == request.recipient:
                open_to, owner, terms = True, event.person, {event.terms}
                permits.clear()
            case Permit() as event if event.recipient == request.recipient:
                permits[event.id] = (event, entry.at)
            case Withdraw() as event:
                taken_back |= {(event.grant, kind) for kind in event.kinds}
            case Deny() as event:
                denied[event.id] = event
            case Lift() as event:
                denied.pop(event.deny, None)
            case PolicyChanged() as event if event.recipient == request.recipient and owner:
                if event.change == "material":
                    terms = {event.terms}
                    permits.clear()
                else:
                    terms = terms | {event.terms}
            case RecipientSuspended() as event if event.recipient == request.recipient:
                open_to = False
            case RecipientConfirmed() as event if event.recipient == request.recipient:
                open_to = bool(owner) and not removed
            case RecipientRemoved() as event if event.recipient == request.recipient and owner:
                removed = True
            case _:
                pass
    if not open_to or removed or owner != request.person:
        return set()
    for deny in denied.values():
        if (
            (deny.person, deny.recipient) == (request.person, request.recipient)
            and request.kind in deny.kinds
            and request.purpose in deny.purposes
            and deny.start <= now
            and not (deny.end is not None and deny.end <= now)
        ):
            return set()
    return {
        grant.id
        for grant, given in permits.values()
        if (grant.person, grant.purpose) == (request.person, request.purpose)
        and request.kind in grant.kinds
        and (grant.id, request.kind) not in taken_back
        and grant.terms in terms
        and years(grant.born, now) >= 18
        and years(grant.born, given) >= 18
        and grant.start <= now < grant.end
        and all(grant.history_from <= moment < grant.history_to for moment in moments)
    }
