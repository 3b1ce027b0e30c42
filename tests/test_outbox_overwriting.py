"""What somebody at a recipient changed after it was sent is not overwritten by a correction."""

from __future__ import annotations

import json
from urllib.request import Request, urlopen  # noqa: TID251  # somebody at the recipient

import pytest

from gateway.sharing.overwriting import says_the_same
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

_ONE_BY_ONE = (
    b'{"rest":[{"interaction":[{"code":"search-system"}],"resource":[{"type":"Observation"}]}]}'
)


def _without_batch(proxy: LoopbackProxy) -> Fault:
    async def fault(seen: Seen) -> bytes | str:
        return answer(200, _ONE_BY_ONE) if seen.path.endswith("/metadata") else "pass"

    return fault


async def _changed_there(sandbox: Sandbox, home: SharingHome, clinic: Recipient) -> str:
    """A clinician writes a note to the first reading."""
    (first, *_) = await there_of(sandbox, home, clinic)
    noted = first | {"note": [{"text": "Seen on the ward."}]}
    request = Request(  # noqa: S310  # loopback only
        f"{sandbox.base}/Observation/{first['id']}",
        data=json.dumps(noted).encode(),
        headers={"Content-Type": "application/fhir+json"},
        method="PUT",
    )
    with urlopen(request, timeout=10) as said:  # noqa: S310, ASYNC210  # loopback only
        assert said.status == 200
    return str(first["id"])


@pytest.mark.parametrize("batch", [True, False])
async def test_a_correction_is_not_put_over_what_somebody_changed(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome, batch: bool
) -> None:
    proxy.fault = None if batch else _without_batch(proxy)
    clinic = await sent_to(home, proxy)
    id_ = await _changed_there(sandbox, home, clinic)
    correct(home, NOON, (64, 0))
    correct(home, NOON + 1000, (65, 0))
    report = await home.upload()
    there = {one["id"]: one for one in await there_of(sandbox, home, clinic)}
    (shown,) = refusals(home.db)

    assert (report.sent, report.rejected, report.deferred) == (1, 1, 0)
    assert there[id_]["status"] == "final"
    assert there[id_]["note"] == [{"text": "Seen on the ward."}]
    assert [one["status"] for one in there.values()].count("amended") == 1
    assert "ask what stands there now" in sentence_of(shown.outcome)
    home.now += HOUR
    assert (await home.upload()).rejected == 0  # it is not tried again by itself


@pytest.mark.parametrize("batch", [True, False])
async def test_our_own_replacement_whose_answer_was_lost_is_no_change_of_somebody(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome, batch: bool
) -> None:
    proxy.fault = None if batch else _without_batch(proxy)
    clinic = await sent_to(home, proxy)
    lost: list[str] = []
    others = proxy.fault

    async def loses(seen: Seen) -> bytes | str:
        if not lost and (seen in proxy.bundles or seen.method == "PUT"):
            lost.append(seen.method)
            return "commit and cut"
        return await others(seen) if others else "pass"

    proxy.fault = loses
    correct(home, NOON, (64.50, 2))
    await home.upload_until_done()
    (first, *_) = await there_of(sandbox, home, clinic)

    assert lost
    assert refusals(home.db) == []
    assert (first["status"], first["valueQuantity"]["value"]) == ("amended", 64.5)
    assert first["meta"]["versionId"] == "2"
    correct(home, NOON, (66, 0))
    await home.upload_until_done()
    (first, *_) = await there_of(sandbox, home, clinic)
    assert (first["valueQuantity"]["value"], first["meta"]["versionId"]) == (66, "3")


async def test_each_replacement_names_the_version_that_the_last_one_made(
    proxy: LoopbackProxy, home: SharingHome
) -> None:
    await sent_to(home, proxy)
    for value in (70, 71):
        correct(home, NOON, (value, 0))
        assert (await home.upload()).sent == 1

    named = [json.loads(one.body)["entry"][0]["request"].get("ifMatch") for one in proxy.bundles]
    assert named == [None, 'W/"1"', 'W/"2"']


async def test_where_no_version_was_told_none_is_named(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = await sent_to(home, proxy)
    home.db.execute("UPDATE delivery SET etag = ''")  # sent before versions were kept
    correct(home, NOON, (64, 0))
    assert (await home.upload()).sent == 1
    (first, *_) = await there_of(sandbox, home, clinic)

    assert b"ifMatch" not in proxy.bundles[-1].body
    assert first["status"] == "amended"


@pytest.mark.parametrize(
    ("there", "same"),
    [
        (b'{"a":1,"meta":{"versionId":"2"},"issued":"now","b":[{"c":36.60}]}', True),
        (b'{"a":1,"b":[{"c":36.6}],"text":{"div":"x"},"more":2}', True),
        (b'{"a":1,"b":[{"c":36.6}],"hasMember":[{}],"derivedFrom":[{}]}', True),
        (b'{"a":1,"b":[{"c":36.7}]}', False),
        (b'{"b":[{"c":36.60}]}', False),
        (b"[]", False),
        (b"<html>", False),
    ],
)
def test_what_a_server_adds_is_no_change_of_what_we_said(there: bytes, same: bool) -> None:
    ours = b'{"a":1,"meta":{"x":1},"issued":"then","b":[{"c":36.60}],"hasMember":[{"d":1}]}'

    assert says_the_same(ours, there) is same
