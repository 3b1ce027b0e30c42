"""Where Observations came from is said once; what becomes of them where a recipient moves."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.sandbox_server import Sandbox, running
from tests.amending_home import correct, home, move, provenances_of, proxy, sent_to, there_of
from tests.fakes_consent import HOUR, MINUTE, NOON, act
from tests.loopback_proxy import LoopbackProxy, Seen
from tests.sandbox import sandbox
from tests.sharing_home import SharingHome, fetch

__all__ = ["home", "proxy", "sandbox"]
pytestmark = pytest.mark.server


async def test_what_is_new_beside_a_correction_has_a_provenance_of_its_own(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = await sent_to(home, proxy)
    correct(home, NOON, (64, 0))  # it goes first, being the oldest
    home.take_in(2, start=NOON + MINUTE)
    assert (await home.upload()).sent == 3
    assert len(proxy.bundles) == 2
    there = await there_of(sandbox, home, clinic)
    _, last = await provenances_of(sandbox, home)

    assert last["activity"]["coding"][0]["code"] == "CREATE"
    assert [one["reference"] for one in last["target"]] == [
        f"Observation/{there[at]['id']}" for at in (3, 4, 0)
    ]


async def test_each_correction_has_a_provenance_once_though_its_answer_is_lost(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    async def lose(seen: Seen) -> bytes | str:
        return "commit and cut" if seen.path.endswith("/Provenance") else "pass"

    clinic = await sent_to(home, proxy)
    for value in (64, 65):
        home.now += MINUTE
        correct(home, NOON, (value, 0))
        proxy.fault = lose
        await home.upload()
        proxy.fault = None
        home.now += HOUR
        await home.upload()
    (first, *_) = await there_of(sandbox, home, clinic)
    kept = await provenances_of(sandbox, home)
    found = await fetch(sandbox.base, f"Provenance?target=Observation/{first['id']}")

    assert found["total"] == 3
    assert len({one["id"] for one in kept}) == 3
    assert [one["activity"]["coding"][0]["code"] for one in kept] == ["CREATE", "UPDATE", "UPDATE"]
    assert [len(one["target"]) for one in kept] == [3, 1, 1]


async def test_a_provenance_names_the_policy_that_was_agreed_to(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = await sent_to(home, proxy)
    newer = clinic.invitation.policy.model_copy(update={"version": "2"})
    invitation = clinic.invitation.model_copy(update={"policy": newer, "change": "editorial"})
    assert home.recipients.change(clinic.key, invitation, act(home.now)) is False
    home.take_in(1, start=NOON + MINUTE)
    assert (await home.upload()).sent == 1

    assert [one["policy"] for one in await provenances_of(sandbox, home)] == [
        [f"{newer.url}|1"]
    ] * 2


@pytest.mark.parametrize("grain", ["raw", "minute"])
async def test_a_correction_is_new_to_a_server_that_a_recipient_moved_to(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome, tmp_path: Path, grain: str
) -> None:
    clinic = await sent_to(home, proxy, grain)
    (tmp_path / "other").mkdir()
    with running(tmp_path / "other") as other:
        async with LoopbackProxy(other.base) as moved:
            await move(home, clinic, moved.base, grain)
            correct(home, NOON, (64, 0))
            correct(home, NOON + 1000, None)
            report = await home.upload()
            (only,) = await there_of(other, home, clinic)
            assert (await home.upload_until_done()).sent == 0
            correct(home, NOON, (65, 0))
            assert (await home.upload()).sent == 1
            (amended,) = await there_of(other, home, clinic)

    assert report.sent == 1
    assert only["status"] == "final"
    assert b'"method":"PUT"' not in moved.bundles[0].body
    assert (amended["id"], amended["status"]) == (only["id"], "amended")


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize("grain", ["raw", "minute"])
async def test_a_correction_replaces_what_a_recipient_took_along_when_it_moved(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome, grain: str, lost: bool
) -> None:
    clinic = await sent_to(home, proxy, grain)
    patient = home.recipients.get(clinic.key).patient
    before = await fetch(sandbox.base, f"Observation?patient={patient}&_count=100&_sort=date")
    async with LoopbackProxy(sandbox.base) as moved:  # the same server at another address
        await move(home, clinic, moved.base, grain)
        correct(home, NOON, (64, 0))
        moved.once.extend(["commit and cut"] * lost)
        await home.upload()
        await home.upload_until_done()
        after = await fetch(sandbox.base, f"Observation?patient={patient}&_count=100&_sort=date")

    assert all(b'"method":"PUT"' in one.body for one in moved.bundles)
    assert [one["resource"]["id"] for one in before["entry"]] == [
        one["resource"]["id"] for one in after["entry"]
    ]
    assert after["entry"][0]["resource"]["status"] == "amended"
