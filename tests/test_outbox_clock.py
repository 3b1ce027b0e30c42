"""Times that a device's clock made doubtful stay here until the person says they are right."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.reading import DeviceKey, PersonKey, Quality
from gateway.sharing.recipients import Recipient
from gateway.sharing.sent import refusals, waiting
from gateway.store.clock_answers import Unsure, answer, answers, unsure
from gateway.store.driver import IntegrityError
from tests.fakes_consent import ADA, HOUR, MINUTE, NOON
from tests.outbox_claims import planned, take, values
from tests.sharing_home import STRAP, SharingHome

UNSURE = Quality.CLOCK_NOT_TRUSTED


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[SharingHome]:
    async with SharingHome(tmp_path) as made:
        yield made


@pytest.fixture
def clinic(home: SharingHome) -> Recipient:
    return home.add_recipient("http://127.0.0.1:9/fhir")


def _say(home: SharingHome, right: bool, device: DeviceKey = STRAP) -> int:
    return answer(home.db, device, ADA, right=right, at=home.now, actor="person:ada")


def _withheld(home: SharingHome) -> dict[str, int]:
    return {one.outcome: one.n for one in refusals(home.db)}


async def test_a_time_of_arrival_stays_until_it_is_confirmed_and_goes_with_a_note(
    home: SharingHome, clinic: Recipient
) -> None:
    home.grant(clinic)
    home.take_in(2, flags=Quality.TIME_OF_ARRIVAL)
    home.now += HOUR
    home.release()
    assert take(home, clinic) is None
    assert _withheld(home) == {"clock_not_trusted": 2}
    assert _say(home, right=True) == 2
    assert home.release() == 1
    claimed = take(home, clinic)
    assert claimed is not None
    assert [letter.candidate.flags for letter in claimed.letters] == [Quality.TIME_OF_ARRIVAL] * 2


async def test_a_doubtful_time_stays_until_it_is_confirmed_and_goes_without_the_doubt(
    home: SharingHome, clinic: Recipient
) -> None:
    home.grant(clinic)
    home.take_in(3, flags=UNSURE | Quality.MOVED)
    home.take_in(1, start=NOON + MINUTE, value=lambda _: 99)
    home.now += HOUR
    home.release()
    assert values(take(home, clinic)) == [99]
    assert _withheld(home) == {"clock_not_trusted": 3}
    assert unsure(home.db, ADA) == [Unsure(ADA, STRAP, 3, NOON, NOON + 2000)]
    assert home.release() == 0
    assert _say(home, right=True) == 3
    assert home.release() == 1
    claimed = take(home, clinic)
    assert values(claimed) == [60, 61, 62]
    assert claimed is not None
    assert {letter.candidate.flags for letter in claimed.letters} == {int(Quality.MOVED)}
    assert home.release() == 0
    (flags,) = home.db.execute("SELECT DISTINCT flags FROM reading WHERE value < 90").fetchone()
    assert flags == int(UNSURE | Quality.MOVED)
    assert unsure(home.db) == []


async def test_what_was_said_to_be_wrong_stays_for_good(
    home: SharingHome, clinic: Recipient
) -> None:
    home.grant(clinic)
    home.take_in(3, flags=UNSURE)
    home.now += HOUR
    assert _say(home, right=False) == 3
    home.release()
    assert take(home, clinic) is None
    assert _withheld(home) == {"clock_wrong": 3}
    home.take_in(2, start=NOON + MINUTE, flags=UNSURE)
    assert _say(home, right=True) == 2
    home.release()
    assert values(take(home, clinic)) == [60, 61]
    assert _withheld(home) == {"clock_wrong": 3}


async def test_an_answer_is_no_promise_for_what_comes_later(
    home: SharingHome, clinic: Recipient
) -> None:
    home.grant(clinic)
    assert _say(home, right=True) == 0
    assert answers(home.db, STRAP, ADA) == []
    home.take_in(1, flags=UNSURE)
    _say(home, right=True)
    home.take_in(1, start=NOON + MINUTE, flags=UNSURE)
    home.now += HOUR
    home.release()
    assert values(take(home, clinic)) == [60]
    assert _withheld(home) == {"clock_not_trusted": 1}


async def test_nobody_answers_for_others_or_for_another_device(
    home: SharingHome, clinic: Recipient
) -> None:
    cuff = DeviceKey("cuff")
    home.add_device(cuff)
    home.take_in(1, flags=UNSURE)
    home.take_in(1, flags=UNSURE, device=cuff)
    assert answer(home.db, STRAP, PersonKey("eve"), right=True, at=1, actor="eve") == 0
    assert _say(home, right=True) == 1
    assert [one.device for one in unsure(home.db)] == [cuff]


async def test_a_grant_to_the_past_after_the_answer_needs_no_answer_again(
    home: SharingHome, clinic: Recipient
) -> None:
    home.take_in(3, flags=UNSURE)
    home.now += HOUR
    _say(home, right=True)
    home.release()
    assert waiting(home.db) == 0
    home.grant(clinic, history_from=0)
    home.release()
    assert values(take(home, clinic)) == [60, 61, 62]


async def test_consent_still_decides_about_what_was_confirmed(
    home: SharingHome, clinic: Recipient
) -> None:
    grant = home.grant(clinic)
    home.take_in(3, flags=UNSURE)
    home.now += HOUR
    home.release()
    assert take(home, clinic) is None
    home.withdraw(grant)
    _say(home, right=True)
    home.release()
    assert planned(home, clinic) is None


async def test_a_summary_is_made_of_times_that_are_sure(
    home: SharingHome, clinic: Recipient
) -> None:
    home.grant(clinic, grain="minute")
    home.take_in(2, value=lambda _: 70)
    home.take_in(2, start=NOON + 10_000, value=lambda _: 100, flags=UNSURE)
    home.take_in(2, start=NOON + MINUTE, value=lambda _: 90, flags=UNSURE)
    home.now += HOUR
    home.release()
    assert values(take(home, clinic)) == [70]
    _say(home, right=True)
    home.release()
    claimed = take(home, clinic)
    assert values(claimed) == [90]  # what was summed up is summed up once
    assert claimed is not None
    assert claimed.letters[0].candidate.flags == 0


async def test_a_test_of_the_device_is_never_the_persons(
    home: SharingHome, clinic: Recipient
) -> None:
    home.grant(clinic)
    home.take_in(2, flags=Quality.NOT_A_MEASUREMENT)
    home.now += HOUR
    home.release()
    assert take(home, clinic) is None
    assert _withheld(home) == {"not_a_measurement": 2}


async def test_what_was_said_never_changes(home: SharingHome) -> None:
    home.take_in(1, flags=UNSURE)
    _say(home, right=False)
    for forbidden in ("UPDATE clock_answer SET is_right = 1", "DELETE FROM clock_answer"):
        with pytest.raises(IntegrityError):
            home.db.conn.execute(forbidden)
