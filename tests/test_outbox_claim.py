"""Claims: consent decides again, one reading is claimed once, and nothing is lost on the way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.reading import DeviceKey, Quality
from fhir_mappings.bundle import batch_bundle
from gateway.sharing import settle
from gateway.sharing.claim import Plan, drop_what_ended
from gateway.sharing.consent import ClockState, Reason
from gateway.sharing.deliveries import counts
from gateway.sharing.events import Deny
from gateway.sharing.making import Limits
from gateway.sharing.preview import preview
from gateway.sharing.recipients import Recipient
from gateway.sharing.sent import days, readings, refusals, totals, waiting
from gateway.store.identity import ReadingId
from tests.fakes_consent import ADA, DAY, HOUR, MINUTE, NOON, act
from tests.outbox_claims import planned, setting, take, values
from tests.sharing_home import HEART, STRAP, SharingHome


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[SharingHome]:
    async with SharingHome(tmp_path) as made:
        yield made


@pytest.fixture
def clinic(home: SharingHome) -> Recipient:
    return home.add_recipient("http://127.0.0.1:9/fhir")


async def test_a_claim_takes_the_oldest_and_leaves_the_rest(
    home: SharingHome, clinic: Recipient
) -> None:
    setting(home, clinic, 120)
    starts = []
    for expected in (50, 50, 20):
        claimed = take(home, clinic)
        assert claimed is not None
        assert len(claimed.letters) == expected
        starts += [one.key.start for one in claimed.letters]
    assert starts == [NOON + i * 1000 for i in range(120)]
    assert planned(home, clinic) is None
    assert counts(home.db) == {"sending": 120}
    assert waiting(home.db) == 0


async def test_what_is_kept_of_a_batch_is_the_digest_of_its_bytes(
    home: SharingHome, clinic: Recipient
) -> None:
    setting(home, clinic, 3)
    claimed = take(home, clinic)
    assert claimed is not None
    assert claimed.bundle == batch_bundle([one.entry for one in claimed.letters])
    row = home.db.execute("SELECT rows, bytes, sha256, state FROM batch").fetchone()
    assert row == (3, len(claimed.bundle), hashlib.sha256(claimed.bundle).digest(), "sending")
    assert b"%3A" in claimed.bundle
    assert b"%7C" in claimed.bundle


async def test_a_batch_is_no_longer_than_allowed(home: SharingHome, clinic: Recipient) -> None:
    setting(home, clinic, 30)
    claimed = take(home, clinic, Limits(50, 10_000))
    assert claimed is not None
    assert 1 < len(claimed.letters) < 10
    assert len(claimed.bundle) <= 10_000
    assert waiting(home.db) == 30 - len(claimed.letters)
    assert len(values(take(home, clinic, Limits(50, 100)))) == 1  # one always goes


async def test_what_comes_late_between_claims_is_claimed_too(
    home: SharingHome, clinic: Recipient
) -> None:
    setting(home, clinic, 60)
    take(home, clinic)
    home.take_in(1, start=NOON + 500, value=lambda _: 99)
    home.release()
    assert values(take(home, clinic))[0] == 99


async def test_many_readings_of_one_instant_are_claimed_each_once(
    home: SharingHome, clinic: Recipient
) -> None:
    home.grant(clinic)
    home.take_in(12, step=0, value=lambda i: 60 + i)
    home.release()
    found = [value for _ in range(3) for value in values(take(home, clinic, Limits(5)))]
    assert sorted(found) == [60 + i for i in range(12)]


async def test_consent_is_decided_again_at_the_claim(home: SharingHome, clinic: Recipient) -> None:
    setting(home, clinic)
    due = planned(home, clinic)
    assert isinstance(due, Plan)
    deny = Deny("d1", ADA, clinic.key, ("TREAT",), (HEART,), NOON, None)
    home.ledger.append(deny, at=home.now, actor="ada", session="s")
    assert take(home, clinic, due=due) is None
    assert planned(home, clinic) is None
    assert counts(home.db) == {}
    assert drop_what_ended(home.db, home.ledger, clinic.key, home.now, home.clock) == 1
    assert waiting(home.db) == 0


async def test_what_waits_for_a_word_goes_on_waiting(home: SharingHome, clinic: Recipient) -> None:
    setting(home, clinic)
    home.clock = ClockState.UNTRUSTED
    assert planned(home, clinic) is Reason.CLOCK_UNTRUSTED
    home.clock = ClockState.TRUSTED
    home.recipients.suspend(clinic.key, "Restored.", act(home.now))
    assert planned(home, clinic) is Reason.RECIPIENT_SUSPENDED
    assert drop_what_ended(home.db, home.ledger, clinic.key, home.now, home.clock) == 0
    assert waiting(home.db) == 10


async def test_at_the_end_of_a_grant_nothing_more_is_claimed(
    home: SharingHome, clinic: Recipient
) -> None:
    home.grant(clinic, end=NOON + HOUR)
    home.take_in(10)
    home.release()
    home.now = NOON + HOUR - 1
    assert isinstance(planned(home, clinic), Plan)
    home.now = NOON + HOUR
    assert planned(home, clinic) is None


async def test_a_measurement_that_reaches_out_of_the_window_stays_here(
    home: SharingHome, clinic: Recipient
) -> None:
    home.grant(clinic, end=NOON + HOUR)
    home.take_in(1, start=NOON + HOUR - 1000, duration=5000, kind="heart_rate")
    home.now = NOON + HOUR - 1
    home.release()
    assert take(home, clinic) is None
    (refusal,) = refusals(home.db)
    assert (refusal.state, refusal.outcome, refusal.n) == ("withheld", "outside_history", 1)


async def test_a_possible_duplicate_and_an_error_stay_here(
    home: SharingHome, clinic: Recipient
) -> None:
    home.grant(clinic)
    home.take_in(2, flags=Quality.POSSIBLE_DUPLICATE)
    home.take_in(2, start=NOON + MINUTE)
    home.now += HOUR
    (row,) = home.readings.window(1, NOON + MINUTE, NOON + MINUTE, 1)
    home.readings.correct(row.id, None, at=home.now, actor="ada")
    home.release()
    assert len(values(take(home, clinic))) == 1
    assert {one.outcome: one.n for one in refusals(home.db)} == {
        "possible_duplicate": 2,
        "entered_in_error": 1,
    }


async def test_a_corrected_reading_goes_as_it_is_now(home: SharingHome, clinic: Recipient) -> None:
    setting(home, clinic, 1)
    (row,) = home.readings.window(1, NOON, NOON, 1)
    home.readings.correct(row.id, (64.50, 2), at=home.now, actor="ada")
    claimed = take(home, clinic)
    assert claimed is not None
    assert b'"value":64.50' in claimed.bundle
    assert claimed.letters[0].key.version == 1


async def test_a_time_ahead_of_the_clock_is_claimed_when_it_has_come(
    home: SharingHome, clinic: Recipient
) -> None:
    home.grant(clinic)
    home.take_in(1, start=NOON + 10 * MINUTE)
    home.take_in(1, start=NOON + 4 * MINUTE, duration=4 * MINUTE)
    home.release()
    assert take(home, clinic) is None
    assert waiting(home.db) == 2
    home.now += 10 * MINUTE
    assert len(values(take(home, clinic))) == 2


async def test_ids_differ_between_two_recipients(home: SharingHome, clinic: Recipient) -> None:
    other = home.add_recipient("http://127.0.0.1:10/fhir")
    home.grant(clinic)
    home.grant(other)
    home.take_in(5)
    home.release()
    here, there = take(home, clinic), take(home, other)
    assert here is not None
    assert there is not None
    ids = {one.id for one in here.letters} | {one.id for one in there.letters}
    assert len(ids) == 10


async def test_kinds_of_one_grant_travel_in_one_batch(home: SharingHome, clinic: Recipient) -> None:
    home.grant(clinic, "heart_rate", "body_weight")
    home.take_in(5)
    home.take_in(2, kind="body_weight", value=lambda i: 70 + i)
    home.release()
    claimed = take(home, clinic)
    assert claimed is not None
    assert {one.series.kind for one in claimed.letters} == {"heart_rate", "body_weight"}
    assert totals(home.db) == [
        (clinic.key, "body_weight", "sending", 2),
        (clinic.key, "heart_rate", "sending", 5),
    ]


async def test_a_summary_is_made_once_its_time_is_over(
    home: SharingHome, clinic: Recipient
) -> None:
    home.grant(clinic, grain="minute")
    home.take_in(90)
    home.now = NOON + 2 * MINUTE + 30_000
    home.release()
    assert take(home, clinic) is None
    home.now = NOON + 3 * MINUTE
    claimed = take(home, clinic)
    assert claimed is not None
    (first,) = claimed.letters
    mean = sum(60 + i % 40 for i in range(60)) / 60
    assert json.loads(first.body)["valueQuantity"]["value"] == round(mean, 1)
    assert (first.key.start, first.key.duration) == (NOON, MINUTE)
    home.now += MINUTE
    second = take(home, clinic)
    assert second is not None
    assert len(second.letters) == 1
    assert planned(home, clinic) is None
    assert b"effectivePeriod" in second.bundle


async def test_a_sum_is_added_up_and_what_cannot_be_summarised_stays(
    home: SharingHome, clinic: Recipient
) -> None:
    home.grant(clinic, "step_count", grain="day")
    home.take_in(5, kind="step_count", duration=1000, value=lambda i: 100)
    home.now = NOON + DAY
    home.release()
    assert take(home, clinic) is None  # the grant began in the middle of that day
    assert [one.outcome for one in refusals(home.db)] == ["outside_history"]
    home.take_in(5, start=NOON + DAY, kind="step_count", duration=1000, value=lambda i: 100)
    home.now = NOON + 2 * DAY
    home.release()
    assert values(take(home, clinic)) == [500]


async def test_raw_readings_never_leave_under_a_grant_for_summaries(
    home: SharingHome, clinic: Recipient
) -> None:
    home.grant(clinic, grain="hour")
    home.take_in(100)
    home.now += 3 * HOUR
    home.release()
    claimed = take(home, clinic)
    assert claimed is not None
    assert len(claimed.letters) == 1
    assert claimed.letters[0].key.value == "hour"


async def test_a_device_that_is_not_known_is_not_named(
    home: SharingHome, clinic: Recipient
) -> None:
    home.grant(clinic)
    home.take_in(1, device=DeviceKey("unknown234"))
    home.release()
    claimed = take(home, clinic)
    assert claimed is not None
    assert b'"device"' not in claimed.bundle


async def test_the_preview_is_what_is_sent(home: SharingHome, clinic: Recipient) -> None:
    setting(home, clinic, 1)
    home.db.execute("UPDATE recipient SET patient = 'Patient/1'")
    home.db.execute("INSERT INTO remote VALUES (?, 'gateway', 'Device/g')", [clinic.key])
    home.db.execute("INSERT INTO remote VALUES (?, ?, 'Device/s')", [clinic.key, f"device:{STRAP}"])
    claimed = take(home, clinic)
    assert claimed is not None
    known = home.recipients.get(clinic.key)
    shown = preview(home.db, known, ReadingId(1, NOON, 0, 60), home.now)
    assert shown == claimed.letters[0].body
    with pytest.raises(LookupError):
        preview(home.db, known, ReadingId(1, NOON, 0, 61), home.now)


async def test_the_list_of_what_was_sent_says_when_and_under_which_consent(
    home: SharingHome, clinic: Recipient
) -> None:
    grant = setting(home, clinic, 3)
    claimed = take(home, clinic)
    assert claimed is not None
    outcomes = [settle.Outcome(one.key, "sent", "Observation/1") for one in claimed.letters]
    settle.answered(home.db, home.ledger, claimed.batch, outcomes, home.now, 0)
    (day,) = days(home.db)
    assert (day.day, day.recipient, day.consent, day.kind, day.state, day.n) == (
        NOON // DAY * DAY, clinic.key, grant, HEART, "sent", 3,
    )  # fmt: skip
    one = readings(home.db, clinic.key)[0]
    assert (one.start, one.state, one.reference, one.consent) == (
        NOON, "sent", "Observation/1", grant,
    )  # fmt: skip


async def test_claims_use_the_order_of_the_key_and_sort_nothing(home: SharingHome) -> None:
    steps = home.db.execute(
        "EXPLAIN QUERY PLAN SELECT start, current_value FROM current_reading r WHERE r.series = 1"
        " AND r.start BETWEEN 1 AND 2 ORDER BY r.start, r.duration, r.value, r.nth"
    ).fetchall()
    assert not [step for step in steps if "TEMP B-TREE" in step[3]]
