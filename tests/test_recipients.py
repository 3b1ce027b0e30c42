"""Recipients: who may be on the list, what changes mean, and the ids that leave."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sharing.agreement import text_hash
from gateway.sharing.consent import Reason, Request
from gateway.sharing.decision import decide
from gateway.sharing.errors import NotAllowed
from gateway.sharing.events import GATEWAY, SCRIPT
from gateway.sharing.ledger import Ledger
from gateway.sharing.offer import give, make_offer
from gateway.sharing.practice import sandbox_invitation
from gateway.sharing.recipients import Recipient, Recipients, outbound_id
from gateway.store.driver import Database
from tests.fakes_consent import (
    ADA,
    BEN,
    HEART,
    HOUR,
    NOON,
    TRUSTED,
    act,
    clinic,
    make_ledger,
    make_store,
    practice,
)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    made = make_store(tmp_path)
    yield made
    made.close()


@pytest.fixture
def ledger(db: Database) -> Ledger:
    return make_ledger(db)


@pytest.fixture
def recipients(db: Database, ledger: Ledger) -> Recipients:
    return Recipients(db, ledger, simulation=False)


def agree(ledger: Ledger, recipient: Recipient) -> str:
    offer = make_offer(recipient, ["heart_rate"], purpose="TREAT", start=NOON, end=NOON + HOUR)
    give(
        ledger,
        offer,
        act(),
        born="1980-01",
        text_shown=text_hash(offer.text),
        acknowledged=True,
    )
    return list(ledger.state().grants)[-1]


def reason(ledger: Ledger, recipient: Recipient) -> Reason:
    request = Request(ADA, HEART, recipient.key, "TREAT")
    return decide(ledger.state(), request, (NOON, NOON), NOON, TRUSTED).reason


def test_taking_up_an_invitation_shares_nothing(ledger: Ledger, recipients: Recipients) -> None:
    one = recipients.add(clinic(), ADA, act())
    assert recipients.list() == [one]
    assert recipients.get(one.key) == one
    assert (one.person, one.patient, one.standing) == (ADA, "Patient/4711", "active")
    assert len(one.secret) == 32
    assert "secret" not in repr(one)
    assert reason(ledger, one) is Reason.NO_GRANT
    agree(ledger, one)
    assert reason(ledger, one) is Reason.PERMITTED


def test_each_recipient_has_a_secret_of_its_own(recipients: Recipients) -> None:
    one = recipients.add(clinic(), ADA, act())
    other = recipients.add(clinic(fhir_base="https://b.example"), ADA, act())
    third = recipients.add(clinic(), BEN, act())
    assert len({one.secret, other.secret, third.secret}) == 3
    assert [found.key for found in recipients.list()] == [one.key, other.key, third.key]


def test_the_same_address_is_not_taken_up_twice_for_a_person(recipients: Recipients) -> None:
    recipients.add(clinic(), ADA, act())
    with pytest.raises(NotAllowed, match="already"):
        recipients.add(clinic(title="Another name"), ADA, act())


def test_a_program_cannot_take_up_an_invitation(recipients: Recipients) -> None:
    for actor in (GATEWAY, SCRIPT):
        with pytest.raises(NotAllowed):
            recipients.add(clinic(), ADA, act(actor=actor))
    assert recipients.list() == []


def test_a_simulation_home_shares_on_this_computer_only(db: Database) -> None:
    recipients = Recipients(db, make_ledger(db, simulation=True), simulation=True)
    with pytest.raises(NotAllowed, match="this computer"):
        recipients.add(clinic(), ADA, act())
    one = recipients.add(practice(), ADA, act(actor=SCRIPT))
    assert recipients.list() == [one]
    with pytest.raises(NotAllowed, match="this computer"):
        recipients.change(one.key, clinic(), act())


def test_a_real_home_shares_with_its_own_server_but_not_a_practice_one(
    recipients: Recipients,
) -> None:
    with pytest.raises(NotAllowed, match="simulated"):
        recipients.add(practice(), ADA, act())
    own = sandbox_invitation("http://localhost:8080", "create", own_server=True)
    assert recipients.add(own, ADA, act()).patient == ""


def test_who_is_not_there_cannot_be_found(recipients: Recipients) -> None:
    with pytest.raises(NotAllowed, match="no recipient"):
        recipients.get("nobody")
    with pytest.raises(NotAllowed, match="no recipient"):
        recipients.suspend("nobody", "why", act())


def test_removing_takes_back_what_was_granted(ledger: Ledger, recipients: Recipients) -> None:
    one = recipients.add(clinic(), ADA, act())
    grant = agree(ledger, one)
    recipients.remove(one.key, act())
    assert ledger.state().withdrawn == {(grant, HEART): NOON}
    assert reason(ledger, one) is Reason.UNKNOWN_RECIPIENT
    assert recipients.list() == []
    assert recipients.get(one.key).standing == "removed"
    assert [found.key for found in recipients.list(removed=True)] == [one.key]
    again = recipients.add(clinic(), ADA, act())
    assert again.key != one.key
    assert again.secret != one.secret


def test_suspended_until_a_person_confirms(ledger: Ledger, recipients: Recipients) -> None:
    one = recipients.add(clinic(), ADA, act())
    agree(ledger, one)
    recipients.suspend(one.key, "The server looks different.", act(actor=GATEWAY))
    assert recipients.get(one.key).standing == "suspended"
    assert ledger.state().recipients[one.key].why == "The server looks different."
    assert reason(ledger, one) is Reason.RECIPIENT_SUSPENDED
    with pytest.raises(NotAllowed):
        recipients.confirm(one.key, act(actor=GATEWAY))
    recipients.confirm(one.key, act())
    assert recipients.get(one.key).standing == "active"
    assert reason(ledger, one) is Reason.PERMITTED


def test_after_a_restore_all_are_suspended(ledger: Ledger, recipients: Recipients) -> None:
    keys = [
        recipients.add(clinic(fhir_base=f"https://{name}.example"), ADA, act()).key
        for name in "abc"
    ]
    recipients.remove(keys[2], act())
    assert recipients.suspend_all("A backup was restored.", act(actor=GATEWAY)) == 2
    assert [one.standing for one in recipients.list()] == ["suspended", "suspended"]
    assert recipients.suspend_all("A backup was restored.", act(actor=GATEWAY)) == 0


@pytest.mark.parametrize(
    ("change", "material", "standing"),
    [
        pytest.param({"title": "New title"}, True, "active", id="unsaid means material"),
        pytest.param(
            {"title": "New title", "change": "editorial"}, False, "active", id="editorial"
        ),
        pytest.param(
            {"processors": [], "change": "editorial"}, True, "active", id="another processor"
        ),
        pytest.param(
            {"retention": "For ever", "change": "editorial"}, True, "active", id="kept longer"
        ),
        pytest.param(
            {"controller": {"id": "X", "name": "Buyer"}, "change": "editorial"},
            True,
            "suspended",
            id="another controller",
        ),
        pytest.param(
            {"fhir_base": "https://new.example", "change": "editorial"},
            True,
            "suspended",
            id="another address",
        ),
        pytest.param(
            {"patient": "Patient/9", "change": "editorial"}, True, "suspended", id="another record"
        ),
    ],
)
def test_what_a_changed_invitation_means(
    ledger: Ledger,
    recipients: Recipients,
    change: dict[str, Any],
    material: bool,
    standing: str,
) -> None:
    one = recipients.add(clinic(), ADA, act())
    agree(ledger, one)
    assert recipients.change(one.key, clinic(**change), act(actor=GATEWAY)) is material
    found = recipients.get(one.key)
    assert found.standing == standing
    assert found.invitation == clinic(**change)
    assert found.secret == one.secret
    assert (reason(ledger, one) is Reason.PERMITTED) is not material
    if standing == "suspended":
        recipients.confirm(one.key, act())
    if material:
        assert reason(ledger, one) is Reason.POLICY_CHANGED
        agree(ledger, recipients.get(one.key))
        assert reason(ledger, one) is Reason.PERMITTED


def test_the_same_invitation_again_changes_nothing(ledger: Ledger, recipients: Recipients) -> None:
    one = recipients.add(clinic(), ADA, act())
    assert recipients.change(one.key, clinic(), act()) is False
    assert len(ledger.entries()) == 1


def test_a_moved_recipient_forgets_what_stood_at_the_old_address(
    db: Database, recipients: Recipients
) -> None:
    one = recipients.add(clinic(), ADA, act())
    db.execute("INSERT INTO remote VALUES (?, 'gateway', 'Device/1')", [one.key])
    row = [one.key, 1, 0, 0, 60, 0, 0, 1, "sent", "Observation/1", "", "1"]
    db.execute(f"INSERT INTO delivery VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608
    renamed = clinic(patient="Patient/5")
    for changed, stands in (
        (renamed, "Observation/1"),  # the server is the same, and so are its ids
        (renamed.model_copy(update={"fhir_base": "https://new.example"}), ""),
    ):
        recipients.change(one.key, changed, act())
        assert recipients.get(one.key).patient == "Patient/5"
        assert db.execute("SELECT COUNT(*) FROM remote").fetchone() == (0,)
        row = db.execute("SELECT state, reference, etag FROM delivery").fetchone()
        assert row == ("sent", stands, "1" if stands else "")


def test_the_record_is_made_once(db: Database, recipients: Recipients) -> None:
    own = sandbox_invitation("http://localhost:8080", "create", own_server=True)
    one = recipients.add(own, ADA, act())
    recipients.written_to(one.key, "Patient/7")
    recipients.written_to(one.key, "Patient/7")
    with pytest.raises(NotAllowed, match="another record"):
        recipients.written_to(one.key, "Patient/8")
    with pytest.raises(ValueError, match="Patient/"):
        recipients.written_to(one.key, "Device/8")
    assert recipients.get(one.key).patient == "Patient/7"


def test_an_outbound_id_is_the_keyed_digest_of_the_identity() -> None:
    made = outbound_id(b"k" * 32, "ada|heart_rate|1", 0)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", made)
    # printf '0\0ada|heart_rate|1' | openssl dgst -sha256 -hmac kk…k -binary | base64, URL-safe
    assert made == "yyVYuEsE3AItwonpukpn-F5ElQ74YSmLjfYLlxM15Ac"
    assert made != outbound_id(b"l" * 32, "ada|heart_rate|1", 0)
    assert made != outbound_id(b"k" * 32, "ada|heart_rate|1", 1)


@given(st.text(), st.text(), st.integers(0, 99), st.integers(0, 99))
def test_two_readings_or_versions_never_share_an_id(
    one: str, other: str, version: int, later: int
) -> None:
    key = b"k" * 32
    same = outbound_id(key, one, version) == outbound_id(key, other, later)
    assert same == ((one, version) == (other, later))
