"""What sharing costs in a large store: release, claim and withdrawal, added to `soak store`."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from functools import partial

from adapters.kinds import kind
from adapters.reading import DeviceKey, ReadingBatch, SourceKey
from gateway.sharing.agreement import text_hash
from gateway.sharing.consent import ClockState
from gateway.sharing.ledger import Ledger
from gateway.sharing.offer import give, make_offer, withdraw
from gateway.sharing.practice import sandbox_invitation
from gateway.sharing.recipients import Act, Recipient, Recipients
from gateway.sharing.release import release
from gateway.sharing.withdrawal import cancelling
from scripts.soaks.store import SHARES, Filled, p95

NOW = 1_893_456_000_000
"""2030-01-01T00:00:00Z: after everything that the store was filled with."""

ROUNDS = 50
YEAR = 365 * 24 * 3_600_000


def sharing(store: Filled) -> dict[str, float]:
    """p95 of releasing a live second, of releasing ten years at once, and of a withdrawal."""
    ledger = Ledger(store.db, secrets.token_bytes(32), simulation=True)
    ledger.on_append.append(cancelling(store.db))
    recipients = Recipients(store.db, ledger, simulation=True)
    recipient = recipients.add(
        sandbox_invitation("http://127.0.0.1:9/fhir"), store.person, _act(NOW)
    )
    history, live, stop = [], [], []
    at = NOW
    for _ in range(ROUNDS):
        at += 10_000
        grant = _agree(ledger, recipient, at)
        history.append(_seconds(partial(release, store.db, ledger, at, ClockState.TRUSTED)))
        _arrive(store, at)
        live.append(_seconds(partial(release, store.db, ledger, at, ClockState.TRUSTED)))
        stop.append(_seconds(partial(withdraw, ledger, grant, _act(at + 1))))
    return {
        "release_all_history_p95_ms": p95(history),
        "release_live_p95_ms": p95(live),
        "withdrawal_p95_ms": p95(stop),
    }


def _act(at: int) -> Act:
    return Act(at, "script", "soak", ClockState.TRUSTED)


def _agree(ledger: Ledger, recipient: Recipient, at: int) -> str:
    offer = make_offer(recipient, SHARES, purpose="TREAT", start=at, end=at + YEAR, history_from=0)
    shown = text_hash(offer.text)
    give(ledger, offer, _act(at), born="1980-01", text_shown=shown, acknowledged=True)
    return list(ledger.state().grants)[-1]


def _arrive(store: Filled, at: int) -> None:
    """One second of a strap."""
    batch = ReadingBatch(
        store.person, kind("heart_rate"), DeviceKey("strap"), SourceKey("radio"),
        [at], [0], [70], [0], [0], [0], live=True,
    )  # fmt: skip
    store.readings.take_in([batch], at=at, source="ble", simulated=True)


def _seconds(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began
