"""A home with something due, and one claim of it, for tests of the outbox."""

from __future__ import annotations

import json
from typing import Any

from gateway.sharing.claim import Claimed, Plan, claim, plan
from gateway.sharing.compose import References
from gateway.sharing.consent import Reason
from gateway.sharing.making import Limits
from gateway.sharing.recipients import Recipient
from tests.sharing_home import STRAP, SharingHome

THERE = References("Patient/1", "Device/g", {STRAP: "Device/s"})


def planned(home: SharingHome, clinic: Recipient) -> Plan | Reason | None:
    return plan(home.db, home.ledger, clinic.key, home.now, home.clock)


def take(
    home: SharingHome, clinic: Recipient, limits: Limits | None = None, due: Plan | None = None
) -> Claimed | None:
    due_now = due or planned(home, clinic)
    assert isinstance(due_now, Plan)
    return claim(
        home.db, home.ledger, clinic, due_now, THERE, home.now, home.clock, limits or Limits()
    )


def values(claimed: Claimed | None) -> list[float]:
    assert claimed is not None
    return [json.loads(one.body)["valueQuantity"]["value"] for one in claimed.letters]


def setting(home: SharingHome, clinic: Recipient, n: int = 10, **how: Any) -> str:
    grant = home.grant(clinic)
    home.take_in(n, **how)
    home.now += n * 1000
    home.release()
    return grant
