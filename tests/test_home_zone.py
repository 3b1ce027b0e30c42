"""Where the house is, as far as its people have said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.app import House, make_house, open_house
from gateway.parts.zone import zone_of


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    make_house(tmp_path / "home", passphrase=None, key_file=True, simulation=True)
    opened = open_house(tmp_path / "home")
    yield opened
    opened.close()


def test_a_house_of_nobody_is_in_utc(house: House) -> None:
    assert zone_of(house, 1) is UTC
    house.people.add("Ann", "1980-01", 0)
    assert zone_of(house, 1) is UTC


def test_the_zone_that_was_told_last_counts_from_then_on(house: House) -> None:
    ann = house.people.add("Ann", "1980-01", 0)
    ben = house.people.add("Ben", "1981-01", 0)
    house.local.set_zone(ann, 0, "Europe/Oslo")
    house.local.set_zone(ben, 500, "Europe/Berlin")
    assert zone_of(house, 400) == ZoneInfo("Europe/Oslo")
    assert zone_of(house, 500) == ZoneInfo("Europe/Berlin")


def test_a_zone_that_this_system_does_not_have_stops_nothing(house: House) -> None:
    ann = house.people.add("Ann", "1980-01", 0)
    house.local.set_zone(ann, 0, "Middle-earth/Bree")
    assert zone_of(house, 1) is UTC
