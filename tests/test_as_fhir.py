"""What was agreed and what was disclosed, as FHIR that a person can hand to anybody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fhir.resources.R4B.auditevent import AuditEvent
from fhir.resources.R4B.consent import Consent

from gateway.sharing.as_fhir import consent_as_fhir, disclosures
from gateway.sharing.errors import NotAllowed
from scripts.sandbox_server import Sandbox
from tests.command_line import CommandLine
from tests.fakes_consent import HOUR
from tests.sandbox import sandbox
from tests.sharing_home import SharingHome

__all__ = ["sandbox"]
pytestmark = pytest.mark.server


async def test_each_batch_that_left_is_one_audit_event(sandbox: Sandbox, tmp_path: Path) -> None:
    async with SharingHome(tmp_path) as home:
        clinic = home.add_recipient(sandbox.base)
        grant = home.grant(clinic)
        home.take_in(60)
        home.now += HOUR
        await home.upload()
        told = list(disclosures(home.db, home.ledger, home.recipients, simulated=True))
        kept = home.db.execute("SELECT sha256, rows FROM batch ORDER BY id").fetchall()
    events = [json.loads(one) for one in told]
    for body in told:
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
        given = consent_as_fhir(home.db, home.ledger, home.recipients, grant, simulated=True)
        home.withdraw(grant)
        taken_back = consent_as_fhir(home.db, home.ledger, home.recipients, grant, simulated=True)
        with pytest.raises(NotAllowed):
            consent_as_fhir(home.db, home.ledger, home.recipients, "none", simulated=True)
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


def test_the_commands_print_them(tmp_path: Path) -> None:
    run = CommandLine(tmp_path / "home")
    assert run("setup", "--simulation", "--key-file").code == 0
    audit, consent = run("sent", "--audit"), run("consent", "receipt", "none", "--fhir")

    assert (audit.code, audit.out) == (0, "")
    assert (consent.code, consent.out) == (3, "")
    assert "There is no grant none." in consent.err
