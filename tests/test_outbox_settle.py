"""What becomes of a claim: given back, deferred, withdrawn, lost in a crash, asked about."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.sharing import settle
from gateway.sharing.deliveries import counts
from gateway.sharing.recipients import Recipient
from gateway.sharing.sent import waiting
from tests.outbox_claims import planned, setting, take
from tests.sharing_home import SharingHome


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[SharingHome]:
    async with SharingHome(tmp_path) as made:
        yield made


@pytest.fixture
def clinic(home: SharingHome) -> Recipient:
    return home.add_recipient("http://127.0.0.1:9/fhir")


async def test_what_is_given_back_waits_again_as_if_never_claimed(
    home: SharingHome, clinic: Recipient
) -> None:
    setting(home, clinic)
    first = take(home, clinic)
    assert first is not None
    settle.give_back(home.db, home.ledger, first.batch, home.now)
    assert counts(home.db) == {}
    second = take(home, clinic)
    assert second is not None
    assert [one.id for one in second.letters] == [one.id for one in first.letters]


async def test_what_is_deferred_comes_back_when_its_time_has_come(
    home: SharingHome, clinic: Recipient
) -> None:
    setting(home, clinic, 4)
    claimed = take(home, clinic)
    assert claimed is not None
    keys = [one.key for one in claimed.letters]
    outcomes = [
        settle.Outcome(keys[0], "sent", "Observation/1"),
        settle.Outcome(keys[1], "rejected", text="422: no."),
        settle.Outcome(keys[2], "deferred"),
        settle.Outcome(keys[3], "deferred"),
    ]
    settle.answered(home.db, home.ledger, claimed.batch, outcomes, home.now, 5000)
    assert counts(home.db) == {"sent": 1, "rejected": 1, "deferred": 2}
    assert planned(home, clinic) is None
    home.now += 5000
    again = take(home, clinic)
    assert again is not None
    assert [one.key for one in again.letters] == keys[2:]
    assert again.tries == 1
    assert counts(home.db) == {"sent": 1, "rejected": 1, "sending": 2}


async def test_what_was_deferred_is_cancelled_by_a_withdrawal(
    home: SharingHome, clinic: Recipient
) -> None:
    grant = setting(home, clinic, 4)
    claimed = take(home, clinic)
    assert claimed is not None
    outcomes = [settle.Outcome(one.key, "deferred") for one in claimed.letters]
    settle.answered(home.db, home.ledger, claimed.batch, outcomes, home.now, 0)
    home.withdraw(grant)
    assert counts(home.db) == {"cancelled": 4}
    assert planned(home, clinic) is None


async def test_what_is_under_way_at_a_withdrawal_is_unknown_until_answered(
    home: SharingHome, clinic: Recipient
) -> None:
    grant = setting(home, clinic, 3)
    claimed = take(home, clinic)
    assert claimed is not None
    home.withdraw(grant)
    assert counts(home.db) == {"unknown": 3}
    outcomes = [
        settle.Outcome(claimed.letters[0].key, "sent", "Observation/1"),
        settle.Outcome(claimed.letters[1].key, "already", "Observation/2"),
        settle.Outcome(claimed.letters[2].key, "deferred"),
    ]
    settle.answered(home.db, home.ledger, claimed.batch, outcomes, home.now, 0)
    assert counts(home.db) == {"sent": 1, "already": 1, "cancelled": 1}


async def test_after_a_crash_what_was_being_sent_is_unknown_and_only_then_asked_about(
    home: SharingHome, clinic: Recipient
) -> None:
    setting(home, clinic, 3)
    claimed = take(home, clinic)
    assert claimed is not None
    assert settle.after_a_crash(home.db) == 1
    assert counts(home.db) == {"unknown": 3}
    (lost,) = settle.unknown(home.db, home.ledger, clinic, home.now, home.clock)
    assert set(lost.ids) == {one.id for one in claimed.letters}
    has = {lost.ids[claimed.letters[0].id]: "Observation/7"}
    settle.found_out(home.db, home.ledger, lost.batch, has, home.now)
    assert counts(home.db) == {"sent": 1}
    assert waiting(home.db) == 2
    assert [one.id for one in (take(home, clinic) or claimed).letters] == [
        one.id for one in claimed.letters[1:]
    ]


async def test_after_a_withdrawal_nobody_is_asked_unless_the_person_wants_it(
    home: SharingHome, clinic: Recipient
) -> None:
    grant = setting(home, clinic, 3)
    take(home, clinic)
    home.withdraw(grant)
    settle.after_a_crash(home.db)
    assert settle.unknown(home.db, home.ledger, clinic, home.now, home.clock) == []
    (lost,) = settle.unknown(home.db, home.ledger, clinic, home.now, home.clock, asked_for=True)
    settle.found_out(home.db, home.ledger, lost.batch, {}, home.now)
    assert counts(home.db) == {"cancelled": 3}
    assert waiting(home.db) == 0
