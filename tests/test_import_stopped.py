"""An import that is stopped in the middle: Ctrl-C and kill -9 of the real command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, STDOUT

import pytest

from gateway import cli, outlets
from gateway.app import open_house
from gateway.store.courtesy import announced
from gateway.store.home import Home
from scripts.make_export import main as make_export
from tests.command_line import CommandLine, simulation_home

pytestmark = pytest.mark.process

DEADLINE = 60
STORED = 2**20
"""Bytes of the write-ahead log by which it is seen that readings are being stored."""


def readings(command: CommandLine) -> int:
    house = open_house(command.home)
    try:
        return sum(series.n for series in house.readings.series())
    finally:
        house.close()


@contextmanager
def _ctrl_c_is_heard() -> Iterator[None]:
    """By what is begun, even where who runs this ignores it, as a shell's background does."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def stopped(command: CommandLine, export: Path, with_: signal.Signals) -> tuple[int, str]:
    """Begin an import, and stop it once some of it is stored: its exit code, and what it said.

    Meanwhile somebody collects, and always has their turn: it is in no hurry to be done before.
    """
    home = Home(command.home)
    words = [sys.executable, "-m", "gateway", "--home", str(command.home), "import", str(export)]
    with (
        _ctrl_c_is_heard(),
        announced(home.live),
        announced(home.turn),
        subprocess.Popen(
            words, stdout=PIPE, stderr=STDOUT, text=True, start_new_session=True
        ) as process,
    ):
        end, log = time.monotonic() + DEADLINE, command.home / "gateway.db-wal"
        while not log.exists() or log.stat().st_size < STORED:
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.002)
        # As a terminal does: Ctrl-C goes to the reader's process too.
        (os.killpg if with_ is signal.SIGINT else os.kill)(process.pid, with_)
        said, _ = process.communicate(timeout=DEADLINE)
    return process.returncode, said


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "export.zip"
    make_export([str(path), "--size-mb", "60"])
    return path


@pytest.mark.parametrize("with_", [signal.SIGINT, signal.SIGKILL])
def test_what_came_before_stays_and_the_same_command_goes_on(
    tmp_path: Path, export: Path, with_: signal.Signals
) -> None:
    command = simulation_home(tmp_path, "healthkit")
    code, said = stopped(command, export, with_)
    if with_ is signal.SIGINT:
        assert code == 130
        assert "Stopped. What came before is here; import the same file again to go on." in said
    assert "Traceback" not in said
    before = readings(command)
    assert before
    assert "interrupted" in command("import", "--list").out
    shown = command("import", "--show", "1").out
    assert "This import was interrupted. Import the same file again to go on." in shown
    assert "in 0.0 s" not in shown
    again = command("import", str(export)).out
    assert "An import of this file had been interrupted; it is complete now." in again
    assert len(again.splitlines()) < 30
    report = command.answer("import", "--show", "2")
    assert report["known"] == before
    assert report["new"] + before == report["rows"] == readings(command)


def test_ctrl_c_while_a_command_loads_ends_it_as_one_that_is_under_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(words: list[str]) -> str:
        raise KeyboardInterrupt(*words)

    monkeypatch.setattr(cli, "_command", interrupted)
    monkeypatch.setattr(sys, "argv", ["health-gateway", "status"])
    monkeypatch.setattr(outlets, "take_over", lambda: None)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 130
