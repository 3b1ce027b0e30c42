"""Receipts: whole, signed, made from the ledger alone, printable."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.kinds import all_kinds
from gateway.sharing.agreement import text_hash
from gateway.sharing.errors import LedgerBroken, NotAllowed
from gateway.sharing.events import Permit
from gateway.sharing.ledger import Ledger
from gateway.sharing.offer import give, make_offer, withdraw
from gateway.sharing.receipt import is_genuine, printable, receipt
from gateway.sharing.recipients import Recipient, Recipients
from gateway.store.driver import Database
from tests.fakes_consent import ADA, DAY, NOON, act, clinic, make_ledger, make_store


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    made = make_store(tmp_path)
    yield made
    made.close()


@pytest.fixture
def ledger(db: Database) -> Ledger:
    return make_ledger(db)


@pytest.fixture
def grant(db: Database, ledger: Ledger) -> str:
    recipients = Recipients(db, ledger, simulation=False)
    hill = recipients.add(clinic(), ADA, act())
    id = agree(ledger, hill)
    recipients.change(hill.key, clinic(retention="For ever"), act())
    return id


def agree(ledger: Ledger, recipient: Recipient) -> str:
    offer = make_offer(recipient, ["heart"], purpose="TREAT", start=NOON, end=NOON + DAY)
    shown = text_hash(offer.text)
    event = give(ledger, offer, act(), born="1980-01", text_shown=shown, acknowledged=True).event
    assert isinstance(event, Permit)
    return event.id


def test_a_receipt_holds_the_fields_of_iso_27560(ledger: Ledger, grant: str) -> None:
    made = receipt(ledger, grant)
    record = made["dpv:hasRecordOfActivity"]
    entry = next(one for one in ledger.entries() if isinstance(one.event, Permit))
    assert isinstance(entry.event, Permit)
    assert made["@type"] == "dpv:ConsentReceipt"
    assert made["dct:identifier"] == record["dct:identifier"] == grant
    assert record["dpv:hasDataSubject"] == "ada"
    assert record["dpv:hasDataController"]["schema:name"] == "Hill Clinic GmbH"
    assert record["dpv:hasLegalBasis"].startswith("Consent")
    assert record["dpv:hasJurisdiction"] == "DE"
    assert record["dpv:hasContact"] == {
        "schema:name": "Privacy office",
        "schema:email": "privacy@clinic.example",
    }
    assert record["dpv:hasAuthority"]["schema:url"] == "https://authority.example/"
    process = record["dpv:hasProcess"]
    assert process["dpv:hasPurpose"]["@id"].endswith("#TREAT")
    assert {one["dct:identifier"] for one in process["dpv:hasPersonalData"]} == {
        kind for kind, row in all_kinds().items() if row.consent == "heart" and row.shareable
    }
    assert process["dpv:hasDuration"] == {
        "gw:from": "2026-12-01T12:00:00.000Z",
        "gw:before": "2026-12-02T12:00:00.000Z",
    }
    assert process["dpv:hasStorageCondition"]["dct:description"] == "Ten years"  # as it was then
    assert [one["gw:precedence"] for one in record["gw:policies"]] == [1, 2]
    notice = record["dpv:hasNotice"]
    assert (notice["schema:text"], notice["gw:sha256"]) == (entry.event.text, entry.event.text_hash)
    assert record["gw:ledger"] == {"gw:seq": entry.seq, "gw:hash": entry.hash.hex()}
    (given,) = record["dpv:hasConsentStatus"]
    assert (given["@type"], given["dpv:isIndicatedBy"]) == ("dpv:ConsentGiven", "ada")


def test_a_later_receipt_names_the_later_terms(db: Database, ledger: Ledger, grant: str) -> None:
    (hill,) = Recipients(db, ledger, simulation=False).list()
    for one, kept in ((grant, "Ten years"), (agree(ledger, hill), "For ever")):
        process = receipt(ledger, one)["dpv:hasRecordOfActivity"]["dpv:hasProcess"]
        assert process["dpv:hasStorageCondition"]["dct:description"] == kept


def test_a_receipt_is_signed_by_this_gateway(ledger: Ledger, grant: str) -> None:
    made = json.loads(json.dumps(receipt(ledger, grant)))
    assert is_genuine(made, ledger.public_key)
    assert not is_genuine(made, b"x" * 32)


def _every_place(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    steps = part.items() if isinstance(part, dict) else enumerate(part)
    for step, below in steps:
        if isinstance(below, dict | list) and below:
            yield from _every_place(below, (*path, step))
        else:
            yield (*path, step)


def test_a_change_anywhere_in_a_receipt_is_found(ledger: Ledger, grant: str) -> None:
    text = json.dumps(receipt(ledger, grant))
    places = list(_every_place(json.loads(text)))
    assert len(places) > 60
    for place in places:
        changed = json.loads(text)
        part = changed
        for step in place[:-1]:
            part = part[step]
        part[place[-1]] = "changed"
        assert not is_genuine(changed, ledger.public_key), place


def test_what_is_no_receipt_is_not_genuine(ledger: Ledger) -> None:
    for other in ({}, {"gw:signature": 1}, {"gw:signature": "x"}, {"gw:signature": "ä"}):
        assert not is_genuine(other, ledger.public_key)


def test_a_receipt_shows_what_was_taken_back(ledger: Ledger, grant: str) -> None:
    withdraw(ledger, grant, act(NOON + DAY), words=["heart_rate"])
    made = receipt(ledger, grant)
    assert is_genuine(made, ledger.public_key)
    _, taken_back = made["dpv:hasRecordOfActivity"]["dpv:hasConsentStatus"]
    assert taken_back["@type"] == "dpv:ConsentWithdrawn"
    assert taken_back["gw:kinds"] == ["heart_rate"]
    assert "Taken back on 2026-12-02T12:00:00.000Z: heart_rate" in printable(made)


def test_a_receipt_can_be_printed(ledger: Ledger, grant: str) -> None:
    made = receipt(ledger, grant)
    text = printable(made)
    record = made["dpv:hasRecordOfActivity"]
    assert record["dpv:hasNotice"]["schema:text"] in text
    for part in (grant, record["gw:ledger"]["gw:hash"], made["gw:signature"], "Hill Clinic GmbH"):
        assert part in text
    assert "You agreed on 1 December 2026, 12:00 UTC" in text


def test_there_is_no_receipt_without_a_grant_or_a_whole_ledger(
    db: Database, ledger: Ledger, grant: str
) -> None:
    with pytest.raises(NotAllowed, match="no grant"):
        receipt(ledger, "g0")
    db.execute("DROP TRIGGER ledger_never_shrinks")
    db.execute("DELETE FROM ledger WHERE seq = 1")
    with pytest.raises(LedgerBroken):
        receipt(ledger, grant)
