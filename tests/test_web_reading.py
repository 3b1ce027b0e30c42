"""The page of one reading: its values so far, and the forms that correct it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.kinds import kind
from adapters.reading import Category, Components, Quality, Reading
from tests.fakes_web import CUFF, NOW, STRAP, Furnished, make_home, number
from tests.web_visitor import Answer, Visitor, visiting


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Furnished]:
    made = make_home(tmp_path)
    made.know_risks()
    made.take_in(STRAP, [number("body_weight", NOW - 5000, "72.50", "kg")])
    pressure = Components((Decimal(180), Decimal(80)), "mm[Hg]")
    made.take_in(CUFF, [Reading(kind("blood_pressure"), NOW - 5000, pressure)])
    made.take_in(STRAP, [Reading(kind("sleep_stage"), NOW - 9000, Category("awake"), duration=9)])
    yield made
    made.house.close()


async def page_of(visitor: Visitor, what: str) -> tuple[Answer, str]:
    """The page of the newest reading of a kind, by its link, and its address."""
    listed = await visitor.get(f"/readings/{what}?span=year")
    (address, *_) = re.findall(rf'href="(/readings/{what}/one[^"]+)"', listed.text)
    address = address.replace("&amp;", "&")
    return await visitor.get(address), address


async def say(visitor: Visitor, what: str, *fields: tuple[str, str]) -> Answer:
    page, address = await page_of(visitor, what)
    answer = dict(fields)["answer"]
    (token, *_) = [one for where, held in page.form.forms for one in held if one[0] == "form_token"]
    assert ("answer", answer) in [one for _, held in page.form.forms for one in held]
    return await visitor.post(address, [token, *fields])


async def test_a_reading_is_corrected_on_its_page(home: Furnished) -> None:
    async with visiting(home) as visitor:
        answer = await say(
            visitor, "body_weight", ("answer", "value"), ("value", "71,4"), ("why", "mistyped")
        )
        assert answer.status == 200
        assert "71.4 kg" in answer.words
        assert "72.5 kg as it came" in answer.words.replace("72.50", "72.5")
        assert "It was typed in wrong." in answer.words
        assert "corrected" in (await visitor.get("/readings/body_weight?span=year")).words
    acts = [entry.act for entry in home.house.audit.entries()]
    assert acts.count("reading.corrected") == 1


async def test_what_the_device_said_of_its_value_is_not_said_of_another(home: Furnished) -> None:
    quality = Quality.MOVED | Quality.ENTERED_BY_HAND
    weighed = number("body_weight", NOW - 3000, "73.50", "kg", quality)
    home.take_in(STRAP, [weighed])
    async with visiting(home) as visitor:
        before, _ = await page_of(visitor, "body_weight")
        corrected = await say(
            visitor, "body_weight", ("answer", "value"), ("value", "71.4"), ("why", "mistyped")
        )
        listed = (await visitor.get("/readings/body_weight?span=year")).words
        back = await say(
            visitor, "body_weight", ("answer", "value"), ("value", "73.50"), ("why", "mistyped")
        )

    assert "you moved while it measured" in before.words
    now, _, history = corrected.words.partition("Its values so far")
    assert "you moved while it measured" not in now
    assert "entered by hand · corrected" in now
    assert "as it came · you moved while it measured" in history
    assert "you moved while it measured" not in listed
    assert "entered by hand" in listed
    now, _, _ = back.words.partition("Its values so far")
    assert "you moved while it measured" in now
    assert "corrected" not in now


async def test_a_reading_is_taken_back_on_its_page(home: Furnished) -> None:
    async with visiting(home) as visitor:
        for what in ("body_weight", "sleep_stage"):
            answer = await say(visitor, what, ("answer", "in_error"), ("why", "not_mine"))
            assert "entered in error" in answer.words
            assert "It is not mine." in answer.words
            assert "Take it back" not in answer.words


async def test_a_pressure_has_a_field_for_each_of_its_numbers(home: Furnished) -> None:
    async with visiting(home) as visitor:
        page, _ = await page_of(visitor, "blood_pressure")
        assert page.text.count('name="value" inputmode="decimal"') == 3
        answer = await say(
            visitor,
            "blood_pressure",
            ("answer", "value"),
            ("value", "118"),
            ("value", "79"),
            ("value", ""),
            ("why", "device_was_wrong"),
        )
        assert "118 / 79 mmHg" in re.sub(r"\s*/\s*", " / ", answer.words)


async def test_a_word_has_no_field_for_a_value(home: Furnished) -> None:
    async with visiting(home) as visitor:
        page, _ = await page_of(visitor, "sleep_stage")
        assert 'name="value" inputmode' not in page.text
        assert "Take it back" in page.words


async def test_nothing_is_chosen_and_what_is_wrong_changes_nothing(home: Furnished) -> None:
    async with visiting(home) as visitor:
        page, address = await page_of(visitor, "body_weight")
        assert page.form.chosen == []
        (token, *_) = page.form.forms[0][1]
        for fields in (
            [("answer", "value"), ("value", "much"), ("why", "mistyped")],
            [("answer", "value"), ("value", "70")],
            [("answer", "perhaps")],
        ):
            assert (await visitor.post(address, [token, *fields])).status == 409
        refused = await visitor.post(address, [("answer", "in_error"), ("why", "not_mine")])
        assert refused.status == 403  # without the token of the form
    assert home.house.readings.corrections() == []


@pytest.mark.parametrize(
    "query", ["", "?at=1&one=x", f"?at={NOW - 5000}&one=x", "?at=x&one=x", "?at=9" + "9" * 40]
)
async def test_a_reading_that_there_is_not_has_no_page(home: Furnished, query: str) -> None:
    async with visiting(home) as visitor:
        assert (await visitor.get(f"/readings/body_weight/one{query}")).status == 404
        assert (await visitor.get(f"/readings/nonsense/one{query}")).status == 404


async def test_the_trail_says_of_which_kind_a_reading_was_looked_at_and_no_more(
    home: Furnished,
) -> None:
    async with visiting(home) as visitor:
        await page_of(visitor, "body_weight")
    (entry,) = [one for one in home.house.audit.entries() if one.act == "page.reading.one"]
    assert entry.detail == {"kind": "body_weight"}
