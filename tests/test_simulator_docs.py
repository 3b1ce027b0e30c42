"""The page about the simulator says what the code does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from adapters.simulator.device_text import SimulatedDevice
from adapters.simulator.faults import Fault, What
from adapters.simulator.registry import sensors
from adapters.simulator.scenario import SCENARIOS, Scenario, read
from scripts.simulator_page import simulated_devices

PAGE = Path(__file__).parent.parent.joinpath("docs", "simulator.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("text", EXAMPLES)
def test_every_example_is_a_scenario(text: str) -> None:
    assert read(text).devices()


@pytest.mark.parametrize(
    "name", [*SimulatedDevice.model_fields, *Scenario.model_fields, *Fault.model_fields]
)
def test_every_setting_is_on_the_page(name: str) -> None:
    assert re.search(rf"`{name}`|^{name} = |\[\[{name}\]\]", PAGE, re.MULTILINE)


@pytest.mark.parametrize("name", get_args(What))
def test_every_fault_is_on_the_page(name: str) -> None:
    assert f"| `{name}` |" in PAGE


@pytest.mark.parametrize("name", [path.stem for path in SCENARIOS.glob("*.toml")])
def test_every_scenario_that_comes_with_it_is_on_the_page(name: str) -> None:
    assert f"| `{name}` |" in PAGE


def test_every_model_has_a_part_of_its_page() -> None:
    page = simulated_devices()
    for key in sensors():
        assert f"\n## {key}\n" in page
