"""`consent entrust` at a terminal and without one: nobody decides for another unasked."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.command_line import CommandLine, simulation_home

SAYS_SO = "agree to exactly this? Type yes: "
GUARDIAN = "say exactly this? Type yes: "
TOLD = "as far as they can follow it? Type yes: "


@pytest.fixture
def command(tmp_path: Path) -> CommandLine:
    made = simulation_home(tmp_path)
    made.answer("people", "add", "Bo", "--born", "1960-01")
    return made


def at_a_terminal(command: CommandLine, *words: str, answers: dict[str, str]) -> tuple[int, str]:
    """Run a command at a terminal of its own; answer each question once, in this order."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "gateway", "--home", str(command.home), *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "COLUMNS": "500"},
    )
    os.close(theirs)
    seen, left, late = "", list(answers), time.monotonic() + 60
    while time.monotonic() < late:
        if not select.select([ours], [], [], 1)[0]:
            continue
        try:
            more = os.read(ours, 4096)
        except OSError:  # the other end is closed: it ended
            break
        if not more:
            break
        seen += more.decode()
        if left and left[0] in seen:
            os.write(ours, f"{answers[left.pop(0)]}\n".encode())
    code = running.wait(30)
    os.close(ours)
    assert not left, f"never asked: {left}\n{seen}"
    return code, seen


def entrusted(command: CommandLine) -> list[str]:
    told = command.answer("consent", "list", "--person", "Ada")["entrusted"]
    return [one["as"] for one in told]


def test_without_a_terminal_nobody_is_entrusted(command: CommandLine) -> None:
    for role in ("proxy", "guardian"):
        ended = command(
            "consent", "entrust", "Bo", "--person", "Ada", "--as", role, stdin="yes\nyes\n"
        )
        assert ended.code != 0
        assert "Nobody is here to agree." in ended.err
    assert entrusted(command) == []


def test_a_script_entrusts_in_a_home_of_simulation(command: CommandLine) -> None:
    command.answer("consent", "entrust", "Bo", "--person", "Ada", "--script")
    assert entrusted(command) == ["proxy"]


@pytest.mark.parametrize(
    ("role", "answers", "then"),
    [
        pytest.param("proxy", {SAYS_SO: "yes"}, ["proxy"], id="the person agrees"),
        pytest.param("proxy", {SAYS_SO: ""}, [], id="the person does not"),
        pytest.param("guardian", {GUARDIAN: "yes", TOLD: "yes"}, ["guardian"], id="both"),
        pytest.param("guardian", {GUARDIAN: "yes", TOLD: "no"}, [], id="the ward was not told"),
        pytest.param("guardian", {GUARDIAN: "no"}, [], id="the guardian does not say so"),
    ],
)
def test_what_it_means_is_shown_and_a_yes_asked(
    command: CommandLine, role: str, answers: dict[str, str], then: list[str]
) -> None:
    words = ("consent", "entrust", "Bo", "--person", "Ada", "--as", role)
    code, seen = at_a_terminal(command, *words, answers=answers)

    assert "readings of Ada are sent to a recipient" in seen
    assert f"a {role} agreed; the name stays here" in seen
    assert (code == 0) == bool(then)
    assert entrusted(command) == then


def test_the_list_says_who_agreed_and_how_finely(command: CommandLine, tmp_path: Path) -> None:
    command.answer("people", "add", "Cy", "--born", "1980-01", "--zone", "Asia/Kathmandu")
    invitation = str(tmp_path / "near.json")
    command.answer(
        "recipients", "invitation", "--fhir", "http://127.0.0.1:9/fhir", "--out", invitation
    )
    key = command.answer("recipients", "add", invitation, "--person", "Cy", "--script")["recipient"]
    bo = command.answer("consent", "entrust", "Bo", "--person", "Cy", "--script")["by"]
    words = ("consent", "grant", "share", key, "--kind", "heart_rate", "--script", "--grain")
    command.answer(*words, "hour", "--by", "Bo")
    command.answer(*words, "local_day")
    listed = ("consent", "list", "--person", "Cy")
    own, his = command.answer(*listed)["share"]
    table = command(*listed).out

    assert (his["why"], his["given_as"], his["given_by"]) == (
        "A proxy agreed to share this.",
        "proxy",
        bo,
    )
    assert (own["why"], own["given_as"]) == ("You agreed to share this.", None)
    assert (his["grain"], own["grain"]) == ("hour", "local_day")
    for one in (own, his):
        assert one["how_finely"] in " ".join(table.split())
    assert "Kathmandu" not in table


def test_to_end_it_asks_nothing(command: CommandLine) -> None:
    command.answer("consent", "entrust", "Bo", "--person", "Ada", "--script")
    assert command("consent", "entrust", "Bo", "--person", "Ada", "--end").code == 0
    assert entrusted(command) == []
