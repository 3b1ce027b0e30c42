"""The soak of many sensors runs, with twenty for ten seconds; and what it looks for, it finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.soaks import radio
from scripts.soaks.radio import Numbers, findings


@pytest.mark.process
@pytest.mark.radio
def test_twenty_sensors_lose_nothing_though_three_of_them_misbehave(tmp_path: Path) -> None:
    result = radio.run(20, 10.0, 4.0, folder=tmp_path)
    assert result["findings"] == []
    assert result["values_sent"] > 20 * 10 * 3
    assert result["run"]["cpu_percent"] > 0


def whole() -> dict[str, Numbers]:
    return {name: Numbers({1, 2, 3}, {1, 2, 3}) for name in ("strap-1", "flood", "leaver")}


def test_where_all_is_well_nothing_is_found() -> None:
    assert list(findings(whole(), 3)) == []


@pytest.mark.parametrize(
    ("name", "numbers", "said"),
    [
        pytest.param("strap-1", Numbers({1, 2, 3}, {1, 3}), "1 of 3 values are lost", id="lost"),
        pytest.param("strap-1", Numbers({1}, {1, 7}), "never sent, e.g. [7]", id="made up"),
        pytest.param("leaver", Numbers(set(), set()), "sent nothing", id="silent"),
    ],
)
def test_a_planted_fault_is_found(name: str, numbers: Numbers, said: str) -> None:
    (found,) = findings(whole() | {name: numbers}, 3)
    assert name in found
    assert said in found


def test_a_sensor_that_was_never_heard_is_found() -> None:
    assert list(findings(whole(), 4)) == ["4 sensors were asked for, 3 were heard"]


def test_what_an_ill_behaved_sensor_loses_itself_is_its_own() -> None:
    assert list(findings(whole() | {"leaver": Numbers({1, 2, 3}, {1})}, 3)) == []
