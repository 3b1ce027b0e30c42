"""What `readings` and the first steps say to a person."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from adapters.ble.paired import RADIO
from adapters.kinds import kind
from adapters.reading import (
    Category,
    DeviceFacts,
    DeviceKey,
    PersonKey,
    Quality,
    Quantity,
    Reading,
    batches,
)
from gateway.app import open_house
from gateway.pipeline import take_in
from tests.command_line import CommandLine, simulation_home

pytestmark = pytest.mark.process

NOON = 1_767_268_800_000  # 2026-01-01T12:00Z
BREATH = DeviceKey("breath")


def test_readings_are_told_by_the_clock_on_the_wall_with_unit_and_doubts(tmp_path: Path) -> None:
    command = CommandLine(tmp_path / "home")
    command.answer("setup", "--simulation", "--key-file")
    said = command("people", "add", "Ada", "--born", "1985-04")
    assert "health-gateway consent grant collect ble, then health-gateway devices scan" in said.out
    said = command("consent", "grant", "collect", "ble", "--script")
    assert said.out.rstrip().endswith("Next: health-gateway devices scan")
    said = command("people", "add", "Bob", "--born", "1985-04")
    assert "Next: health-gateway consent grant collect ble --person Bob, then" in said.out
    assert "health-gateway import PATH --person Bob" in said.out
    said = command("consent", "withdraw", "--all", "--person", "Bob")
    assert said.out.strip() == "Bob shares nothing: there is nothing to take back."

    house = open_house(command.home)
    person: PersonKey = house.people.list()[0].key
    facts = DeviceFacts(person, BREATH, "Breath monitor")
    house.devices.add(facts, adapter="ble", profile="any", simulated=True, now=0)
    breath = Reading(
        kind("breath_carbon_monoxide"), NOON, Quantity(Decimal("12.5"), "[ppm]"),
        quality=Quality.TIME_OF_ARRIVAL,
    )  # fmt: skip
    take_in(house, batches(person, BREATH, RADIO, [breath]), adapter="ble", at=NOON)
    house.close()

    shown = command("readings", TZ="Europe/Oslo").out
    assert "When (CET)" in shown
    assert "2026-01-01 13:00:00  12.5   ppm" in shown
    assert "the time is when it arrived; the device told none" in shown
    (read,) = command.answer("readings")["readings"]
    assert (read["start"], read["quality"]) == ("2026-01-01T12:00:00.000Z", ["time_of_arrival"])


def test_a_reading_is_corrected_and_taken_back_by_a_command(tmp_path: Path) -> None:
    command = simulation_home(tmp_path, "ble")
    house = open_house(command.home)
    person: PersonKey = house.people.list()[0].key
    two = [
        Reading(kind("body_weight"), NOON + at, Quantity(Decimal("72.50"), "kg")) for at in (0, 5)
    ]
    take_in(house, batches(person, BREATH, RADIO, two), adapter="ble", at=NOON)
    house.close()

    several = command("correct", "body_weight", "2026-01-01T12:00:00", "--value", "71")
    assert (several.code, "There are 2:" in several.err) == (2, True)
    exactly = "2026-01-01T13:00:00.005+01:00"
    told = command.answer(
        "correct", "body_weight", exactly, "--value", "71.40", "--why", "mistyped"
    )
    assert told == {
        "kind": "body_weight", "start": "2026-01-01T12:00:00.005Z", "was": "72.50",
        "value": "71.40", "unit": "kg", "version": 1,
    }  # fmt: skip
    back = command(
        "correct", "body_weight", "2026-01-01T12:00", "--was", "72.50", "--in-error",
        "--why", "not_mine",
    )  # fmt: skip
    assert (back.code, back.out.startswith("Taken back")) == (0, True)
    values = [one["value"] for one in command.answer("readings")["readings"]]
    assert values == [None, "71.40"]

    gone = command("delete", "--kind", "body_weight", "--since", "2026-01-01T12:00:00.001", "--yes")
    assert gone.out.startswith("1 reading deleted here.")
    assert "What was sent of them is with who received it" in gone.out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--value", "71", "--in-error", "--why", "mistyped"], 2),
        (["--why", "mistyped"], 2),
        (["--value", "71"], 3),
        (["--value", "much", "--why", "mistyped"], 3),
        (["--in-error", "--why", "mistyped", "--was", "1"], 2),
    ],
)
def test_a_correction_that_cannot_be_is_refused(
    tmp_path: Path, words: list[str], code: int
) -> None:
    command = simulation_home(tmp_path, "ble")
    house = open_house(command.home)
    person: PersonKey = house.people.list()[0].key
    one = Reading(kind("body_weight"), NOON, Quantity(Decimal("72.50"), "kg"))
    take_in(house, batches(person, BREATH, RADIO, [one]), adapter="ble", at=NOON)
    house.close()

    assert command("correct", "body_weight", "2026-01-01T12:00:00", *words).code == code
    assert command.answer("readings")["readings"][0]["value"] == "72.50"


def test_what_is_taken_back_is_said_to_come_back_only_where_it_can(tmp_path: Path) -> None:
    command = simulation_home(tmp_path, "ble")
    house = open_house(command.home)
    person: PersonKey = house.people.list()[0].key
    run = Reading(kind("workout"), NOON, Category("running"), duration=60_000)
    weight = Reading(kind("body_weight"), NOON, Quantity(Decimal("72.50"), "kg"))
    for one in (run, weight):
        take_in(house, batches(person, BREATH, RADIO, [one]), adapter="ble", at=NOON)
    house.close()
    at = "2026-01-01T12:00:00"
    said = [
        command("correct", one, at, "--in-error", "--why", "not_mine").out
        for one in ("workout", "body_weight")
    ]

    assert ["--value brings it back" in one for one in said] == [False, True]
    assert all(one.startswith("Taken back: it does not count any more.") for one in said)
