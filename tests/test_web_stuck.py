"""What became of single readings at a recipient is said with what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.sharing.names import NOWHERE
from gateway.sharing.words import STUCK, WITHOUT
from gateway.store.driver import transaction
from tests.fakes_web import NOW, STRAP, Furnished, make_home, number
from tests.web_visitor import visiting


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Furnished]:
    made = make_home(tmp_path)
    made.know_risks()
    made.take_in(STRAP, [number("heart_rate", NOW - 3000, "64", "/min")])
    yield made
    made.house.close()


@pytest.mark.parametrize("word", [word for word in STUCK if word != "gone_there"])
async def test_what_waits_for_a_recipient_is_shown_with_its_sentence(
    home: Furnished, word: str
) -> None:
    state = "deferred" if word == "no_place" else "rejected"
    home.send("heart_rate", home.agree("heart_rate"), {state: 1}, NOW)
    with transaction(home.house.opened.gateway):
        home.house.opened.gateway.conn.execute("UPDATE delivery SET outcome = ?", (word,))
    async with visiting(home) as visitor:
        page = await visitor.get("/sent")

    assert STUCK[word] in page.words
    assert word not in page.text


@pytest.mark.parametrize("word", WITHOUT)
async def test_what_readings_went_without_is_counted_and_shown_to_whose_they_are(
    home: Furnished, word: str
) -> None:
    home.agree("heart_rate")
    with transaction(home.house.opened.gateway):
        for at in (1, 2):
            home.house.opened.gateway.conn.execute(
                "INSERT INTO remote VALUES (?, ?, ?)",
                (home.recipient(), f"{word}:strap2345:{at}", NOWHERE),
            )
    async with visiting(home) as visitor:
        page = await visitor.get("/sent")

    assert f"{WITHOUT[word]} 2 times" in page.words
    assert "strap2345" not in page.text
