"""Summaries by the days of a zone that the grant names: right when clocks change."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.sharing.claim import Claimed
from gateway.sharing.consent import Reason
from gateway.sharing.errors import NotAllowed
from gateway.sharing.preview import preview
from gateway.sharing.recipients import Recipient
from gateway.sharing.sent import refusals
from gateway.store.identity import ReadingId
from tests.fakes_consent import DAY, HOUR
from tests.outbox_claims import planned, take
from tests.sharing_home import SharingHome


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


AUTUMN = ms("2026-10-24T22:00Z")
"""Midnight in Oslo, before a day of 25 hours."""


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[SharingHome]:
    async with SharingHome(tmp_path) as made:
        made.now = AUTUMN - 3 * DAY
        yield made


@pytest.fixture
def clinic(home: SharingHome) -> Recipient:
    return home.add_recipient("http://127.0.0.1:1/fhir")


def days(claimed: Claimed | None) -> list[tuple[str, str, Any]]:
    assert claimed is not None
    told = [json.loads(one.body) for one in claimed.letters]
    return [
        (
            one["effectivePeriod"]["start"],
            one["effectivePeriod"]["end"],
            one["valueQuantity"]["value"],
        )
        for one in told
    ]


async def test_a_day_of_25_hours_is_one_summary_and_its_neighbours_lose_nothing(
    home: SharingHome, clinic: Recipient
) -> None:
    home.grant(clinic, "step_count", grain="local_day", zone="Europe/Oslo")
    home.take_in(
        25 + 48, start=AUTUMN - DAY, step=HOUR, kind="step_count", duration=HOUR, value=lambda _: 10
    )
    home.now = AUTUMN + 4 * DAY
    home.release()

    assert days(take(home, clinic)) == [
        ("2026-10-23T22:00:00.000Z", "2026-10-24T22:00:00.000Z", 240),
        ("2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z", 250),
        ("2026-10-25T23:00:00.000Z", "2026-10-26T23:00:00.000Z", 240),
    ]


async def test_a_day_of_23_hours_is_one_too(home: SharingHome, clinic: Recipient) -> None:
    spring = ms("2027-03-27T23:00Z")
    home.now = spring - DAY
    home.grant(clinic, "step_count", grain="local_day", zone="Europe/Oslo")
    home.take_in(24, start=spring, step=HOUR, kind="step_count", duration=HOUR, value=lambda _: 10)
    home.now = spring + 4 * DAY
    home.release()

    assert [value for *_, value in days(take(home, clinic))] == [230, 10]


async def test_of_a_day_that_begins_twice_every_reading_is_in_one_sum(tmp_path: Path) -> None:
    """In Saint John's clocks went back at 00:01, into the day before, until 2011."""
    saturday = ms("2010-11-06T02:30Z")
    async with SharingHome(tmp_path) as home:
        home.now = saturday - DAY
        clinic = home.add_recipient("http://127.0.0.1:1/fhir")
        home.grant(
            clinic, "step_count", grain="local_day", zone="America/St_Johns", end=saturday + 9 * DAY
        )
        home.take_in(
            100, start=saturday, step=HOUR // 2, kind="step_count", duration=HOUR // 2,
            value=lambda _: 10,
        )  # fmt: skip
        home.now = saturday + 6 * DAY
        home.release()
        made = days(take(home, clinic))

    assert made == [
        ("2010-11-06T02:30:00.000Z", "2010-11-07T03:30:00.000Z", 500),
        ("2010-11-07T03:30:00.000Z", "2010-11-08T03:30:00.000Z", 480),
        ("2010-11-08T03:30:00.000Z", "2010-11-09T03:30:00.000Z", 20),
    ]


async def test_a_day_waits_until_it_is_over_where_the_person_lives(
    home: SharingHome, clinic: Recipient
) -> None:
    home.grant(clinic, grain="local_day", zone="Europe/Oslo")
    home.take_in(3, start=AUTUMN + HOUR)
    home.now = AUTUMN + 24 * HOUR + 30 * 60_000  # over by 24 hours, not by 25
    home.release()
    assert take(home, clinic) is None
    home.now = AUTUMN + 25 * HOUR + 3 * 60_000
    assert len(days(take(home, clinic))) == 1


