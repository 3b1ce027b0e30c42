"""`devices describe` as an owner runs it, beside a simulator in a process of its own."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.ble.describing.gathering import Asked
from adapters.simulator.models import closed_scale as model
from gateway.app import open_house
from gateway.commands.describe_talk import talk_through
from gateway.commands.everything import main
from tests.command_line import Ended

pytestmark = pytest.mark.process

SCENARIO = """
title = "A scale that nobody knows"
seed = 4
[[device]]
id = "scale"
model = "closed-scale"
name = "Closed scale 0815"
every_s = 0.3
[device.values.weight]
shape = "constant"
value = {kg}
[device.options]
waits = true
"""
DESCRIBE = ("devices", "describe", "1", "--command", "fff3=01", "--seconds", "1")


@contextlib.contextmanager
def weighing(folder: Path, home: Path, kg: str) -> Iterator[None]:
    """A simulated scale on which somebody stands, and a home that listens to that air."""
    scenario = folder / "scenario.toml"
    scenario.write_text(SCENARIO.format(kg=kg))
    words = [sys.executable, "-m", "adapters.simulator.process", str(scenario)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            ready = json.loads(process.stdout.readline())
            config = f'[bluetooth]\nradio = "{ready["transport"]}"\n'
            (home / "config.toml").write_text(config)
            yield
        finally:
            process.kill()


class Here:
    """The program in this process, in place of `CommandLine`, which starts it each time."""

    def __init__(self, home: Path, said: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self._said = said

    def __call__(self, *words: str) -> Ended:
        self._said.readouterr()
        code = main(["--home", str(self.home), *words])
        return Ended(int(code), *self._said.readouterr())

    def answer(self, *words: str) -> Any:
        ended = self(*words, "--json")
        assert ended.code == 0, f"{words}: {ended.err or ended.out}"
        return ended.json


@pytest.fixture
def command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Here:
    command = Here(tmp_path / "home", capsys)
    command.answer("setup", "--simulation", "--key-file")
    command.answer("people", "add", "Ada", "--born", "1985-04")
    command.answer("consent", "grant", "collect", "ble", "--script")
    return command


def test_from_an_unknown_scale_to_a_device_of_the_house(command: Here, tmp_path: Path) -> None:
    with weighing(tmp_path, command.home, "72.4"):
        (scale,) = command.answer("devices", "scan", "--seconds", "0.6")
        assert scale["profile"] is None
        first = command.answer(*DESCRIBE, "--value", "body_weight=72.4")
        assert first["settled"] is False
        assert "another measurement" in first["next_step"]
    with weighing(tmp_path, command.home, "58.15"):
        second = command.answer(*DESCRIBE, "--value", "body_weight=58.15kg")
        assert second["settled"] is True
        assert "The body weight stands in bytes 3 and 4, in steps of 5 g." in second["words"]
        told = command("devices", "describe", "1", "--write", "my-scale", "--title", "Our scale")
        assert told.code == 0
        assert "It is written down in" in told.out
        assert command("devices", "describe", "1", "--write", "my-scale").code == 2
        (scale,) = command.answer("devices", "scan", "--seconds", "0.6")
        assert scale["profile"] == "my-scale"
        assert command.answer("devices", "add", "1")["title"] == "Our scale"
    written = (command.home / "devices" / "my-scale.toml").read_text()
    assert 'hex = "01"' in written
    assert command.answer("stays")["stays"]["sample"] == 2
    assert command.answer("devices", "describe", "--forget") == {"forgotten": 2}
    assert command.answer("stays")["stays"]["sample"] == 0


def test_what_cannot_be_described_ends_with_its_code(command: Here, tmp_path: Path) -> None:
    weight = ("--value", "body_weight=72.4")
    with weighing(tmp_path, command.home, "72.4"):
        command.answer("devices", "scan", "--seconds", "0.6")
        silent = command("devices", "describe", "1", "--seconds", "0.6", *weight)
        assert silent.code == 4  # it waits for a command
        assert "--command" in silent.err
    for words in (
        ("1", "--value", "weight=72.4"),
        ("1", "--command", "fff3:1", *weight),
        ("1", "--json"),
        ("7", *weight),
        ("1", "--write", "x"),
        ("1", "--write", "No Key"),
    ):
        assert command("devices", "describe", *words).code == 2, words
    (grant,) = command.answer("consent", "list")["collect"]
    command.answer("consent", "withdraw", grant["grant"], "--script")
    assert command("devices", "describe", "1", *weight).code == 3


def test_somebody_at_a_terminal_is_asked_and_told(
    command: Here,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    first = ("frown", "1", "", "", "", "72.4 stones", "72.4", "", "72.4 kg", "stop")
    typed = iter((*first, "1", "", "58,15", "My Scale", "my-scale", "Our scale"))
    asked: list[str] = []

    def type_in(question: str) -> str:
        asked.append(question)
        return next(typed)

    monkeypatch.setattr("builtins.input", type_in)
    shortly = Asked(1, commands=((model.BEGIN, "01"),))
    with weighing(tmp_path, command.home, "72.4"):
        address = command.answer("devices", "scan", "--seconds", "0.6")[0]["address"]
        with contextlib.closing(open_house(command.home)) as house:
            talk_through(house, address, shortly)
    with (
        weighing(tmp_path, command.home, "58.15"),
        contextlib.closing(open_house(command.home)) as house,
    ):
        talk_through(house, address, shortly)
    assert next(typed, None) is None
    said = capsys.readouterr().out
    for sentence in (
        "One of these is not known here.",
        "Then this one does not count.",
        "body_weight is not measured in stones.",
        "What was measured so far is kept for thirty days",
        "That is clear now.",
        "My Scale cannot be a key.",
        "All 3 measurements are read by it as the device showed them.",
    ):
        assert sentence in said
    assert "Body weight: what did it show? (Enter: nothing) " in asked
