"""What the files of this home lost: written down when it is noticed, and shown for a month."""

from __future__ import annotations

import json

from adapters.reading import Instant
from gateway.store.audit import Audit
from gateway.store.driver import Database
from gateway.store.heads import ACCEPTED, Anchor, accept_heads, check_heads

_ACT = "loss noticed"
_SHOWN_FOR = 30 * 86_400_000
"""How long a loss is shown, ms; the audit trail keeps it for ever."""


def write_down_losses(gateway: Database, anchor: Anchor, audit: Audit, now: Instant) -> None:
    """Note in the audit trail what is missing, then go on from what is there.

    Done whenever a home is opened, before anything else is written: the next reading moves the
    head on, and nothing would tell of the loss any more. A ledger that was cut short is not
    accepted: nothing is shared until it is whole again.
    """
    found = check_heads(gateway, anchor, ACCEPTED)
    for sentence in found:
        audit.note(now, "gateway", _ACT, {"what": sentence})
    if found:
        accept_heads(gateway, anchor)


def losses(gateway: Database, now: Instant) -> list[str]:
    """What was written down as missing in the last thirty days, oldest first."""
    rows = gateway.conn.execute(
        "SELECT detail FROM audit WHERE act = ? AND at > ? ORDER BY seq", (_ACT, now - _SHOWN_FOR)
    )
    return [str(json.loads(detail)["what"]) for (detail,) in rows]
