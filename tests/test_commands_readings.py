"""What `readings` and the first steps say to a person."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from adapters.ble.paired import RADIO
from adapters.kinds import kind
from adapters.reading import DeviceFacts, DeviceKey, PersonKey, Quality, Quantity, Reading, batches
from gateway.app import open_house
from gateway.pipeline import take_in
from tests.command_line import CommandLine

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
