"""Withdrawal in the middle of sending: after its commit nothing starts.

Withdrawals come from a second connection, as from another process, at every step of the way.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from gateway.sharing.deliveries import counts
from gateway.sharing.errors import SendingStopped
from gateway.sharing.gate import Gate
from gateway.sharing.ledger import Ledger
from gateway.sharing.offer import withdraw
from gateway.sharing.sent import cancelled_since, waiting
from gateway.sharing.withdrawal import cancelling
from gateway.store.driver import open_database, transaction
from scripts.sandbox_server import Sandbox
from tests.fakes_consent import NOON, act
from tests.loopback_proxy import LoopbackProxy, Seen, answer
from tests.sandbox import sandbox
from tests.sharing_home import KEY, SharingHome, fetch

__all__ = ["sandbox"]
pytestmark = pytest.mark.server


@pytest.fixture
async def proxy(sandbox: Sandbox) -> AsyncIterator[LoopbackProxy]:
    async with LoopbackProxy(sandbox.base) as made:
        yield made


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[SharingHome]:
    async with SharingHome(tmp_path) as made:
        yield made


def elsewhere(home: SharingHome, grant: str) -> None:
    """Withdraw as another process does: own connection, own ledger."""
    db = open_database(home.path / "gateway.db", KEY)
    try:
        ledger = Ledger(db, b"s" * 32, simulation=True)
        ledger.on_append.append(cancelling(db))
        withdraw(ledger, grant, act(home.now))
    finally:
        db.close()


async def test_withdrawn_in_the_middle_of_a_thousand_nothing_starts_afterwards(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = home.add_recipient(proxy.base)
    grant = home.grant(clinic)
    home.take_in(1000)
    home.now += 2_000_000
    shown_while_under_way: list[dict[str, int]] = []
    started: list[int] = []

    async def withdraw_during_the_fourth(seen: Seen) -> bytes | str:
        if len(proxy.bundles) == 4 and seen in proxy.bundles and not started:
            started.append(len(proxy.seen))
            await asyncio.to_thread(elsewhere, home, grant)
            shown_while_under_way.append(await home.do(counts, home.db))
        return "pass"

    proxy.fault = withdraw_during_the_fourth
    before = home.now
    report = await home.upload()
    assert len(proxy.seen) == started[0]  # no request of any kind began after the commit
    assert proxy.most_in_flight == 1
    assert shown_while_under_way == [{"sent": 150, "unknown": 50}]
    assert (report.sent, report.unknown, report.waiting) == (200, 0, 0)
    assert report.cancelled == 800
    assert cancelled_since(home.db, before) == 800
    assert (await fetch(sandbox.base, f"Observation?patient={patient(home)}&_count=1"))[
        "total"
    ] == 200
    await home.upload()
    assert len(proxy.seen) == started[0]


def patient(home: SharingHome) -> str:
    return str(home.db.execute("SELECT patient FROM recipient").fetchone()[0])


async def test_what_was_under_way_and_never_answered_stays_unknown_until_the_person_asks(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = home.add_recipient(proxy.base)
    grant = home.grant(clinic)
    home.take_in(120)

    async def lose_it(seen: Seen) -> bytes | str:
        if seen in proxy.bundles:
            await asyncio.to_thread(elsewhere, home, grant)
            return "commit and cut"
        return "pass"

    proxy.fault = lose_it
    report = await home.upload()
    assert (report.sent, report.unknown, report.waiting) == (0, 50, 0)
    proxy.fault = None
    before = len(proxy.seen)
    home.now += 3_600_000
    assert (await home.upload()).unknown == 50
    assert len(proxy.seen) == before
    resolved = await home.uploader.resolve(clinic.key)
    assert (resolved.sent, resolved.unknown) == (50, 0)
    assert {seen.method for seen in proxy.seen[before:]} == {"GET"}


Step = Callable[[Seen, LoopbackProxy], bool]
STEPS: dict[str, Step] = {
    "metadata": lambda seen, _: seen.path.endswith("/metadata"),
    "the patient": lambda seen, _: seen.path.endswith("/Patient"),
    "a device": lambda seen, _: seen.path.endswith("/Device"),
    "a bundle": lambda seen, proxy: seen in proxy.bundles,
    "a provenance": lambda seen, _: seen.path.endswith("/Provenance"),
}


@pytest.mark.parametrize("step", list(STEPS))
async def test_withdrawn_during_any_request_that_request_is_the_last(
    proxy: LoopbackProxy, home: SharingHome, step: str
) -> None:
    grant = home.grant(home.add_recipient(proxy.base))
    home.take_in(120)
    at: list[int] = []

    async def withdraw_now(seen: Seen) -> bytes | str:
        if STEPS[step](seen, proxy) and not at:
            at.append(len(proxy.seen))
            await asyncio.to_thread(elsewhere, home, grant)
        return "pass"

    proxy.fault = withdraw_now
    report = await home.upload()
    assert len(proxy.seen) == at[0]
    assert report.waiting == 0
    assert report.unknown == 0


async def test_withdrawn_between_the_claim_and_the_first_byte_nothing_leaves(
    proxy: LoopbackProxy, home: SharingHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant = home.grant(home.add_recipient(proxy.base))
    home.take_in(60)
    plain = Gate._take

    async def just_before(self: Gate, seq: int) -> None:
        if counts(home.db).get("sending"):
            await asyncio.to_thread(elsewhere, home, grant)
        await plain(self, seq)

    monkeypatch.setattr(Gate, "_take", just_before)
    report = await home.upload()
    assert proxy.bundles == []
    assert (report.sent, report.unknown, report.waiting, report.cancelled) == (0, 0, 0, 60)


async def test_a_decision_that_changes_nothing_for_a_claim_only_makes_it_again(
    proxy: LoopbackProxy, home: SharingHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = home.add_recipient(proxy.base)
    home.grant(clinic)
    home.take_in(60)
    plain = Gate._take
    done: list[str] = []

    async def just_before(self: Gate, seq: int) -> None:
        if home.db.conn.execute("SELECT 1 FROM batch").fetchone() and not done:
            done.append(await home.do(lambda: home.grant(clinic, "body_weight")))
        await plain(self, seq)

    monkeypatch.setattr(Gate, "_take", just_before)
    report = await home.upload()
    assert done
    assert (report.sent, report.cancelled) == (60, 0)


async def test_the_gate_orders_requests_and_withdrawals(home: SharingHome) -> None:
    seq = home.ledger.state().seq
    gate = home.parts.gate
    permit = gate.permit(seq)
    await permit.hold()
    other = open_database(home.path / "gateway.db", KEY)
    other.conn.execute("PRAGMA busy_timeout = 0")
    with pytest.raises(Exception, match="writing"), transaction(other):
        pass
    permit.release()
    permit.release()
    with transaction(other):
        waiting_for_it = asyncio.ensure_future(gate.permit(seq).hold())
        await asyncio.sleep(0.02)
        assert not waiting_for_it.done()
        waiting_for_it.cancel()
    other.close()
    with pytest.raises(SendingStopped):
        await gate.permit(seq + 1).hold()
    third = gate.permit(seq)
    await third.hold()
    third.release()


@pytest.mark.parametrize("seed", range(6))
async def test_at_whatever_moment_it_comes_nothing_starts_after_a_withdrawal(
    tmp_path: Path, seed: int
) -> None:
    """The recipient only answers here; what counts is when each request begins."""
    chance = random.Random(seed)
    committed: list[int] = []
    made = 0

    async def take(seen: Seen) -> bytes | str:
        nonlocal made
        if seen in server.bundles:
            n = seen.body.count(b'"request":{')
            entries = []
            for _ in range(n):
                made += 1
                entries.append(b'{"response":{"status":"201","location":"Observation/%d"}}' % made)
            return answer(200, b'{"entry":[' + b",".join(entries) + b"]}")
        return answer(201, Location=f"{seen.path.rpartition('/')[2]}/1")

    async with LoopbackProxy(fault=take) as server, SharingHome(tmp_path, at_once=5) as home:
        grant = home.grant(home.add_recipient(server.base, patient="Patient/1"))
        home.take_in(200)
        await home.do(home.release)
        sending = asyncio.ensure_future(home.uploader.send_due())
        for _ in range(chance.randrange(600)):  # turns of the loop, not time
            await asyncio.sleep(0)
        await asyncio.to_thread(elsewhere, home, grant)
        committed.append(len(server.seen))
        report = await sending
        # What had begun before the commit may come to the recipient a moment after it.
        assert len(server.seen) <= committed[0] + 1
        assert report.waiting == report.unknown == report.deferred == 0
        assert made == report.sent
        assert report.sent + report.cancelled == 200
        assert waiting(home.db) == 0
        assert home.now == NOON
