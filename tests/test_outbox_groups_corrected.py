"""A group is corrected like a reading: over its own last version, and naming what is true then."""

from __future__ import annotations

import json
from typing import Any
from urllib.request import Request, urlopen  # noqa: TID251  # somebody at the recipient

import pytest

from gateway.sharing import members
from gateway.sharing.recipients import Recipient
from gateway.sharing.sent import refusals
from scripts.sandbox_server import Sandbox
from tests.amending_home import home, proxy, sandbox
from tests.fakes_consent import DAY, HOUR, MINUTE, NOON
from tests.group_home import KINDS, WATCH, correct_of, measured_meanwhile, named, run_of, runs
from tests.loopback_proxy import LoopbackProxy, Seen, answer
from tests.sharing_home import SharingHome

__all__ = ["home", "proxy", "sandbox"]
pytestmark = pytest.mark.server


async def _with_a_run(home: SharingHome, proxy: LoopbackProxy) -> Recipient:
    clinic = home.add_recipient(proxy.base)
    home.grant(clinic, *KINDS, history_from=NOON - DAY)
    measured_meanwhile(home)
    run_of(home)
    home.now += 2 * HOUR
    await home.upload()
    return clinic


def _say_cycling(home: SharingHome) -> None:
    correct_of(home, WATCH, "workout", NOON, ("cycling", 0))


def _requests(seen: Seen) -> list[dict[str, Any]]:
    return [entry["request"] for entry in json.loads(seen.body)["entry"]]


async def test_a_corrected_group_names_its_version_and_its_members(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = await _with_a_run(home, proxy)
    (before,) = await runs(sandbox, home, clinic)
    home.take_in(1, start=NOON + MINUTE, device=WATCH)  # comes late
    _say_cycling(home)
    home.now += MINUTE
    assert (await home.upload()).sent == 2
    (after,) = await runs(sandbox, home, clinic)
    (asked,) = _requests(proxy.bundles[-1])

    assert (asked["method"], asked["ifMatch"]) == ("PUT", 'W/"1"')
    assert (after["status"], after["meta"]["versionId"]) == ("amended", "2")
    assert set(named(before)) < set(named(after))
    assert len(named(after)) == 8


async def test_a_group_that_somebody_changed_there_is_not_overwritten(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = await _with_a_run(home, proxy)
    (run,) = await runs(sandbox, home, clinic)
    noted = run | {"note": [{"text": "Seen on the ward."}]}
    request = Request(  # noqa: S310  # loopback only
        f"{sandbox.base}/Observation/{run['id']}",
        data=json.dumps(noted).encode(),
        headers={"Content-Type": "application/fhir+json"},
        method="PUT",
    )
    with urlopen(request, timeout=10) as said:  # noqa: S310, ASYNC210  # loopback only
        assert said.status == 200
    _say_cycling(home)
    home.now += MINUTE
    report = await home.upload()
    (there,) = await runs(sandbox, home, clinic)

    assert (report.sent, report.rejected) == (0, 1)
    assert [(one.kind, one.outcome) for one in refusals(home.db)] == [("workout", "changed_there")]
    assert there["note"] == [{"text": "Seen on the ward."}]
    assert there["valueCodeableConcept"] == run["valueCodeableConcept"]


async def test_our_own_group_whose_answer_was_lost_is_known_though_it_has_more_members_by_now(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = await _with_a_run(home, proxy)
    _say_cycling(home)
    home.now += MINUTE
    proxy.once.append("commit and cut")
    await home.upload()
    home.take_in(1, start=NOON + MINUTE, device=WATCH)
    await home.upload_until_done()
    (there,) = await runs(sandbox, home, clinic)

    assert refusals(home.db) == []
    assert (there["status"], there["meta"]["versionId"]) == ("amended", "2")
    assert len(named(there)) == 7
    correct_of(home, WATCH, "workout", NOON, ("rowing", 0))
    await home.upload_until_done()
    (there,) = await runs(sandbox, home, clinic)
    assert (there["meta"]["versionId"], len(named(there))) == ("3", 8)


async def test_a_group_of_which_the_place_is_not_known_is_asked_for_and_amended_there(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = await _with_a_run(home, proxy)
    (before,) = await runs(sandbox, home, clinic)
    home.db.execute(
        "UPDATE delivery SET reference = '', etag = '' WHERE series IN"
        " (SELECT id FROM series WHERE kind = 'workout')"
    )  # as of a server that tells none
    _say_cycling(home)
    await home.upload_until_done()
    (after,) = await runs(sandbox, home, clinic)

    assert after["id"] == before["id"]
    assert after["status"] == "amended"
    assert named(after) == named(before)


async def test_a_member_whose_correction_finds_no_place_holds_a_group_up_not_for_ever(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = home.add_recipient(proxy.base)
    home.grant(clinic, *KINDS, history_from=NOON - DAY)
    measured_meanwhile(home)
    home.now += 2 * HOUR
    await home.upload()
    home.db.execute("UPDATE delivery SET reference = '' WHERE start = ?", [NOON])

    async def lets_nobody_ask(seen: Seen) -> bytes | str:
        asks = seen.method == "GET" and "/Observation" in seen.path
        return answer(403) if asks else "pass"

    proxy.fault = lets_nobody_ask
    correct_of(home, WATCH, "heart_rate", NOON, (61, 0))
    run_of(home)
    for _ in range(members.MOST_TRIES):
        assert await runs(sandbox, home, clinic) == []
        report = await home.upload()
        assert report.deferred == 1
        home.now += HOUR
    (run,) = await runs(sandbox, home, clinic)

    assert [one.outcome for one in refusals(home.db)] == ["no_place"]
    assert len(named(run)) == 5  # neither that rate nor the steps that began with it
