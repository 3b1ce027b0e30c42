"""The soak of kills runs, with two of them; and what it looks for, it finds where it is planted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.reading import DeviceKey, Gap, PersonKey
from scripts.soaks import kills
from scripts.soaks._evidence import (
    Emitted,
    Evidence,
    Kill,
    Sent,
    Stored,
    Wanted,
    figures,
    findings,
    lost_at,
)

WANTED = Wanted(kills=2, in_flight=1, share=0.9)
ZERO = 1_700_000_000_000
KILLED = (ZERO + 10_050, ZERO + 20_050)
LOST = 100
"""The number of the one packet that a kill cost."""


def whole() -> Evidence:
    """Two kills, two hundred packets, one of them lost just before the first kill."""
    seen = Evidence(kills=[Kill(KILLED[0], 10.0, 1), Kill(KILLED[1], 10.0, 0)])
    for n in range(200):
        seen.emitted.append(Emitted("strap", "energy_expended", n, n * 100))
        if n == LOST:
            continue
        seen.stored.append(Stored("strap", "energy_expended", n, ZERO + n * 100))
        seen.sent.append(Sent(f"key {n}", f"id {n}", "already" if n % 7 == 0 else "sent"))
        seen.acknowledged.add(f"key {n}")
        seen.on_server.append(f"id {n}")
    seen.shareable = len(seen.stored)
    seen.streams.add("strap")
    for at in KILLED:
        strap = DeviceKey("strap")
        seen.gaps.append(Gap(PersonKey("ada"), strap, at - 200, at + 2000, "not running"))
    return seen


def test_where_all_is_well_nothing_is_found() -> None:
    assert findings(whole(), WANTED) == []


def _double_on_server(seen: Evidence) -> None:
    seen.on_server.append("id 7")


def _loss_on_server(seen: Evidence) -> None:
    seen.on_server.remove("id 7")


def _acknowledged_and_lost(seen: Evidence) -> None:
    seen.acknowledged.add(f"key {LOST}")


def _answer_owed(seen: Evidence) -> None:
    seen.sent[7] = replace(seen.sent[7], state="unknown")


def _stranger_on_server(seen: Evidence) -> None:
    seen.on_server.append("id of nobody")


def _stored_twice(seen: Evidence) -> None:
    again = replace(seen.stored[7], start=seen.stored[7].start + 5000)
    seen.stored.append(again)


def _stored_and_not_sent(seen: Evidence) -> None:
    seen.shareable += 1


def _too_much_lost(seen: Evidence) -> None:
    del seen.stored[-30:]


def _no_gap(seen: Evidence) -> None:
    seen.gaps.pop(0)


def _gap_without_end(seen: Evidence) -> None:
    seen.gaps[0] = replace(seen.gaps[0], until=None)


def _nothing_in_flight(seen: Evidence) -> None:
    seen.kills[0] = replace(seen.kills[0], bundles=0)


def _one_kill(seen: Evidence) -> None:
    seen.kills.pop()


def _broken_chain(seen: Evidence) -> None:
    seen.broken.append("the ledger is broken")


PLANTED: dict[str, Callable[[Evidence], None]] = {
    "more than once on the server": _double_on_server,
    "not on the server exactly once": _loss_on_server,
    "acknowledged, but never sent": _acknowledged_and_lost,
    "not settled in the end": _answer_owed,
    "not in the record": _stranger_on_server,
    "more often than the device sent it": _stored_twice,
    "200 readings may be shared, 199 were sent": _stored_and_not_sent,
    "of energy_expended were stored": _too_much_lost,
    "kill 1 left no gap": _no_gap,
    "kill 1 left no gap that ended": _gap_without_end,
    "only 0 kills hit a request in flight": _nothing_in_flight,
    "only 1 of 2 kills": _one_kill,
    "the ledger is broken": _broken_chain,
}


@pytest.mark.parametrize("sentence", PLANTED)
def test_what_is_planted_is_found(sentence: str) -> None:
    seen = whole()
    PLANTED[sentence](seen)
    assert any(sentence in one for one in findings(seen, WANTED))


def test_an_empty_house_proves_nothing() -> None:
    found = findings(Evidence(), Wanted(0, 0, 0.95))
    assert found == ["nothing was acknowledged", "nothing was emitted"]


def test_each_kill_is_told_what_it_cost() -> None:
    seen = whole()
    assert lost_at(seen) == [(1, 50), (0, 0)]
    told = figures(seen)
    assert (told["lost"], told["longest_loss_ms"]) == ({"energy_expended": 1}, 50)


@pytest.mark.process
@pytest.mark.server
def test_two_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    # So short a life makes a crash weigh heavier: the share is judged by the long run.
    result = kills.run(2, folder=tmp_path, between=(5.0, 6.5), share=0.75)
    assert result["findings"] == []
    assert (result["kills"], result["in_flight"] >= 1) == (2, True)
    assert result["acknowledged"] > 100
    assert result["on_server"] == sum(result["stored"].values())
