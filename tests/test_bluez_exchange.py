"""Two records of what was said to a device are compared, and a planted difference is found."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from scripts.bluez.guest.exchange import BLUETOOTHD_ASKS, differences, exchange
from scripts.bluez.guest.meter_and_strap import BEATS, RECORDS, on_virtual_radio
from scripts.bluez.guest.snoop import said

Lines = dict[str, list[str]]


def played(record: Path) -> Lines:
    values, addresses = asyncio.run(on_virtual_radio(record))
    assert all(values.values()), values
    return {name: list(exchange(said(record), one)) for name, one in addresses.items()}


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> Lines:
    return played(tmp_path_factory.mktemp("air") / "virtual.btsnoop")


@pytest.mark.radio
def test_the_same_scenario_says_the_same_twice(lines: Lines, tmp_path: Path) -> None:
    again = played(tmp_path / "virtual.btsnoop")
    assert again == lines
    assert not [differences(lines[one], again[one]) for one in lines if again[one] != lines[one]]


@pytest.mark.radio
def test_all_that_was_said_about_values_is_there(lines: Lines) -> None:
    meter, strap = lines["meter"], lines["strap"]
    assert "write 2a52 0101" in meter, "all records were asked for"
    assert sum(line.startswith("2a18 notifies") for line in meter) == RECORDS
    assert meter[meter.index("2a52 indicates 06000101") + 1] == "confirmed"
    assert meter.count("2a2b is ea07030207") == 1, "an hour slow"
    assert meter.count("2a2b is ea07030208") == 1, "set"
    assert "write 2a2b ea070302080000010002" in meter, "what is written is compared whole"
    assert sum(line.startswith("2a37 notifies") for line in strap) == BEATS


def over_bluez(ours: list[str]) -> list[str]:
    """As BlueZ says it: its own questions come in between, where no answer is waited for."""
    return [
        "write 2b29 05",
        "2b29 written",
        "write 2a05+1 0200",
        "2a05+1 written",
        "read 2a19",
        "2a19 is 50",
        *ours[:4],
        "write 2a19+1 0100",
        "2a19+1 written",
        *ours[4:],
    ]


@pytest.mark.radio
def test_what_bluetoothd_asks_for_itself_is_no_difference(lines: Lines) -> None:
    for ours in lines.values():
        assert differences(ours, over_bluez(ours)) == []


@pytest.mark.radio
@pytest.mark.parametrize(
    ("put", "instead"),
    [
        pytest.param("write 2a52 0101", None, id="not asked"),
        pytest.param("write 2a52 0101", "write 2a52 0102", id="otherwise"),
        pytest.param("confirmed", None, id="not confirmed"),
        pytest.param("2a19 is 50", "2a19 is 51", id="another value"),
        pytest.param("write 2a18+1 0100", "write 2a18+1 0200", id="indications"),
    ],
)
def test_a_planted_difference_is_found(lines: Lines, put: str, instead: str | None) -> None:
    ours = lines["meter"]
    at = len(ours) - 1 - ours[::-1].index(put)
    theirs = over_bluez([*ours[:at], *([] if instead is None else [instead]), *ours[at + 1 :]])
    (found,) = differences(ours, theirs)
    assert found.startswith("over BlueZ not said, or not in this order")


@pytest.mark.radio
def test_what_comes_in_another_order_is_found(lines: Lines) -> None:
    ours = lines["meter"]
    at = ours.index("write 2a52 0101")
    theirs = [*ours[:at], *ours[at + 2 : at + 3], *ours[at : at + 2], *ours[at + 3 :]]
    assert differences(ours, theirs)


@pytest.mark.radio
def test_what_is_said_over_bluez_alone_is_found_unless_bluetoothd_asks_it(lines: Lines) -> None:
    ours = lines["strap"]
    (found,) = differences(ours, [*ours, "write 2a39 01"])
    assert found == "said over BlueZ alone: write 2a39 01"
    assert differences(ours, [*ours, "read 2a00", "2a00 is 48"]) == []
    twice = differences(ours, [*ours, "read 2a00", "2a00 is 48", "read 2a00", "2a00 is 48"])
    assert twice == ["said over BlueZ alone: read 2a00", "said over BlueZ alone: 2a00 is 48"]
    assert len(BLUETOOTHD_ASKS) == 8, "docs/bluez-vm.md names each"
