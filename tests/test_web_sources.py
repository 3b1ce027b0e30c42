"""A day's total on the page: what it is, how it came about, and which source counts first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes_walk import IPHONE, OF_IPHONE, TOTAL, walk
from tests.fakes_web import Furnished, make_home
from tests.web_visitor import visiting

DAY = "/readings/step_count?span=week&day=2026-11-20"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Furnished]:
    made = make_home(tmp_path)
    made.know_risks()
    made.house.local.set_zone(made.person, 0, "Europe/Oslo")
    walk(made)
    yield made
    made.house.close()


async def test_a_day_of_phone_and_watch_shows_its_total_and_how_it_came_about(
    home: Furnished,
) -> None:
    async with visiting(home) as visitor:
        words = (await visitor.get(DAY)).words
    assert "Total of Friday, 20 November 2026 6,420 steps" in words
    assert "5,920 from Apple Watch, 500 from iPhone." in words
    assert "Source Readings Recorded Counted" in words
    assert "Apple Watch 16 5,920 5,920" in words
    assert "iPhone 16 2,000 500" in words
    assert "Ingrid’s" not in words, "names of phones and apps stay where they are asked for"


async def test_bars_and_cards_add_up_to_the_same(home: Furnished) -> None:
    async with visiting(home) as visitor:
        assert f"{TOTAL:,} steps in the last 7 days." in (await visitor.get(DAY)).words
        home.clock.at -= 24 * 3_600_000
        assert f"{TOTAL:,} steps today" in (await visitor.get("/readings")).words


async def test_another_day_has_another_total_and_no_day_is_after_today(home: Furnished) -> None:
    async with visiting(home) as visitor:
        words = (await visitor.get("/readings/step_count?day=2026-11-19")).words
        assert "Nothing was counted on this day." in words
        for odd in ("2030-01-01", "someday", "", "2026-13-40"):
            words = (await visitor.get(f"/readings/step_count?day={odd}")).words
            assert "Total of Saturday, 21 November 2026" in words
            assert "Day before" in words
            assert "Day after" not in words


async def test_what_does_not_add_up_has_no_day(home: Furnished) -> None:
    async with visiting(home) as visitor:
        assert "Total of" not in (await visitor.get("/readings/heart_rate")).words


async def test_another_source_is_put_first_without_a_script(home: Furnished) -> None:
    async with visiting(home) as visitor:
        page = await visitor.get("/sources")
        assert "1. Apple Watch" in page.words
        fields = page.form.to("/sources")
        assert ("device", IPHONE) in fields
        answer = await visitor.post("/sources", fields)
        assert answer.status == 200
        assert "1. iPhone (Ingrid’s iPhone) Steps · as you put it" in answer.words
        words = (await visitor.get(DAY)).words
    assert "Total of Friday, 20 November 2026 3,480 steps" in words
    assert "2,000 from iPhone" in words
    acts = [entry.act for entry in home.house.audit.entries()]
    assert "sources.order" in acts


async def test_a_source_of_nobody_is_refused(home: Furnished) -> None:
    async with visiting(home) as visitor:
        fields = (await visitor.get("/sources")).form.to("/sources")
        odd = [(name, "strap" if name == "device" else value) for name, value in fields]
        answer = await visitor.post("/sources", odd)
        assert answer.status == 409
        assert "There is no such source." in answer.words
    assert OF_IPHONE not in answer.text
