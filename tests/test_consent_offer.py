"""From a choice to a grant: the words for kinds, the exact text, the act."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.kinds import Kind
from gateway.sharing.agreement import card, consent_text, day, text_hash
from gateway.sharing.consent import PURPOSES, Reason, Request
from gateway.sharing.decision import decide, may_collect
from gateway.sharing.errors import NotAllowed
from gateway.sharing.events import NoticeAcknowledged, Permit
from gateway.sharing.ledger import Ledger
from gateway.sharing.offer import Offer, allow_collecting, give, make_offer, withdraw
from gateway.sharing.overview import collecting, describe, forbidden
from gateway.sharing.recipients import Recipient, Recipients
from gateway.sharing.refusal import forbid, lift, stop_collecting
from gateway.store.driver import Database
from tests.fakes_consent import (
    ADA,
    DAY,
    HEART,
    HOUR,
    NOON,
    TRUSTED,
    UNTRUSTED,
    WEIGHT,
    act,
    clinic,
    make_ledger,
    make_store,
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


@pytest.fixture
def hill(recipients: Recipients) -> Recipient:
    return recipients.add(clinic(), ADA, act())


def offer_of(recipient: Recipient, *words: str, **changes: Any) -> Offer:
    terms: dict[str, Any] = {"purpose": "TREAT", "start": NOON, "end": NOON + DAY}
    return make_offer(recipient, words or ("heart_rate",), **{**terms, **changes})


def agree(ledger: Ledger, offer: Offer, **changes: Any) -> str:
    terms: dict[str, Any] = {
        "born": "1980-01",
        "text_shown": text_hash(offer.text),
        "acknowledged": True,
    }
    event = give(ledger, offer, act(), **{**terms, **changes}).event
    assert isinstance(event, Permit)
    return event.id


def test_a_new_grant_covers_from_now_on(ledger: Ledger, hill: Recipient) -> None:
    grant = agree(ledger, offer_of(hill))
    one = ledger.state().grants[grant]
    assert (one.history_from, one.history_to) == (NOON, NOON + DAY)
    request = Request(ADA, HEART, hill.key, "TREAT")
    before = decide(ledger.state(), request, (NOON - 1, NOON - 1), NOON, TRUSTED)
    assert before.reason is Reason.OUTSIDE_HISTORY


def test_the_past_only_if_the_person_says_from_when(ledger: Ledger, hill: Recipient) -> None:
    agree(ledger, offer_of(hill, history_from=NOON - DAY))
    request = Request(ADA, HEART, hill.key, "TREAT")
    assert decide(ledger.state(), request, (NOON - DAY, NOON - DAY), NOON, TRUSTED).permit


def test_the_text_that_was_shown_is_kept_with_its_digest(ledger: Ledger, hill: Recipient) -> None:
    offer = offer_of(hill)
    agree(ledger, offer)
    event = ledger.entries()[-1].event
    assert isinstance(event, Permit)
    assert event.text == offer.text
    assert event.text_hash == text_hash(offer.text)
    assert (event.policy_version, event.terms) == ("2026-1", clinic().terms)


def test_another_text_than_the_one_shown_is_not_agreed_to(ledger: Ledger, hill: Recipient) -> None:
    shown = text_hash(offer_of(hill, end=NOON + HOUR).text)
    with pytest.raises(NotAllowed, match="not what it says now"):
        agree(ledger, offer_of(hill), text_shown=shown)
    assert ledger.state().grants == {}


def test_first_the_person_says_that_nothing_can_be_called_back(
    ledger: Ledger, hill: Recipient
) -> None:
    with pytest.raises(NotAllowed, match="called back"):
        agree(ledger, offer_of(hill), acknowledged=False)
    agree(ledger, offer_of(hill))
    agree(ledger, offer_of(hill), acknowledged=False)  # once for each recipient
    events = [entry.event for entry in ledger.entries()]
    assert sum(isinstance(event, NoticeAcknowledged) for event in events) == 1


def test_the_text_names_all_that_a_person_must_know(hill: Recipient) -> None:
    text = offer_of(hill, "heart_rate", "body_weight", grain="hour").text
    for part in (
        "Hill Clinic GmbH", "your treatment", "one summary an hour", "Patient/4711",
        "https://fhir.clinic.example/r4", "- Heart rate", "1 December 2026, 12:00 UTC",
        "cannot be called back", "Ten years", "Germany", "GDPR", "Host AG", "version 2026-1",
        clinic().policy.sha256, "Notice", "privacy@clinic.example", "https://authority.example/",
        "take this back at any moment", "never sent",
    ):  # fmt: skip
        assert part in text
    assert text.count("\n- ") == 2
    assert "{" not in text


def test_the_text_names_what_is_particular(recipients: Recipients) -> None:
    invitation = clinic(
        transfer={"mechanism": "explicit_consent", "risks": "Courts there may see it."},
        contacts={
            "privacy_office": {"name": "Office", "phone": "+49 1"},
            "authority": {"name": "Authority", "address": "Street 1"},
            "representative": {"name": "EU office", "url": "https://eu.example/"},
        },
    )
    text = consent_text(
        invitation, [HEART], (NOON, NOON + DAY), (NOON, NOON + DAY), purpose="HRESCH", grain="day"
    )
    for part in ("Courts there may see it.", "EU office", "a new record", "health research"):
        assert part in text
    assert card(invitation.contacts.privacy_office) == "Office, +49 1"


def test_a_moment_is_written_as_people_read_it() -> None:
    assert day(NOON) == "1 December 2026, 12:00 UTC"
    assert day(NOON, "de") == "1 Dezember 2026, 12:00 UTC"


def test_a_transfer_abroad_may_need_a_yes_of_its_own(
    ledger: Ledger, recipients: Recipients
) -> None:
    abroad = clinic(transfer={"mechanism": "explicit_consent", "risks": "None known."})
    one = recipients.add(abroad, ADA, act())
    with pytest.raises(NotAllowed, match="kept in DE"):
        agree(ledger, offer_of(one))
    agree(ledger, offer_of(one), transfer_agreed=True)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param({"purpose": "PATRQT"}, "does not ask", id="a purpose not asked for"),
        pytest.param({"purpose": "HMARKT"}, "does not ask", id="marketing"),
        pytest.param({"end": NOON}, "must end after", id="no period"),
        pytest.param({"history_from": NOON + DAY}, "must end after", id="no window"),
        pytest.param({"grain": "second"}, "not one of", id="a grain nobody knows"),
    ],
)
def test_what_cannot_be_offered(hill: Recipient, change: dict[str, Any], why: str) -> None:
    with pytest.raises(NotAllowed, match=why):
        offer_of(hill, **change)


def test_nothing_is_offered_to_who_is_suspended_or_removed(
    recipients: Recipients, hill: Recipient
) -> None:
    recipients.suspend(hill.key, "why", act())
    with pytest.raises(NotAllowed, match="paused"):
        offer_of(recipients.get(hill.key))
    recipients.remove(hill.key, act())
    with pytest.raises(NotAllowed, match="not on your list"):
        offer_of(recipients.get(hill.key))


@pytest.mark.parametrize(
    ("born", "why"),
    [("", "born"), ("1980", "born"), ("2010-05", "under 18"), ("2020-05", "under 13")],
)
def test_whose_age_is_unknown_or_too_low_shares_nothing(
    ledger: Ledger, hill: Recipient, born: str, why: str
) -> None:
    with pytest.raises(NotAllowed, match=why):
        agree(ledger, offer_of(hill), born=born)
    assert ledger.state().grants == {}


def test_terms_that_changed_meanwhile_are_not_agreed_to(
    ledger: Ledger, recipients: Recipients, hill: Recipient
) -> None:
    offer = offer_of(hill)
    recipients.change(hill.key, clinic(retention="For ever"), act())
    with pytest.raises(NotAllowed, match="changed its terms"):
        agree(ledger, offer)


def test_a_grant_is_taken_back_whole_or_in_part(ledger: Ledger, hill: Recipient) -> None:
    grant = agree(ledger, offer_of(hill, "heart", "body_weight"))
    assert withdraw(ledger, grant, act(), words=["body"]) is not None
    assert ledger.state().withdrawn == {(grant, WEIGHT): NOON}
    assert withdraw(ledger, grant, act(), words=["body_weight"]) is None
    unsure = act(NOON - DAY)
    assert withdraw(ledger, grant, unsure) is not None
    assert withdraw(ledger, grant, act()) is None
    assert {kind for _, kind in ledger.state().withdrawn} == ledger.state().grants[grant].kinds
    with pytest.raises(NotAllowed, match="no grant"):
        withdraw(ledger, "g0", act())


def test_collecting_is_allowed_source_by_source(ledger: Ledger) -> None:
    allow_collecting(ledger, ADA, "ble", act(), end=NOON + HOUR)
    assert may_collect(ledger.state(), ADA, "ble", NOON).permit
    assert not may_collect(ledger.state(), ADA, "healthkit", NOON).permit
    assert [one.source for one in collecting(ledger.state(), ADA)] == ["ble"]
    assert forbidden(ledger.state(), ADA) == []


def test_collecting_stops_when_the_person_says_so(ledger: Ledger) -> None:
    allow_collecting(ledger, ADA, "ble", act())
    allow_collecting(ledger, ADA, "ble", act())
    allow_collecting(ledger, ADA, "healthkit", act())
    assert stop_collecting(ledger, ADA, "ble", act(NOON - DAY)) == 2
    assert not may_collect(ledger.state(), ADA, "ble", NOON).permit
    assert may_collect(ledger.state(), ADA, "healthkit", NOON).permit
    assert stop_collecting(ledger, ADA, "ble", act()) == 0


def test_what_is_forbidden_stays_until_it_is_lifted(ledger: Ledger, hill: Recipient) -> None:
    agree(ledger, offer_of(hill))
    request = Request(ADA, HEART, hill.key, "TREAT")
    deny = forbid(ledger, hill, ["heart"], act())
    assert decide(ledger.state(), request, (NOON, NOON), NOON, TRUSTED).reason is Reason.DENIED
    (denial,) = forbidden(ledger.state(), ADA)
    assert denial.id == deny
    assert denial.purposes == set(PURPOSES)
    lift(ledger, deny, act())
    assert decide(ledger.state(), request, (NOON, NOON), NOON, TRUSTED).permit
    with pytest.raises(NotAllowed, match="no denial"):
        lift(ledger, deny, act())


def test_the_list_says_in_words_how_each_grant_stands(
    ledger: Ledger, recipients: Recipients, hill: Recipient
) -> None:
    def views(now: int = NOON) -> dict[str, tuple[str, str]]:
        titles = {one.key: one.invitation.title for one in recipients.list(removed=True)}
        found = describe(ledger.state(), titles, now, TRUSTED)
        return {view.id: (view.standing, view.recipient_title) for view in found}

    first = agree(ledger, offer_of(hill, "heart_rate", "body_weight", end=NOON + HOUR))
    later = agree(ledger, offer_of(hill, start=NOON + HOUR, purpose="HRESCH"))
    assert list(views()) == [later, first]
    assert views() == {first: ("active", "Hill Clinic"), later: ("waiting", "Hill Clinic")}
    assert views(NOON + HOUR) == {
        first: ("ended", "Hill Clinic"),
        later: ("active", "Hill Clinic"),
    }
    withdraw(ledger, first, act(), words=["heart"])
    (_, view) = describe(ledger.state(), {}, NOON, TRUSTED, person=ADA)
    assert (view.kinds, view.withdrawn_kinds) == ((WEIGHT,), (Kind("heart_rate"),))
    assert view.kind_titles == ("Body weight",)
    assert (view.standing, view.withdrawn_at, view.recipient_title) == ("active", None, hill.key)
    (_, unsure) = describe(ledger.state(), {}, NOON, UNTRUSTED)
    assert (unsure.standing, unsure.sentence[:13]) == ("paused", "This computer")
    withdraw(ledger, first, act(NOON + 1))
    (_, view) = describe(ledger.state(), {}, NOON + 1, TRUSTED)
    assert (view.standing, view.kinds, view.withdrawn_at) == ("withdrawn", (), NOON + 1)
    assert describe(ledger.state(), {}, NOON, TRUSTED, person=None)


def test_a_summary_of_what_has_none_is_not_offered(hill: Recipient) -> None:
    with pytest.raises(NotAllowed, match="There is no summary of: Blood pressure") as refused:
        offer_of(hill, "heart_rate", "blood_pressure", grain="hour")
    assert "every reading" in refused.value.next_step
    every = offer_of(hill, "all", grain="hour").kinds
    assert Kind("heart_rate") in every
    assert Kind("blood_pressure") not in every
    assert Kind("blood_pressure") in offer_of(hill, "all").kinds
