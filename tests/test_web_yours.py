"""The pages that ask: is this yours, is the time right; and what a reading says besides."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.kinds import kind
from adapters.local_events import ClockSeen, LocalBatch, Unclaimed
from adapters.reading import (
    PLACES,
    Absence,
    Components,
    DeviceFacts,
    Quality,
    Quantity,
    Reading,
)
from gateway.sharing.offer import allow_collecting
from gateway.store.people import People
from gateway.web.remarks import place_words, quality_words, remarks
from tests.fakes_web import CUFF, HOUR, NOW, SCALE, Furnished, make_home, number
from tests.web_visitor import Answer, Visitor, visiting

UNKNOWN = 0xFF


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Furnished]:
    """Ingrid with a scale and a cuff; she allows Bluetooth."""
    made = make_home(tmp_path)
    made.know_risks()
    allow_collecting(made.house.ledger, made.person, "ble", made.act)
    for key, title in ((SCALE, "Bathroom scale"), (CUFF, "Omron X4")):
        facts = DeviceFacts(made.person, key, title)
        made.house.devices.add(facts, adapter="ble", profile="x", simulated=True, now=NOW)
    yield made
    made.house.close()


def _weighed(home: Furnished, *users: int) -> None:
    events = [
        Unclaimed(
            SCALE, user,
            Reading(kind("body_weight"), NOW - (nth + 1) * HOUR, Quantity(Decimal("72.4"), "kg")),
            f"2a9d:{nth}", NOW,
        )
        for nth, user in enumerate(users)
    ]  # fmt: skip
    home.house.local.take_in(LocalBatch(events))


def _doubtful(home: Furnished) -> None:
    home.take_in(CUFF, [number("pulse_rate", NOW - HOUR, "70", "/min", Quality.CLOCK_NOT_TRUSTED)])
    home.house.local.take_in(LocalBatch([ClockSeen(CUFF, NOW, -3 * HOUR, True)]))


def _stored(home: Furnished) -> int:
    return sum(one.n for one in home.house.readings.series(home.person))


async def _answer(visitor: Visitor, page: str, action: str, **fields: str) -> Answer:
    form = dict((await visitor.get(page)).form.to(action)) | fields
    return await visitor.post(action, list(form.items()))


async def test_nothing_is_asked_where_nothing_waits(home: Furnished) -> None:
    async with visiting(home) as visitor:
        readings = await visitor.get("/readings")
        assert "Is this yours?" not in readings.words
        assert "Is the time right?" not in readings.words
        assert "Nothing waits for an answer." in (await visitor.get("/yours")).words
        assert "No clock of a device was read yet." in (await visitor.get("/times")).words


async def test_the_readings_page_counts_what_waits_and_leads_there(home: Furnished) -> None:
    _weighed(home, 1, 1, UNKNOWN)
    _doubtful(home)
    async with visiting(home) as visitor:
        page = await visitor.get("/readings")
        assert "3 readings wait, since nobody knows whose they are" in page.words
        assert "1 reading waits, since the clock of the device was off" in page.words
        assert 'href="/yours"' in page.text
        assert 'href="/times"' in page.text
        assert 'href="/yours"' in (await visitor.get("/stays")).text
        words = (await visitor.get("/readings/pulse_rate")).words
        assert "the device’s clock was wrong" in words
        assert "Is the time right?" in words


async def test_a_user_of_a_device_is_me(home: Furnished) -> None:
    _weighed(home, 2, 2)
    async with visiting(home) as visitor:
        page = await visitor.get("/yours")
        assert "Bathroom scale: user 2" in page.words
        assert "72.4 kg" in page.words
        after = await _answer(visitor, "/yours", "/yours/user")
        assert "Nothing waits for an answer." in after.words
    assert _stored(home) == 2
    (slot,) = home.house.slots.list()
    assert (slot.user, slot.person) == (2, home.person)
    assert "slot.claimed" in [one.act for one in home.house.audit.entries()]


async def test_a_guest_is_thrown_away(home: Furnished) -> None:
    _weighed(home, 2, UNKNOWN)
    async with visiting(home) as visitor:
        await _answer(visitor, "/yours", "/yours/user", answer="nobody")
        after = await _answer(visitor, "/yours", "/yours/reading", answer="nobody")
        assert "Nothing waits for an answer." in after.words
    assert _stored(home) == 0


async def test_readings_of_somebody_unknown_are_answered_one_by_one(home: Furnished) -> None:
    _weighed(home, UNKNOWN, UNKNOWN)
    async with visiting(home) as visitor:
        page = await visitor.get("/yours")
        assert "somebody it does not know" in page.words
        after = await _answer(visitor, "/yours", "/yours/reading")
        assert [where for where, _ in after.form.forms].count(
            "/yours/reading"
        ) == 2  # mine, a guest
        assert "1 reading waits" in (await visitor.get("/readings")).words
    assert _stored(home) == 1


async def test_without_permission_there_is_no_button_and_no_way_round(home: Furnished) -> None:
    _weighed(home, 2, UNKNOWN)
    olav = People(home.house.opened.gateway).add("Olav", "1959-05", NOW)
    owner, home.person = home.person, olav
    home.know_risks()
    async with visiting(home) as visitor:
        page = await visitor.get("/yours")
        assert "first allow devices over Bluetooth" in page.words
        assert [where for where, _ in page.form.forms] == ["/leave"]
        token = dict(page.form.to("/leave"))["form_token"]
        fields = [("form_token", token), ("device", SCALE), ("user", "2"), ("answer", "mine")]
        assert (await visitor.post("/yours/user", fields)).status == 409
        allow_collecting(home.house.ledger, olav, "ble", home.act)
        page = await visitor.get("/yours")
        assert "A guest" not in page.words  # the scale is Ingrid's
        fields[-1] = ("answer", "nobody")
        assert (await visitor.post("/yours/user", fields)).status == 409
    assert home.house.slots.list() == []
    home.person = owner
    assert _stored(home) == 0


@pytest.mark.parametrize(
    ("where", "fields"),
    [
        ("/yours/user", {"user": "two"}),
        ("/yours/user", {"user": "²"}),
        ("/yours/user", {"answer": ""}),
        ("/yours/user", {"user": "9" * 30}),
        ("/yours/user", {"user": "255"}),
        ("/yours/reading", {"number": "-1"}),
        ("/times", {"answer": "maybe"}),
        ("/yours/user", {"form_token": "old"}),
    ],
)
async def test_a_form_that_came_back_odd_changes_nothing(
    home: Furnished, where: str, fields: dict[str, str]
) -> None:
    _weighed(home, 2, UNKNOWN)
    _doubtful(home)
    before = _stored(home)
    async with visiting(home) as visitor:
        page = "/times" if where == "/times" else "/yours"
        answer = await _answer(visitor, page, where, **fields)
        assert answer.status in (403, 409)
    assert home.house.local.counts()["unclaimed"] == 2
    assert _stored(home) == before


@pytest.mark.parametrize("right", [True, False])
async def test_the_times_of_a_device_are_answered_for(home: Furnished, right: bool) -> None:
    _doubtful(home)
    async with visiting(home) as visitor:
        page = await visitor.get("/times")
        assert "Its clock was 3 hours behind when it was read" in page.words
        assert "It was set right then." in page.words
        assert "1 reading waits. It says that it was measured on" in page.words
        after = await _answer(visitor, "/times", "/times", answer="right" if right else "wrong")
        assert "No reading waits for an answer." in after.words
        assert "clock of the device was off" not in (await visitor.get("/readings")).words
        words = (await visitor.get("/readings/pulse_rate")).words
        assert ("the device’s clock was wrong" in words) is not right
    acts = [one.act for one in home.house.audit.entries()]
    assert ("clock.confirmed" if right else "clock.wrong") in acts


async def test_a_pressure_is_shown_with_and_without_its_mean(home: Furnished) -> None:
    def pressure(at: int, *parts: Decimal | Absence) -> Reading:
        return Reading(kind("blood_pressure"), at, Components(parts, "mm[Hg]"), where="wrist")

    home.take_in(CUFF, [pressure(NOW - 3 * HOUR, Decimal(120), Decimal(80))])
    async with visiting(home) as visitor:
        page = await visitor.get("/readings/blood_pressure")
        assert "120 / 80 mmHg" in page.words.replace(" /", "/").replace("/", " / ").replace(
            "  ", " "
        )
        assert "mean" not in page.words
    home.take_in(CUFF, [pressure(NOW - 2 * HOUR, Decimal(130), Decimal(85), Decimal(100))])
    home.take_in(CUFF, [pressure(NOW - HOUR, Absence.ERROR, Decimal(85), Absence.NOT_A_NUMBER)])
    home.take_in(CUFF, [Reading(kind("blood_pressure"), NOW - 60_000, Absence.ERROR)])
    async with visiting(home) as visitor:
        page = await visitor.get("/readings/blood_pressure?span=day")
        words = page.words.replace(" ", "")
        assert "130/85mmHgmean100" in words
        assert "novalue/85mmHg" in words
        assert "wrist" in page.words
        assert page.status == 200
        for span in ("hour", "week", "year"):
            assert (await visitor.get(f"/readings/blood_pressure?span={span}")).status == 200


def test_every_doubt_and_every_place_has_words() -> None:
    assert set(quality_words()) == set(Quality)
    assert ["", *place_words()] == list(PLACES)
    assert remarks(Quality.MOVED | Quality.LOOSE, "finger", corrected=True) == [
        "finger",
        "you moved while it measured",
        "the cuff or sensor did not sit well",
        "corrected",
    ]
