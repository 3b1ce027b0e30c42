"""A guardian or proxy agrees for a person: who may, what is kept, what the recipient sees."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.reading import PersonKey
from gateway.sharing.agreement import text_hash
from gateway.sharing.as_fhir import consent_as_fhir, disclosures
from gateway.sharing.errors import NotAllowed
from gateway.sharing.events import Permit
from gateway.sharing.offer import give, make_offer
from gateway.sharing.receipt import is_genuine, receipt
from gateway.sharing.recipients import Act, Recipient
from gateway.sharing.trust import end_all, end_trust, entrust, trust_of
from scripts.sandbox_server import Sandbox
from tests.fakes_consent import ADA, BEN, DAY, HOUR, act
from tests.sandbox import sandbox
from tests.sharing_home import SharingHome, fetch

__all__ = ["sandbox"]
CARL = PersonKey("carl")


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[SharingHome]:
    async with SharingHome(tmp_path) as made:
        yield made


def says(home: SharingHome, who: PersonKey) -> Act:
    return replace(act(home.now), actor=f"person:{who}")


def agree(home: SharingHome, clinic: Recipient, by: PersonKey, actor: PersonKey) -> str:
    offer = make_offer(
        clinic,
        ["heart_rate"],
        purpose="TREAT",
        start=home.now,
        end=home.now + 30 * DAY,
        trust=trust_of(home.ledger.state(), ADA, by, home.now),
    )
    entry = give(
        home.ledger,
        offer,
        says(home, actor),
        born="1950-01",
        text_shown=text_hash(offer.text),
        acknowledged=True,
    )
    assert isinstance(entry.event, Permit)
    return entry.event.id


def trusting(home: SharingHome, role: str, says_it: PersonKey, **how: Any) -> str:
    how.setdefault("born", "1970-01")
    return entrust(home.ledger, ADA, BEN, role, says(home, says_it), **how)


@pytest.mark.parametrize(
    ("role", "says_it", "code"), [("guardian", BEN, "GUARD"), ("proxy", ADA, "POWATT")]
)
async def test_the_ledger_keeps_who_decided_and_as_what(
    home: SharingHome, role: str, says_it: PersonKey, code: str
) -> None:
    clinic = home.add_recipient("http://127.0.0.1:1/fhir")
    trusting(home, role, says_it)
    grant = agree(home, clinic, BEN, BEN)
    given = home.ledger.state().grants[grant]
    made = receipt(home.ledger, grant)

    assert (given.person, given.by, given.relationship) == (ADA, BEN, code)
    assert home.ledger.entries()[-1].recorded.actor == f"person:{BEN}"
    assert is_genuine(made, home.ledger.public_key)
    assert f'"gw:givenAs": "{role}"' in json.dumps(made)
    assert "not your own" in made["dpv:hasRecordOfActivity"]["dpv:hasNotice"]["schema:text"]


@pytest.mark.parametrize(
    ("role", "says_it", "born"),
    [
        pytest.param("proxy", BEN, "1970-01", id="nobody makes themselves a proxy"),
        pytest.param("guardian", ADA, "1970-01", id="a guardian says so themselves"),
        pytest.param("guardian", CARL, "1970-01", id="a third says nothing"),
        pytest.param("guardian", BEN, "2008-12", id="a minor decides for nobody"),
        pytest.param("owner", ADA, "1970-01", id="no such role"),
    ],
)
async def test_who_may_not_be_entrusted_is_not(
    home: SharingHome, role: str, says_it: PersonKey, born: str
) -> None:
    with pytest.raises(NotAllowed):
        trusting(home, role, says_it, born=born)
    assert not home.ledger.state().trusts


async def test_nobody_decides_without_being_entrusted_after_it_ended_or_under_anothers_name(
    home: SharingHome,
) -> None:
    clinic = home.add_recipient("http://127.0.0.1:1/fhir")
    with pytest.raises(NotAllowed):
        agree(home, clinic, BEN, BEN)
    trust = trusting(home, "proxy", ADA, end=home.now + HOUR)
    with pytest.raises(NotAllowed):
        agree(home, clinic, BEN, CARL)  # signed in as somebody else
    home.now += HOUR
    with pytest.raises(NotAllowed):
        agree(home, clinic, BEN, BEN)
    again = trusting(home, "proxy", ADA)
    known = trust_of(home.ledger.state(), ADA, BEN, home.now)
    end_trust(home.ledger, again, says(home, ADA))
    offer = make_offer(
        clinic, ["heart_rate"], purpose="TREAT", start=home.now, end=home.now + DAY, trust=known
    )
    with pytest.raises(NotAllowed):  # it was ended between the page and the press
        give(
            home.ledger,
            offer,
            says(home, BEN),
            born="1950-01",
            text_shown=text_hash(offer.text),
            acknowledged=True,
        )
    with pytest.raises(NotAllowed):
        end_trust(home.ledger, again, says(home, ADA))
    assert trust in home.ledger.state().trusts
    assert not home.ledger.state().grants


async def test_to_end_it_once_ends_it_however_often_it_was_said(home: SharingHome) -> None:
    trusting(home, "proxy", ADA)
    trusting(home, "proxy", ADA, end=home.now + HOUR)
    trusting(home, "guardian", BEN)
    other = entrust(home.ledger, ADA, CARL, "proxy", says(home, ADA), born="1970-01")
    end_all(home.ledger, ADA, BEN, says(home, ADA))
    assert set(home.ledger.state().trusts) == {other}


async def test_a_period_that_is_over_is_refused_in_words(home: SharingHome) -> None:
    with pytest.raises(NotAllowed, match="must end after it starts"):
        trusting(home, "proxy", ADA, end=home.now)


async def test_a_minor_shares_nothing_whoever_decides(home: SharingHome) -> None:
    clinic = home.add_recipient("http://127.0.0.1:1/fhir")
    trusting(home, "guardian", BEN)
    offer = make_offer(
        clinic,
        ["heart_rate"],
        purpose="TREAT",
        start=home.now,
        end=home.now + DAY,
        trust=trust_of(home.ledger.state(), ADA, BEN, home.now),
    )
    with pytest.raises(NotAllowed):
        give(
            home.ledger,
            offer,
            says(home, BEN),
            born="2010-01",
            text_shown=text_hash(offer.text),
            acknowledged=True,
        )


@pytest.mark.server
async def test_the_recipient_sees_who_agreed_by_a_reference_and_without_a_name(
    sandbox: Sandbox, home: SharingHome
) -> None:
    clinic = home.add_recipient(sandbox.base)
    trusting(home, "guardian", BEN)
    grant = agree(home, clinic, BEN, BEN)
    before = json.loads(
        consent_as_fhir(home.db, home.ledger, home.recipients, grant, home.now, simulated=True)
    )
    home.take_in(3)
    home.now += HOUR
    assert (await home.upload()).sent == 3
    home.take_in(3, start=home.now)
    home.now += HOUR
    assert (await home.upload()).sent == 3
    patient = home.recipients.get(clinic.key).patient
    found = await fetch(sandbox.base, f"RelatedPerson?patient={patient}")
    (guardian,) = [entry["resource"] for entry in found["entry"]]  # made once
    consent = json.loads(
        consent_as_fhir(home.db, home.ledger, home.recipients, grant, home.now, simulated=True)
    )
    events = disclosures(home.db, home.ledger, home.recipients, simulated=True)
    authors = [json.loads(one)["agent"][2]["who"] for one in events]
    made = [row[0] for row in home.db.conn.execute("SELECT provenance FROM batch")]
    told = [
        agent
        for where in made
        for agent in (await fetch(sandbox.base, where))["agent"]
        if "role" in agent
    ]
    here = f"RelatedPerson/{guardian['id']}"

    assert before["performer"] == [
        {"type": "RelatedPerson", "display": "The guardian of the patient"}
    ]
    assert before["patient"] == {"type": "Patient", "display": "The patient"}
    assert consent["performer"] == [{"reference": here}]
    assert authors == [{"reference": here}] * 2
    assert consent["patient"] == guardian["patient"] == {"reference": patient}
    assert guardian["relationship"][0]["coding"][0]["code"] == "GUARD"
    assert "name" not in guardian
    assert [agent["who"]["reference"] for agent in told] == [here] * len(made) == [here] * 2
    assert {agent["onBehalfOf"]["reference"] for agent in told} == {patient}
    assert BEN not in json.dumps(guardian)


@pytest.mark.server
async def test_where_the_person_decides_nobody_else_is_named(
    sandbox: Sandbox, home: SharingHome
) -> None:
    clinic = home.add_recipient(sandbox.base)
    grant = home.grant(clinic)
    home.take_in(1)
    home.now += HOUR
    await home.upload()
    patient = home.recipients.get(clinic.key).patient
    found = await fetch(sandbox.base, f"RelatedPerson?patient={patient}")
    consent = json.loads(
        consent_as_fhir(home.db, home.ledger, home.recipients, grant, home.now, simulated=True)
    )

    assert not found.get("entry")
    assert consent["performer"] == [{"reference": patient}]
