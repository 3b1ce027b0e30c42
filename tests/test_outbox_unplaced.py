"""A correction of what a recipient has and does not say where: asked for, never lost."""

from __future__ import annotations

import json

import pytest

from gateway.sharing.recipients import Recipient
from gateway.sharing.sent import refusals
from gateway.sharing.words import sentence_of
from scripts.sandbox_server import Sandbox
from tests.amending_home import correct, home, proxy, sent_to, there_of
from tests.fakes_consent import HOUR, NOON
from tests.loopback_proxy import Fault, LoopbackProxy, Seen, answer
from tests.sandbox import sandbox
from tests.sharing_home import SharingHome

__all__ = ["home", "proxy", "sandbox"]
pytestmark = pytest.mark.server


def _silent(proxy: LoopbackProxy, *, may_ask: bool = True) -> Fault:
    """A server that does what it is asked, and says of no Observation where it keeps it."""

    async def fault(seen: Seen) -> bytes | str:
        if seen.method == "GET" and "/Observation" in seen.path and not may_ask:
            return answer(403)
        if seen not in proxy.bundles:
            return "pass"
        bundle = json.loads((await proxy._forward(seen)).partition(b"\r\n\r\n")[2])
        said = [{"response": {"status": entry["response"]["status"]}} for entry in bundle["entry"]]
        return answer(200, json.dumps(bundle | {"entry": said}).encode())

    return fault


async def _sent_silently(home: SharingHome, proxy: LoopbackProxy, grain: str = "raw") -> Recipient:
    proxy.fault = _silent(proxy)
    clinic = await sent_to(home, proxy, grain)
    places = home.db.execute("SELECT DISTINCT reference FROM delivery").fetchall()
    assert places == [("",)]
    return clinic


@pytest.mark.parametrize("grain", ["raw", "minute"])
async def test_its_place_is_asked_for_and_the_correction_put_there(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome, grain: str
) -> None:
    clinic = await _sent_silently(home, proxy, grain)
    before = await there_of(sandbox, home, clinic)
    correct(home, NOON, (64.50, 2))
    await home.upload_until_done()
    after = await there_of(sandbox, home, clinic)

    assert [one["id"] for one in after] == [one["id"] for one in before]
    assert after[0]["status"] == "amended"
    assert b"64.5" in proxy.bundles[-1].body
    assert all(b"64.5" not in one.body for one in proxy.bundles[:-1])
    assert refusals(home.db) == []
    sent = len(proxy.seen)
    assert (await home.upload()).sent == 0
    assert len(proxy.seen) == sent


async def test_what_was_taken_back_becomes_entered_in_error_there(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = await _sent_silently(home, proxy)
    correct(home, NOON, None)
    await home.upload_until_done()

    assert [one["status"] for one in await there_of(sandbox, home, clinic)] == [
        "entered-in-error", "final", "final",
    ]  # fmt: skip


@pytest.mark.parametrize("value", [(64, 0), None])
async def test_while_it_cannot_be_found_out_the_correction_stays_due_and_is_shown(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome, value: tuple[float, int] | None
) -> None:
    clinic = await _sent_silently(home, proxy)
    bundles = len(proxy.bundles)
    proxy.fault = _silent(proxy, may_ask=False)
    correct(home, NOON, value)
    for _ in range(3):
        report = await home.upload()
        home.now += HOUR
    (shown,) = refusals(home.db)

    assert report.deferred == 1
    assert (shown.state, shown.outcome, shown.n) == ("deferred", "no_place", 1)
    assert "tell the recipient what you corrected" in sentence_of(shown.outcome)
    assert len(proxy.bundles) == bundles  # nothing is sent that would change nothing

    proxy.fault = _silent(proxy)
    await home.upload_until_done()
    (first, *_) = await there_of(sandbox, home, clinic)
    assert first["status"] == ("amended" if value else "entered-in-error")
    assert refusals(home.db) == []


async def test_others_of_the_claim_go_meanwhile(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = await _sent_silently(home, proxy)
    proxy.fault = _silent(proxy, may_ask=False)
    correct(home, NOON, (64, 0))
    home.take_in(2, start=home.now)
    home.now += HOUR
    report = await home.upload()

    assert (report.sent, report.deferred) == (2, 1)
    assert len(await there_of(sandbox, home, clinic)) == 5


async def test_an_answer_that_it_is_there_already_is_no_answer_to_a_correction(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    """The question finds nothing (yet), and the server says all the same that it has one."""
    clinic = await _sent_silently(home, proxy)
    silent = _silent(proxy)

    async def behind(seen: Seen) -> bytes | str:
        if seen.method == "GET" and "/Observation" in seen.path:
            return answer(200, b'{"resourceType":"Bundle","type":"searchset"}')
        return await silent(seen)

    proxy.fault = behind
    correct(home, NOON, (64, 0))
    assert (await home.upload()).deferred == 1
    assert [one.outcome for one in refusals(home.db)] == ["no_place"]

    proxy.fault = silent
    await home.upload_until_done()
    (first, *_) = await there_of(sandbox, home, clinic)
    assert (first["status"], first["valueQuantity"]["value"]) == ("amended", 64)


async def test_what_the_recipient_has_no_more_is_not_taken_back_there(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    await _sent_silently(home, proxy)

    async def gone(seen: Seen) -> bytes | str:
        if seen.method == "GET" and "/Observation" in seen.path:
            return answer(200, b'{"resourceType":"Bundle","type":"searchset"}')
        return "pass"

    proxy.fault = gone
    bundles = len(proxy.bundles)
    correct(home, NOON, None)
    report = await home.upload()
    (shown,) = refusals(home.db)

    assert (report.withheld, report.deferred) == (1, 0)
    assert "does not have it" in sentence_of(shown.outcome)
    assert len(proxy.bundles) == bundles
