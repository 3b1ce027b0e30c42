"""The whole last step against a FHIR server that nobody here wrote."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.sharing.invitation import SignIn
from gateway.sharing.names import DEVICE_SYSTEM, READING_SYSTEM
from gateway.sharing.sent import refusals, totals
from scripts.sandbox_server import Sandbox, running
from tests.fakes_consent import DAY, NOON
from tests.loopback_proxy import LoopbackProxy, Seen, answer
from tests.sandbox import sandbox
from tests.sharing_home import SharingHome, fetch

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


async def on_the_server(sandbox: Sandbox, home: SharingHome, recipient: str) -> list[Any]:
    patient = home.recipients.get(recipient).patient
    found = await fetch(sandbox.base, f"Observation?patient={patient}&_count=1000&_sort=date")
    return [entry["resource"] for entry in found.get("entry", [])]


async def test_every_reading_arrives_once_with_all_that_it_points_to(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = home.add_recipient(proxy.base)
    grant = home.grant(clinic)
    home.take_in(120)
    home.now += 200_000
    report = await home.upload()
    assert (report.sent, report.waiting, report.deferred, report.unknown) == (120, 0, 0, 0)
    assert report.destinations == (proxy.base.removesuffix("/fhir"),)
    stored = await on_the_server(sandbox, home, clinic.key)
    assert len(stored) == 120
    assert stored[0]["effectiveDateTime"] == "2026-12-01T12:00:00.000Z"
    assert len({one["identifier"][0]["value"] for one in stored}) == 120
    assert {one["identifier"][0]["system"] for one in stored} == {READING_SYSTEM}
    device = await fetch(sandbox.base, stored[0]["device"]["reference"])
    assert device["identifier"][0]["system"] == DEVICE_SYSTEM
    assert device["manufacturer"] == "Acme"
    targets = []
    for batch, rows, sha256, reference in home.db.execute(
        "SELECT id, rows, sha256, provenance FROM batch ORDER BY id"
    ).fetchall():
        provenance = await fetch(sandbox.base, reference)
        assert len(provenance["target"]) == rows
        targets += [one["reference"] for one in provenance["target"]]
        assert provenance["entity"][0]["what"]["identifier"]["value"] == grant
        assert hashlib.sha256(proxy.bundles[batch - 1].body).digest() == sha256
    assert sorted(targets) == sorted(f"Observation/{one['id']}" for one in stored)
    assert proxy.most_in_flight == 1
    assert totals(home.db) == [(clinic.key, "heart_rate", "sent", 120)]


async def test_what_is_known_to_be_there_is_not_sent_again_after_a_restart(
    sandbox: Sandbox, proxy: LoopbackProxy, tmp_path: Path
) -> None:
    async with SharingHome(tmp_path) as home:
        clinic = home.add_recipient(proxy.base)
        home.grant(clinic)
        home.take_in(60)
        await home.upload()
        before = len(proxy.seen)
    async with SharingHome(tmp_path) as home:
        home.origins.add(proxy.base.removesuffix("/fhir"))
        report = await home.upload()
        assert (report.sent, report.already) == (0, 0)
        assert len(proxy.seen) == before
        home.take_in(1, start=NOON + DAY)
        home.now += DAY
        await home.upload()
    assert [one.path for one in proxy.seen[before:]] == [
        "/fhir/metadata",
        "/fhir",
        "/fhir/Provenance",
    ]


async def test_without_a_grant_the_server_sees_no_request_at_all(
    proxy: LoopbackProxy, home: SharingHome
) -> None:
    home.add_recipient(proxy.base)
    home.take_in(100)
    report = await home.upload()
    assert report.sent == 0
    assert proxy.seen == []
    assert report.destinations == ()


async def test_a_lost_store_makes_nothing_twice(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    clinic = home.add_recipient(proxy.base)
    home.grant(clinic)
    home.take_in(70)
    await home.upload()
    home.db.execute("DELETE FROM delivery")  # as after an older backup was restored
    home.db.execute("DELETE FROM delivery_count")
    home.db.execute("DELETE FROM remote")
    home.db.execute("UPDATE released SET intake = 0")
    report = await home.upload()
    assert (report.sent, report.already) == (0, 70)
    assert len(await on_the_server(sandbox, home, clinic.key)) == 70
    patients = await fetch(sandbox.base, f"Patient?_id={clinic_id(home, clinic.key)}")
    assert patients["total"] == 1


def clinic_id(home: SharingHome, recipient: str) -> str:
    return home.recipients.get(recipient).patient.removeprefix("Patient/")


async def test_two_recipients_get_different_ids_of_everything(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome, tmp_path_factory: Any
) -> None:
    with running(tmp_path_factory.mktemp("other")) as elsewhere:
        async with LoopbackProxy(elsewhere.base) as second:
            one, two = home.add_recipient(proxy.base), home.add_recipient(second.base)
            home.grant(one)
            home.grant(two)
            home.take_in(20)
            assert (await home.upload()).sent == 40
            here = b"".join(seen.body for seen in proxy.seen)
            there = b"".join(seen.body for seen in second.seen)
    named = [set(re.findall(rb'"value":"([A-Za-z0-9_-]{43})"', text)) for text in (here, there)]
    assert len(named[0]) == len(named[1]) == 20 + 3  # readings, patient, gateway, strap
    assert not named[0] & named[1]


async def test_a_patient_that_the_invitation_names_is_not_made(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    home.grant(home.add_recipient(proxy.base, patient="Patient/4711"))
    home.take_in(1)
    assert (await home.upload()).sent == 1
    assert proxy.of("POST", "/Patient") == []
    assert b'"reference":"Patient/4711"' in proxy.bundles[0].body


async def test_a_server_that_takes_no_batch_gets_one_after_the_other(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    async def no_batch(seen: Seen) -> bytes | str:
        if seen.path.endswith("/metadata"):
            said = b'{"rest":[{"interaction":[{"code":"history-system"}],"resource":[]}]}'
            return answer(200, said)
        return "pass"

    proxy.fault = no_batch
    clinic = home.add_recipient(proxy.base)
    home.grant(clinic)
    home.take_in(5)
    assert (await home.upload()).sent == 5
    assert proxy.bundles == []
    sent = proxy.of("POST", "/Observation")
    assert len(sent) == 5
    assert all("%7C" in one.named["if-none-exist"] for one in sent)
    assert len(await on_the_server(sandbox, home, clinic.key)) == 5


async def test_a_server_without_conditional_create_is_asked_before(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    async def unconditional(seen: Seen) -> bytes | str:
        if seen.path.endswith("/metadata"):
            return answer(
                200,
                b'{"rest":[{"interaction":[{"code":"batch"}],"resource":'
                b'[{"type":"Observation","conditionalCreate":false}]}]}',
            )
        return "pass"

    proxy.fault = unconditional
    clinic = home.add_recipient(proxy.base)
    home.grant(clinic)
    home.take_in(30)
    assert (await home.upload()).sent == 30
    assert b"ifNoneExist" not in proxy.bundles[0].body
    home.db.execute("DELETE FROM delivery")
    home.db.execute("UPDATE released SET intake = 0")
    assert (await home.upload()).already == 30
    assert len(await on_the_server(sandbox, home, clinic.key)) == 30


async def test_one_bad_reading_never_stops_the_others(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome
) -> None:
    async def picky(seen: Seen) -> bytes | str:
        """Answers as a server that refuses the value 77, entry by entry."""
        if seen not in proxy.bundles:
            return "pass"
        entries = []
        for number, entry in enumerate(json.loads(seen.body)["entry"]):
            if entry["resource"]["valueQuantity"]["value"] == 77:
                issue = {"severity": "error", "diagnostics": "We do not like 77"}
                said = {"resourceType": "OperationOutcome", "issue": [issue]}
                entries.append({"response": {"status": "422 Unprocessable", "outcome": said}})
            else:
                where = f"Observation/{len(proxy.seen)}-{number}/_history/1"
                entries.append({"response": {"status": "201 Created", "location": where}})
        bundle = {"resourceType": "Bundle", "type": "batch-response", "entry": entries}
        return answer(200, json.dumps(bundle).encode())

    proxy.fault = picky
    home.grant(home.add_recipient(proxy.base))
    home.take_in(80)
    report = await home.upload()
    assert (report.sent, report.rejected, report.waiting) == (78, 2, 0)
    (refusal,) = refusals(home.db)
    assert refusal.outcome == "422: We do not like 77."
    assert (await home.upload()).rejected == 0


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_a_bundle_refused_as_a_whole_is_halved_until_the_bad_one_stands_alone(
    sandbox: Sandbox, proxy: LoopbackProxy, home: SharingHome, status: int
) -> None:
    async def all_or_nothing(seen: Seen) -> bytes | str:
        bad = seen in proxy.bundles and b'"value":77,' in seen.body
        return answer(status, b"") if bad else "pass"

    proxy.fault = all_or_nothing
    clinic = home.add_recipient(proxy.base)
    home.grant(clinic)
    home.take_in(40)
    report = await home.upload()
    assert (report.sent, report.rejected, report.waiting) == (39, 1, 0)
    assert len(await on_the_server(sandbox, home, clinic.key)) == 39


async def test_several_that_match_count_as_there(proxy: LoopbackProxy, home: SharingHome) -> None:
    entry = b'{"response":{"status":"412 Precondition Failed"}}'
    proxy.once.append(answer(200, b'{"entry":[' + b",".join([entry] * 3) + b"]}"))
    home.grant(home.add_recipient(proxy.base))
    home.take_in(3)
    report = await home.upload()
    assert (report.already, report.waiting) == (3, 0)
    assert home.db.execute("SELECT DISTINCT outcome FROM delivery").fetchall() == [
        ("stored there more than once",)
    ]


async def test_a_bearer_token_comes_from_its_file_alone(
    tmp_path_factory: Any, home: SharingHome
) -> None:
    with running(tmp_path_factory.mktemp("guarded"), token="s3cret-token") as guarded:
        clinic = home.add_recipient(guarded.base, sign_in=SignIn(method="bearer"))
        home.grant(clinic)
        home.take_in(3)
        report = await home.upload()
        assert (report.sent, report.deferred + report.waiting) == (0, 3)
        assert "token" in report.held[clinic.key]
        home.parts.sign_ins.keep(clinic.key, "wrong-token")
        home.now += DAY
        assert "sign-in" in (await home.upload()).held[clinic.key]
        home.parts.sign_ins.keep(clinic.key, "s3cret-token")
        assert home.parts.sign_ins.path(clinic.key).stat().st_mode & 0o077 == 0
        home.now += DAY
        assert (await home.upload()).sent == 3
