"""What a summary says of the readings in it: every doubt, and no place that is not that of all."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from adapters.reading import PLACES, Quality
from tests.fakes_consent import MINUTE, NOON
from tests.outbox_claims import take
from tests.sharing_home import SharingHome


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[SharingHome]:
    async with SharingHome(tmp_path) as made:
        yield made


def _summary(home: SharingHome, *told: tuple[str, Quality]) -> dict[str, Any]:
    clinic = home.add_recipient("http://127.0.0.1:9/fhir")
    home.grant(clinic, grain="minute")
    for nth, (place, quality) in enumerate(told):
        flags = Quality(int(quality) | PLACES.index(place) << 24)
        home.take_in(1, start=NOON + nth * 1000, flags=flags)
    home.now = NOON + 5 * MINUTE
    home.release()
    claimed = take(home, clinic)
    assert claimed is not None
    (letter,) = claimed.letters
    made: dict[str, Any] = json.loads(letter.body)
    return made


async def test_a_place_that_is_that_of_all_is_said(home: SharingHome) -> None:
    made = _summary(home, ("ear", Quality.MOVED), ("ear", Quality.LOOSE), ("ear", Quality.NONE))

    assert made["bodySite"]["text"] == "ear"
    assert len(made["note"]) == 2


@pytest.mark.parametrize("others", [("mouth",), ("",), ("mouth", "toe")])
async def test_of_several_places_none_is_said_and_none_made_up(
    home: SharingHome, others: tuple[str, ...]
) -> None:
    made = _summary(home, *((place, Quality.MOVED) for place in ("ear", *others)))

    assert made.get("bodySite") in (None, {"text": "chest"})
    assert len(made["note"]) == 1
