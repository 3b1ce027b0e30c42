"""Does a grant still let a series leave? Asked again before anything is claimed or concluded."""

from __future__ import annotations

from typing import Final

from adapters.reading import Instant
from gateway.sharing.buckets import zone_named
from gateway.sharing.consent import ClockState, ConsentState, Reason
from gateway.sharing.decision import standing
from gateway.store.identity import SeriesRow

PASSING: Final = frozenset(
    {
        Reason.LEDGER_BROKEN,
        Reason.CLOCK_UNTRUSTED,
        Reason.CLOCK_BEHIND,
        Reason.RECIPIENT_SUSPENDED,
        Reason.POLICY_CHANGED,
        Reason.NOT_STARTED,
        Reason.ZONE_UNKNOWN,
    }
)
"""Reasons that may end by themselves or by a person's word: what waits goes on waiting."""


def still(
    state: ConsentState, consent: str, series: SeriesRow, now: Instant, clock: ClockState
) -> Reason:
    """Whether this very grant permits readings of a series to leave now, or why not."""
    if state.broken:
        return Reason.LEDGER_BROKEN
    grant = state.grants.get(consent)
    if grant is None or grant.person != series.person or series.kind not in grant.kinds:
        return Reason.NO_GRANT
    if grant.grain == "local_day" and not _is_known(grant.zone):
        return Reason.ZONE_UNKNOWN
    return standing(state, grant, series.kind, now, clock)


def _is_known(zone: str) -> bool:
    """Whether this system can say when a day of a zone begins."""
    try:
        zone_named(zone)
    except LookupError:
        return False
    return True
