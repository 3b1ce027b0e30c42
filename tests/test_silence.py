"""A stream that was not heard while the gateway was down has a gap, from reading to reading."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.kinds import kind
from adapters.reading import DeviceFacts, DeviceKey, PersonKey, ReadingBatch
from gateway.app import House, make_house, open_house
from gateway.parts.silence import NOT_RUNNING, Silence
from tests.fakes_store import Row, batch

STRAP, BREATH = DeviceKey("strap"), DeviceKey("breath")
FOR_EVER = 1 << 62


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    make_house(tmp_path / "home", passphrase=None, key_file=True, simulation=True)
    opened = open_house(tmp_path / "home")
    yield opened
    opened.close()


@pytest.fixture
def ann(house: House) -> PersonKey:
    person = house.people.add("Ann", "1980-01", 0)
    for device in (STRAP, BREATH):
        facts = DeviceFacts(person, device, device)
        house.devices.add(facts, adapter="ble", profile="any", simulated=True, now=0)
    return person


def rate(person: PersonKey, *starts: int) -> ReadingBatch:
    return batch(person, [Row(start) for start in starts], live=True)


def stored(house: House, *batches: ReadingBatch) -> None:
    house.readings.take_in(batches, at=0, source="ble", simulated=True)


def gaps(house: House, person: PersonKey) -> list[tuple[str, int, int | None]]:
    every = house.readings.gaps(person, 0, FOR_EVER)
    assert {gap.why for gap in every} <= {NOT_RUNNING}
    return [(gap.device, gap.since, gap.until) for gap in every]


def test_a_stream_is_silent_from_its_last_reading_to_its_next(house: House, ann: PersonKey) -> None:
    stored(house, rate(ann, 1000, 2000))
    silence = Silence(house)
    silence.begin()
    assert gaps(house, ann) == [(STRAP, 2000, None)]
    silence.heard(rate(ann, 9000, 9500))
    silence.heard(rate(ann, 9900))
    assert gaps(house, ann) == [(STRAP, 2000, 9000)]


def test_a_second_end_before_the_stream_is_heard_makes_no_second_gap(
    house: House, ann: PersonKey
) -> None:
    stored(house, rate(ann, 1000))
    Silence(house).begin()
    silence = Silence(house)
    silence.begin()
    silence.heard(rate(ann, 9000))
    assert gaps(house, ann) == [(STRAP, 1000, 9000)]


def test_neither_the_battery_nor_a_replayed_record_ends_a_silence(
    house: House, ann: PersonKey
) -> None:
    stored(house, rate(ann, 1000))
    silence = Silence(house)
    silence.begin()
    silence.heard(batch(ann, [Row(5000)], of=kind("battery_level"), live=True))
    silence.heard(batch(ann, [Row(500)], live=False))
    assert gaps(house, ann) == [(STRAP, 1000, None)]


def test_a_device_without_a_stream_leaves_no_gap(house: House, ann: PersonKey) -> None:
    record = batch(ann, [Row(1000)], of=kind("breath_carbon_monoxide"), device=BREATH)
    stored(house, record)
    Silence(house).begin()
    assert gaps(house, ann) == []


def test_a_device_that_is_somebody_elses_now_is_not_missed_by_the_first(
    house: House, ann: PersonKey
) -> None:
    stored(house, rate(ann, 1000))
    bob = house.people.add("Bob", "1980-01", 0)
    facts = DeviceFacts(bob, STRAP, "strap")
    house.devices.add(facts, adapter="ble", profile="any", simulated=True, now=0)
    Silence(house).begin()
    assert gaps(house, ann) == gaps(house, bob) == []
