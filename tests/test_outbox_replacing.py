"""A replacement that a recipient does not take: said, never taken for done, and stops nothing."""

from __future__ import annotations

import json

import pytest

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


def _to_replacements(proxy: LoopbackProxy, status: int, *, batch: bool) -> Fault:
    """What a server does that answers every replacement so."""

    async def fault(seen: Seen) -> bytes | str:
        if seen.path.endswith("/metadata") and not batch:
            return answer(200, _ONE_BY_ONE)
        if seen.method == "PUT":
            return answer(status)
        if seen not in proxy.bundles or b'"PUT"' not in seen.body:
            return "pass"
        entries = json.loads(seen.body)["entry"]
        assert all(entry["request"]["method"] == "PUT" for entry in entries)
        said = [{"response": {"status": f"{status}"}} for _ in entries]
        bundle = {"resourceType": "Bundle", "type": "batch-response", "entry": said}
        return answer(200, json.dumps(bundle).encode())

    return fault


@pytest.mark.parametrize("batch", [True, False])
@pytest.mark.parametrize("status", [400, 404, 405, 410, 412, 428])
async def test_it_is_refused_and_shown_and_what_comes_after_goes(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome, status: int, batch: bool
) -> None:
    proxy.fault = _to_replacements(proxy, status, batch=batch)
    clinic = await sent_to(home, proxy)
    home.db.execute("UPDATE delivery SET etag = ''")  # a server that told no version
    correct(home, NOON, (64, 0))
    report = await home.upload()
    home.take_in(2, start=home.now)
    home.now += HOUR
    after = await home.upload()
    (shown,) = refusals(home.db)

    assert (report.rejected, report.already, report.sent) == (1, 0, 0)
    told = "Tell the recipient what you corrected" if status in (404, 405, 410) else f"{status}"
    assert told in sentence_of(shown.outcome)
    assert (after.sent, after.deferred, after.waiting, after.held) == (2, 0, 0, {})
    assert len(await there_of(sandbox, home, clinic)) == 5
