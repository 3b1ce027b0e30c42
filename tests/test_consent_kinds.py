"""Which kinds of readings a word means, and which words mean none."""

from __future__ import annotations

import pytest

from adapters.kinds import all_kinds
from gateway.sharing.consent import shareable_kinds
from gateway.sharing.errors import NotAllowed
from gateway.sharing.offer import named
from tests.fakes_consent import (
    HEART,
    WEIGHT,
)


def test_all_is_the_list_of_this_moment() -> None:
    assert named(["all"]) == tuple(sorted(shareable_kinds()))
    assert "carbon_monoxide_in_air" not in named(["all"])


def test_a_category_is_its_kinds() -> None:
    assert set(named(["heart", "heart_rate"])) == {
        kind for kind, row in all_kinds().items() if row.consent == "heart" and row.shareable
    }
    assert named(["body_weight", "heart_rate"]) == (WEIGHT, HEART)


@pytest.mark.parametrize(
    "word",
    [
        "carbon_monoxide_in_air",
        "battery_level",
        "home",
        "records",
        "about_you",
        "food",
        "*",
        "ALL",
        "",
    ],
)
def test_what_stays_here_or_is_unknown_cannot_be_named(word: str) -> None:
    with pytest.raises(NotAllowed):
        named(["heart_rate", word])
    with pytest.raises(NotAllowed, match="at least one"):
        named([])
