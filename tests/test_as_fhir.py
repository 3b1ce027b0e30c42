"""What was agreed and what was disclosed, as FHIR that a person can hand to anybody."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.auditevent import AuditEvent
from fhir.resources.R4B.consent import Consent

from gateway.sharing import visit
from gateway.sharing.as_fhir import consent_as_fhir, disclosures
from gateway.sharing.compose import Letter
from gateway.sharing.deliveries import counts
from gateway.sharing.errors import NotAllowed
from gateway.sharing.invitation import Party
from gateway.sharing.post import Post
from gateway.sharing.recipients import Recipient
from gateway.sharing.settle import Outcome
from scripts.sandbox_server import Sandbox
from tests.command_line import CommandLine
from tests.fakes_consent import HOUR, act
from tests.loopback_proxy import LoopbackProxy, answer
from tests.sandbox import sandbox
from tests.sharing_home import SharingHome

__all__ = ["sandbox"]
pytestmark = pytest.mark.server

ELSEWHERE = "http://127.0.0.1:9/fhir"


def told(home: SharingHome) -> list[Any]:
    events = disclosures(home.db, home.ledger, home.recipients, simulated=True)
    return [json.loads(one) for one in events]


def consent(home: SharingHome, grant: str) -> Any:
    return json.loads(
        consent_as_fhir(home.db, home.ledger, home.recipients, grant, home.now, simulated=True)
    )


def move(home: SharingHome, clinic: Recipient) -> None:
    """The recipient says that it is another organisation, elsewhere, with another policy."""
    policy = clinic.invitation.policy.model_copy(update={"url": f"{ELSEWHERE}/policy"})
    others = Party(id="others", name="Others")
    after = clinic.invitation.model_copy(
        update={"fhir_base": ELSEWHERE, "entity": others, "policy": policy}
    )
    assert home.recipients.change(clinic.key, after, act(home.now))


async def test_each_batch_that_left_is_one_audit_event(sandbox: Sandbox, tmp_path: Path) -> None:
    async with SharingHome(tmp_path) as home:
        clinic = home.add_recipient(sandbox.base)
        grant = home.grant(clinic)
        home.take_in(60)
        home.now += HOUR
        await home.upload()
        made = list(disclosures(home.db, home.ledger, home.recipients, simulated=True))
        kept = home.db.execute("SELECT sha256, rows FROM batch ORDER BY id").fetchall()
    events = [json.loads(one) for one in made]
    for body in made:
        AuditEvent.model_validate_json(body)

    assert len(events) == len(kept) == 2
    for event, (sha256, rows) in zip(events, kept, strict=True):
        _, data, consent = event["entity"]
        details = {one["type"]: one["valueString"] for one in data["detail"]}
        assert details == {"observations": str(rows), "sha256": bytes(sha256).hex()}
        assert consent["what"]["identifier"]["value"] == grant
        assert event["agent"][1]["network"]["address"] == sandbox.base
        assert event["outcome"] == "0"


async def test_a_grant_is_a_consent_and_inactive_once_withdrawn(tmp_path: Path) -> None:
    async with SharingHome(tmp_path) as home:
        clinic = home.add_recipient("http://127.0.0.1:9/fhir")
        grant = home.grant(clinic, "heart_rate", "body_weight")
        given = consent_as_fhir(
            home.db, home.ledger, home.recipients, grant, home.now, simulated=True
        )
        home.withdraw(grant)
        taken_back = consent_as_fhir(
            home.db, home.ledger, home.recipients, grant, home.now, simulated=True
        )
        with pytest.raises(NotAllowed):
            consent_as_fhir(home.db, home.ledger, home.recipients, "none", home.now, simulated=True)
    before, after = json.loads(given), json.loads(taken_back)
    for body in (given, taken_back):
        Consent.model_validate_json(body)
    opening = before["provision"]["provision"][0]
    text = before["sourceReference"]["identifier"]["value"]

    assert (before["status"], after["status"]) == ("active", "inactive")
    assert before["identifier"] == after["identifier"]
    assert before["provision"]["type"] == after["provision"]["type"] == "deny"
    assert {"8867-4", "29463-7"} < {one["coding"][0]["code"] for one in opening["code"]}
    assert text.startswith("ni:///sha-256;")
    assert "provision" not in after["provision"]


async def test_what_was_sent_before_a_recipient_moved_went_to_where_it_was(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with SharingHome(tmp_path) as home:
        clinic = home.add_recipient(sandbox.base)
        home.grant(clinic)
        home.take_in(3)
        home.now += HOUR
        await home.upload()
        (before,) = told(home)
        move(home, clinic)
        home.recipients.written_to(clinic.key, "Patient/of-others")
        home.db.execute(
            "INSERT INTO remote VALUES (?, 'gateway', 'Device/of-others')", [clinic.key]
        )
        (after,) = told(home)
    was, now = before["agent"][1], after["agent"][1]

    assert now == was
    assert now["network"]["address"] == sandbox.base
    assert now["who"]["identifier"]["value"] == "this-computer"
    assert before["entity"][0]["what"]["reference"].startswith("Patient/")
    assert before["source"]["observer"]["reference"].startswith("Device/")
    assert "profile" in before["meta"]
    for agent in after["agent"]:
        assert "reference" not in agent["who"]
    assert "reference" not in after["entity"][0]["what"]
    assert "reference" not in after["source"]["observer"]
    assert "profile" not in after["meta"]


async def test_a_batch_that_was_not_taken_is_an_event_whatever_became_of_it(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with LoopbackProxy(sandbox.base) as proxy, SharingHome(tmp_path) as home:
        clinic = home.add_recipient(proxy.base)
        grant = home.grant(clinic)
        home.take_in(3)
        home.now += HOUR
        proxy.once.append(answer(503))
        await home.upload()
        home.withdraw(grant)
        assert counts(home.db) == {"cancelled": 3}
        assert [one["outcome"] for one in told(home)] == ["4"]


@pytest.mark.parametrize(
    ("answers", "n", "outcomes"),
    [
        ([503], 3, ["4", "0"]),
        ([307], 3, ["4", "0"]),
        ([400], 2, ["8", "0", "0"]),
        ([400], 1, ["8"]),
        ([400, 400, 400], 2, ["8", "8", "8"]),
    ],
)
async def test_an_event_says_whether_that_batch_was_taken(
    sandbox: Sandbox, tmp_path: Path, answers: list[int], n: int, outcomes: list[str]
) -> None:
    async with LoopbackProxy(sandbox.base) as proxy, SharingHome(tmp_path) as home:
        home.grant(home.add_recipient(proxy.base))
        home.take_in(n)
        home.now += HOUR
        proxy.once.extend(map(answer, answers))
        await home.upload_until_done()
        assert [one["outcome"] for one in told(home)] == outcomes
        assert len(proxy.bundles) == len(outcomes)


@pytest.mark.parametrize(("fault", "first"), [("cut", "4"), ("commit and cut", "0")])
async def test_an_event_is_settled_once_the_recipient_was_asked(
    sandbox: Sandbox, tmp_path: Path, fault: str, first: str
) -> None:
    async with LoopbackProxy(sandbox.base) as proxy, SharingHome(tmp_path) as home:
        home.grant(home.add_recipient(proxy.base))
        home.take_in(3)
        home.now += HOUR
        proxy.once.append(fault)
        await home.upload()
        (lost,) = told(home)
        await home.upload_until_done()
        assert lost["outcome"] == "4"
        assert told(home)[0]["outcome"] == first


async def test_a_batch_that_was_held_back_at_the_last_moment_is_no_event(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with SharingHome(tmp_path) as home:
        grant = home.grant(home.add_recipient(sandbox.base))
        home.take_in(3)
        home.now += HOUR

        async def taken_back(
            _: Post, letters: Sequence[Letter], __: int, *, conditional: bool
        ) -> tuple[Sequence[Letter], list[Outcome]]:
            assert conditional
            await home.do(home.withdraw, grant)
            return letters, []

        monkeypatch.setattr(visit, "ask_before", taken_back)
        await home.upload()
        assert home.db.execute("SELECT COUNT(*) FROM batch").fetchone() == (1,)
        assert told(home) == []


async def test_a_consent_is_inactive_from_its_end_on(tmp_path: Path) -> None:
    async with SharingHome(tmp_path) as home:
        grant = home.grant(home.add_recipient(ELSEWHERE), end=home.now + HOUR)
        home.now += HOUR - 1
        before = consent(home, grant)
        home.now += 1
        after = consent(home, grant)
        home.now += HOUR
        home.withdraw(grant)
        later = consent(home, grant)

    assert (before["status"], after["status"]) == ("active", "inactive")
    assert before["provision"]["provision"][0]["period"]["end"] == after["dateTime"]
    assert later == after


async def test_a_consent_names_whom_and_what_was_agreed_to(tmp_path: Path) -> None:
    async with SharingHome(tmp_path) as home:
        clinic = home.add_recipient("http://127.0.0.1:1/fhir")
        grant = home.grant(clinic)
        before = consent(home, grant)
        home.now += HOUR
        move(home, clinic)
        home.recipients.written_to(clinic.key, "Patient/of-others")
        after = consent(home, grant)

    assert (before["status"], after["status"]) == ("active", "inactive")
    assert before["policy"] == after["policy"] == [{"uri": "http://127.0.0.1:1/fhir|1"}]
    assert before["organization"] == after["organization"]
    assert after["organization"][0]["identifier"]["value"] == "this-computer"
    assert "reference" not in after["patient"]
    assert after["dateTime"] > before["dateTime"]


def test_the_commands_print_them(tmp_path: Path) -> None:
    run = CommandLine(tmp_path / "home")
    assert run("setup", "--simulation", "--key-file").code == 0
    audit, consent = run("sent", "--audit"), run("consent", "receipt", "none", "--fhir")

    assert (audit.code, audit.out) == (0, "")
    assert (consent.code, consent.out) == (3, "")
    assert "There is no grant none." in consent.err