async def test_the_preview_is_of_the_persons_own_day(home: SharingHome, clinic: Recipient) -> None:
    home.take_in(1, start=AUTUMN)
    body = preview(
        home.db, clinic, ReadingId(1, AUTUMN, 0, 60), home.now, "local_day", "Europe/Oslo"
    )

    assert json.loads(body)["effectivePeriod"]["end"] == "2026-10-25T23:00:00.000Z"


async def test_what_is_agreed_to_names_the_zone_and_what_it_tells(
    home: SharingHome, clinic: Recipient
) -> None:
    grant = home.grant(clinic, grain="local_day", zone="Europe/Oslo")
    text = home.ledger.entries()[-1].event.text  # type: ignore[union-attr]

    assert "Europe/Oslo" in text
    assert "tells" in text
    assert home.ledger.state().grants[grant].zone == "Europe/Oslo"
    for grain in ("day", "raw"):  # who does not ask for days of their own names no zone
        other = home.grant(clinic, grain=grain, zone="Europe/Oslo")
        assert home.ledger.state().grants[other].zone == ""
        assert "Oslo" not in home.ledger.entries()[-1].event.text  # type: ignore[union-attr]


@pytest.mark.parametrize("zone", ["", "Middle-earth/Bree"])
async def test_days_of_nowhere_cannot_be_agreed_to(
    home: SharingHome, clinic: Recipient, zone: str
) -> None:
    with pytest.raises(NotAllowed):
        home.grant(clinic, grain="local_day", zone=zone)


async def test_no_zone_leaves_the_house(home: SharingHome, clinic: Recipient) -> None:
    home.grant(clinic, grain="local_day", zone="Europe/Oslo")
    home.take_in(3, start=AUTUMN + HOUR)
    home.now = AUTUMN + 2 * DAY
    home.release()
    claimed = take(home, clinic)
    assert claimed is not None

    assert b"Oslo" not in claimed.bundle
    assert b"+0" not in claimed.bundle


async def test_where_the_zone_is_not_known_any_more_sharing_waits_and_says_why(
    home: SharingHome, clinic: Recipient, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.grant(clinic, grain="local_day", zone="Europe/Oslo")
    home.take_in(3, start=AUTUMN + HOUR)
    home.now = AUTUMN + 2 * DAY
    home.release()

    def nothing(_name: str) -> None:
        raise LookupError

    with monkeypatch.context() as system:
        system.setattr("gateway.sharing.still.zone_named", nothing)
        assert planned(home, clinic) is Reason.ZONE_UNKNOWN
    assert len(days(take(home, clinic))) == 1


async def test_who_moved_gets_the_days_of_the_new_zone_and_none_of_the_old_one(
    home: SharingHome, clinic: Recipient
) -> None:
    home.now += HOUR
    old = home.grant(clinic, grain="local_day", zone="Europe/Oslo")
    home.take_in(48, start=home.now, step=HOUR)
    home.now += 4 * DAY
    home.release()
    claimed = take(home, clinic)
    assert [start for start, *_ in days(claimed)] == [
        "2026-10-22T22:00:00.000Z",
        "2026-10-23T22:00:00.000Z",
    ]
    assert [one.outcome for one in refusals(home.db)] == ["outside_history"]  # before the grant
    home.withdraw(old)
    home.grant(clinic, grain="local_day", zone="Asia/Tokyo", history_from=AUTUMN - 9 * DAY)
    home.release()

    assert [start for start, *_ in days(take(home, clinic))] == [
        "2026-10-21T15:00:00.000Z",
        "2026-10-22T15:00:00.000Z",
        "2026-10-23T15:00:00.000Z",
    ]
    # What stands there of the old days is still set right, under the grant that covers it now.
    home.db.conn.execute(
        "UPDATE delivery SET state = 'sent', reference = 'Observation/' || start"
        " WHERE state IN ('sending', 'unknown')"
    )
    home.readings.delete(1, ms("2026-10-23T12:00Z"), ms("2026-10-23T12:00Z"), home.now)
    home.release()
    again = take(home, clinic)
    assert again is not None
    assert [start for start, *_ in days(again)] == [
        "2026-10-22T15:00:00.000Z",
        "2026-10-22T22:00:00.000Z",
    ]
    assert all(one.replaces for one in again.letters)
