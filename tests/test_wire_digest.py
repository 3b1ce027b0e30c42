"""What an AuditEvent says of a request is true of the bytes that were on the wire."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

import pytest

from gateway.sharing.as_fhir import disclosures
from scripts.sandbox_server import Sandbox
from tests.amending_home import correct, home, proxy
from tests.fakes_consent import HOUR, NOON
from tests.loopback_proxy import LoopbackProxy, Seen, answer
from tests.sandbox import sandbox
from tests.sharing_home import SharingHome

__all__ = ["home", "proxy", "sandbox"]
pytestmark = pytest.mark.server

_ASKED = b'"resource":[{"type":"Observation","conditionalCreate":%s}]'
SERVERS: Mapping[str, bytes] = {
    "batch and conditional create": b"",
    "no batch": b'{"rest":[{"interaction":[{"code":"search-system"}],%s}]}' % (_ASKED % b"true"),
    "no conditional create": b'{"rest":[{"interaction":[{"code":"batch"}],%s}]}'
    % (_ASKED % b"false"),
    "neither": b'{"rest":[{"interaction":[{"code":"search-system"}],%s}]}' % (_ASKED % b"false"),
}
"""What a server says of itself; nothing: what the real one says."""
AT_ONCE = ("batch and conditional create", "no conditional create")


def _is_as(proxy: LoopbackProxy, server: str) -> None:
    async def fault(seen: Seen) -> bytes | str:
        said = SERVERS[server] if seen.path.endswith("/metadata") else b""
        return answer(200, said) if said else "pass"

    proxy.fault = fault


def _on_the_wire(proxy: LoopbackProxy) -> list[tuple[str, str]]:
    """Of each request with Observations: how many, and the SHA-256 of its body."""
    found = []
    for seen in proxy.seen:
        if seen.method == "GET" or b'"resourceType":"Observation"' not in seen.body:
            continue
        read = json.loads(seen.body)
        n = len(read["entry"]) if read["resourceType"] == "Bundle" else 1
        found.append((str(n), hashlib.sha256(seen.body).hexdigest()))
    return found


def _told(home: SharingHome) -> list[tuple[str, str, str]]:
    """Of each AuditEvent: how many Observations, the SHA-256, and the outcome."""
    made = []
    for body in disclosures(home.db, home.ledger, home.recipients, simulated=True):
        event = json.loads(body)
        said = {one["type"]: one["valueString"] for one in event["entity"][1]["detail"]}
        made.append((said["observations"], said["sha256"], event["outcome"]))
    return made


@pytest.mark.parametrize("server", SERVERS)
async def test_digest_and_number_are_those_of_the_body(
    proxy: LoopbackProxy, home: SharingHome, server: str
) -> None:
    _is_as(proxy, server)
    home.grant(home.add_recipient(proxy.base))
    home.take_in(6)
    home.now += HOUR
    assert (await home.upload()).sent == 6
    correct(home, NOON, (64, 0))
    assert (await home.upload()).sent == 1

    wire = _on_the_wire(proxy)
    assert len(wire) == (2 if server in AT_ONCE else 7)
    assert _told(home) == [(*one, "0") for one in wire]


async def test_what_is_there_already_is_not_in_what_left(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    _is_as(proxy, "no conditional create")
    home.grant(home.add_recipient(proxy.base))
    home.take_in(6)
    home.now += HOUR
    await home.upload()
    home.db.execute("DELETE FROM delivery WHERE start < ?", [NOON + 4000])
    home.db.execute("UPDATE released SET intake = 0")
    home.take_in(2, start=NOON + HOUR // 2)
    before = len(_on_the_wire(proxy))
    report = await home.upload()

    wire = _on_the_wire(proxy)[before:]
    assert (report.sent, report.already) == (2, 4)
    assert [n for n, _ in wire] == ["2"]
    assert _told(home)[1:] == [(*wire[0], "0")]


async def test_where_all_is_there_already_nothing_was_disclosed(
    proxy: LoopbackProxy, home: SharingHome
) -> None:
    _is_as(proxy, "no conditional create")
    home.grant(home.add_recipient(proxy.base))
    home.take_in(3)
    home.now += HOUR
    await home.upload()
    home.db.execute("DELETE FROM delivery")
    home.db.execute("UPDATE released SET intake = 0")
    report = await home.upload()

    assert report.already == 3
    assert len(_told(home)) == len(_on_the_wire(proxy)) == 1
