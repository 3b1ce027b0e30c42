"""A version at a recipient that is our own is not taken for a change of somebody there."""

from __future__ import annotations

import json

import pytest

from gateway.sharing.sent import refusals
from scripts.sandbox_server import Sandbox
from tests.amending_home import correct, home, proxy, sent_to, there_of
from tests.fakes_consent import HOUR, NOON
from tests.loopback_proxy import LoopbackProxy, Seen, answer
from tests.sandbox import sandbox
from tests.sharing_home import SharingHome

__all__ = ["home", "proxy", "sandbox"]
pytestmark = pytest.mark.server


async def _lose_the_next(home: SharingHome, proxy: LoopbackProxy) -> None:
    """A second later, send what is due; it arrives, and no answer comes back."""
    home.now += 1000
    proxy.once.append("commit and cut")
    assert (await home.upload()).unknown == 1
    assert not proxy.once


@pytest.mark.parametrize("grain", ["raw", "minute"])
async def test_one_that_was_corrected_again_before_the_lost_answer_was_asked_for_arrives(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome, grain: str
) -> None:
    clinic = await sent_to(home, proxy, grain)
    correct(home, NOON, (64, 0))
    await _lose_the_next(home, proxy)
    correct(home, NOON, (66, 0))
    home.now += HOUR
    await home.upload_until_done()
    (first, *_) = await there_of(sandbox, home, clinic)

    assert refusals(home.db) == []
    assert first["meta"]["versionId"] == "3"
    assert first["valueQuantity"]["value"] == (66 if grain == "raw" else pytest.approx(63, abs=1))


async def test_a_server_that_does_not_take_our_word_for_its_version_gets_the_correction(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    """Its tags of versions are strong, and compared by their letters (RFC 9110, 8.8.3.2)."""
    clinic = await sent_to(home, proxy)

    async def strict(seen: Seen) -> bytes | str:
        if seen not in proxy.bundles or b'"ifMatch":"W/' not in seen.body:
            return "pass"
        entries = [{"response": {"status": "412"}} for _ in json.loads(seen.body)["entry"]]
        bundle = {"resourceType": "Bundle", "type": "batch-response", "entry": entries}
        return answer(200, json.dumps(bundle).encode())

    proxy.fault = strict
    correct(home, NOON, (64, 0))
    await home.upload_until_done()
    (first, *_) = await there_of(sandbox, home, clinic)

    assert refusals(home.db) == []
    assert (first["status"], first["valueQuantity"]["value"]) == ("amended", 64)


@pytest.mark.parametrize("busy", [429, 500, 503, 401])
async def test_a_server_that_cannot_say_now_what_stands_there_is_asked_again(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome, busy: int
) -> None:
    clinic = await sent_to(home, proxy)
    said = [answer(busy)]

    async def is_busy(seen: Seen) -> bytes | str:
        asks = seen.method == "GET" and "/Observation/" in seen.path
        return said.pop() if asks and said else "pass"

    proxy.fault = is_busy
    correct(home, NOON, (64, 0))
    await _lose_the_next(home, proxy)
    home.now += HOUR
    await home.upload_until_done()
    (first, *_) = await there_of(sandbox, home, clinic)

    assert not said
    assert refusals(home.db) == []
    assert (first["valueQuantity"]["value"], first["meta"]["versionId"]) == (64, "2")
