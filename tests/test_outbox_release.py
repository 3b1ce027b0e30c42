"""Release: what arrived or was agreed to becomes spans, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sharing.consent import ClockState
from gateway.sharing.events import Deny, Lift
from gateway.sharing.recipients import Recipient
from gateway.sharing.sent import waiting
from gateway.sharing.spans import Span, merged
from tests.fakes_consent import ADA, DAY, HOUR, MINUTE, NOON, act
from tests.sharing_home import HEART, SharingHome

BASE = "http://127.0.0.1:9/fhir"


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[SharingHome]:
    async with SharingHome(tmp_path) as made:
        yield made


@pytest.fixture
def clinic(home: SharingHome) -> Recipient:
    return home.add_recipient(BASE)


def spans(home: SharingHome) -> list[tuple[str, int, int, str, str]]:
    return home.db.conn.execute(
        "SELECT recipient, first, last, grain, consent FROM waiting ORDER BY recipient, first"
    ).fetchall()


async def test_nothing_waits_without_a_grant(home: SharingHome, clinic: Recipient) -> None:
    home.take_in(100)
    assert home.release() == 0
    assert spans(home) == []


async def test_what_arrives_under_a_grant_waits_once(home: SharingHome, clinic: Recipient) -> None:
    grant = home.grant(clinic)
    home.take_in(100)
    assert home.release() == 1
    assert home.release() == 0
    assert spans(home) == [(clinic.key, NOON, NOON + 99_000, "raw", grant)]
    assert waiting(home.db) == 100


async def test_a_live_stream_stays_one_span(home: SharingHome, clinic: Recipient) -> None:
    grant = home.grant(clinic)
    for second in range(30):
        home.now += 1000
        home.take_in(1, start=NOON + second * 1000)
        home.release()
    assert spans(home) == [(clinic.key, NOON, NOON + 29_000, "raw", grant)]


async def test_a_new_grant_covers_the_past_only_if_the_patient_says_from_when(
    home: SharingHome, clinic: Recipient
) -> None:
    home.take_in(10, start=NOON - DAY)
    home.grant(clinic)
    home.release()
    assert waiting(home.db) == 0
    home.now += 1000
    grant = home.grant(clinic, history_from=NOON - 2 * DAY)
    home.release()
    assert spans(home) == [(clinic.key, NOON - DAY, NOON - DAY + 9000, "raw", grant)]


async def test_a_span_is_cut_to_the_window_of_the_grant(
    home: SharingHome, clinic: Recipient
) -> None:
    home.grant(clinic, history_from=NOON - 5000, end=NOON + HOUR)
    home.take_in(100, start=NOON - 50_000)
    home.release()
    assert waiting(home.db) == 55
    home.take_in(10, start=NOON + HOUR - 5000)
    home.release()
    assert waiting(home.db) == 60


async def test_each_recipient_and_grant_has_spans_of_its_own(
    home: SharingHome, clinic: Recipient
) -> None:
    other = home.add_recipient("http://127.0.0.1:10/fhir")
    home.grant(clinic)
    home.grant(other, grain="hour")
    home.take_in(10)
    home.release()
    assert {(recipient, grain) for recipient, _, _, grain, _ in spans(home)} == {
        (clinic.key, "raw"),
        (other.key, "hour"),
    }


async def test_what_is_about_the_room_never_waits(home: SharingHome, clinic: Recipient) -> None:
    home.grant(clinic)
    home.take_in(10, kind="carbon_monoxide_in_air", value=lambda i: 0.5)
    home.release()
    assert spans(home) == []


async def test_with_an_unsure_clock_nothing_is_released_and_nothing_lost(
    home: SharingHome, clinic: Recipient
) -> None:
    home.grant(clinic)
    home.take_in(10)
    home.clock = ClockState.UNTRUSTED
    assert home.release() == 0
    home.clock = ClockState.TRUSTED
    home.now -= HOUR  # behind the newest decision
    assert home.release() == 0
    home.now += HOUR
    assert home.release() == 1
    assert waiting(home.db) == 10


async def test_with_a_broken_ledger_nothing_is_released_and_nothing_lost(
    tmp_path: Path,
) -> None:
    async with SharingHome(tmp_path) as home:
        home.grant(home.add_recipient(BASE))
        home.take_in(10)
        home.db.execute("DROP TRIGGER ledger_never_changes")
        home.db.execute("UPDATE ledger SET event = replace(event, 'raw', 'day')")
    async with SharingHome(tmp_path) as home:
        assert home.release() == 0
        assert home.db.execute("SELECT intake FROM released").fetchone() == (0,)


async def test_a_grant_that_starts_later_covers_what_came_after_its_start(
    home: SharingHome, clinic: Recipient
) -> None:
    home.now = NOON + HOUR
    home.grant(clinic)
    home.now = NOON + 2 * HOUR
    home.take_in(10, start=NOON + HOUR - 5000)
    home.release()
    assert waiting(home.db) == 5


async def test_what_was_denied_for_a_time_waits_when_the_denial_ends(
    home: SharingHome, clinic: Recipient
) -> None:
    home.grant(clinic)
    deny = Deny("d1", ADA, clinic.key, ("TREAT",), (HEART,), NOON, NOON + HOUR)
    home.ledger.append(deny, at=NOON, actor="ada", session="s")
    home.take_in(10)
    home.release()
    assert waiting(home.db) == 0
    home.now = NOON + HOUR
    home.release()
    assert waiting(home.db) == 10


async def test_what_was_denied_waits_when_the_denial_is_lifted(
    home: SharingHome, clinic: Recipient
) -> None:
    home.grant(clinic)
    deny = Deny("d1", ADA, clinic.key, ("TREAT",), (HEART,), NOON, None)
    home.ledger.append(deny, at=NOON, actor="ada", session="s")
    home.take_in(10)
    home.release()
    home.ledger.append(Lift("d1"), at=NOON, actor="ada", session="s")
    home.release()
    assert waiting(home.db) == 10


async def test_what_came_while_a_recipient_was_suspended_waits_after_it_is_confirmed(
    home: SharingHome, clinic: Recipient
) -> None:
    home.grant(clinic)
    home.recipients.suspend(clinic.key, "A backup was restored.", act(NOON))
    home.take_in(10)
    home.release()
    assert waiting(home.db) == 0
    home.recipients.confirm(clinic.key, act(NOON))
    home.release()
    assert waiting(home.db) == 10


async def test_a_time_still_to_come_waits_for_its_time(
    home: SharingHome, clinic: Recipient
) -> None:
    home.grant(clinic)
    home.take_in(1, start=NOON + HOUR)
    home.release()
    assert waiting(home.db) == 1


async def test_a_crash_in_the_middle_releases_all_or_nothing(
    home: SharingHome, clinic: Recipient
) -> None:
    home.grant(clinic)
    home.take_in(10)
    home.db.execute(
        "CREATE TRIGGER crash BEFORE UPDATE ON released BEGIN SELECT RAISE(ABORT, 'crash'); END"
    )
    with pytest.raises(Exception, match="crash"):
        home.release()
    assert spans(home) == []
    home.db.execute("DROP TRIGGER crash")
    assert home.release() == 1


async def test_withdrawal_takes_back_what_waits_in_its_own_transaction(
    home: SharingHome, clinic: Recipient
) -> None:
    grant = home.grant(clinic)
    home.take_in(10)
    home.release()
    home.withdraw(grant)
    assert spans(home) == []
    assert waiting(home.db) == 0
    kept = home.db.execute("SELECT recipient, first, last, consent FROM withdrawn").fetchall()
    assert kept == [(clinic.key, NOON, NOON + 9000, grant)]
    home.take_in(10, start=NOON + MINUTE)
    home.release()
    assert spans(home) == []


async def test_a_new_grant_does_not_revive_what_was_withdrawn(
    home: SharingHome, clinic: Recipient
) -> None:
    grant = home.grant(clinic)
    home.take_in(10)
    home.release()
    home.withdraw(grant)
    home.now += HOUR
    home.grant(clinic)
    home.release()
    assert waiting(home.db) == 0


@given(st.lists(st.tuples(st.integers(0, 2 * DAY), st.integers(0, HOUR)), max_size=12))
def test_merging_covers_the_same_readings_with_fewer_spans(pairs: list[tuple[int, int]]) -> None:
    many = [Span("r", 1, first, first + more, "raw", "g") for first, more in pairs]
    few = merged(many)
    assert all(any(one.first <= s.first and s.last <= one.last for one in few) for s in many)
    assert all(not a.near(b) for a in few for b in few if a is not b)
    assert len(few) <= len(many)
