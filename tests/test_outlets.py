"""A command whose reader goes away (`… | head`) ends quietly, and what it did is done."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.outlets import NOBODY_READS
from tests.command_line import CommandLine, simulation_home
from tests.fakes_healthkit import make


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    return simulation_home(tmp_path_factory.mktemp("home"), "healthkit")


def unread(
    command: CommandLine, *words: str, also_stderr: bool = False, **environment: str
) -> tuple[int, str]:
    """Run a command with a stdout that nobody reads: its exit code, and what stands on stderr."""
    reads, writes = os.pipe()
    os.close(reads)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "gateway", "--home", str(command.home), *words],
            stdin=subprocess.DEVNULL,
            stdout=writes,
            stderr=writes if also_stderr else subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
            env={**os.environ, **environment},
        )
    finally:
        os.close(writes)
    return done.returncode, done.stderr or ""


@pytest.mark.parametrize(
    "words",
    [
        ("--help",),
        ("import", "--help"),
        ("run", "--help"),
        ("status", "--json"),
        ("import", "--list"),
        ("import", "--show", "99", "--json"),
    ],
)
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_command_that_nobody_reads_ends_quietly(
    command: CommandLine, words: tuple[str, ...], unbuffered: str
) -> None:
    code, said = unread(command, *words, PYTHONUNBUFFERED=unbuffered)
    assert code == NOBODY_READS
    assert said == ""


@pytest.mark.parametrize(("as_json", "days"), [((), 1), (("--json",), 45)])
def test_an_import_that_nobody_reads_is_done_and_its_report_kept(
    tmp_path: Path, as_json: tuple[str, ...], days: int
) -> None:
    command = simulation_home(tmp_path, "healthkit")
    make(tmp_path / "e.zip", days=days)  # the larger one is read by a process of its own
    assert unread(command, "import", str(tmp_path / "e.zip"), *as_json) == (NOBODY_READS, "")
    [run] = command.answer("import", "--list")["imports"]
    assert run["finished_at"] is not None
    assert run["new"] == run["rows"] > 100
    report = command.answer("import", "--show", str(run["number"]))
    assert sum(kind["rows"] for kind in report["kinds"].values()) == run["rows"]


def test_asides_that_nobody_reads_stop_nothing(command: CommandLine, tmp_path: Path) -> None:
    assert unread(command, "import", str(tmp_path / "none.zip"), also_stderr=True)[0] == 2
    assert unread(command, "status", also_stderr=True)[0] == NOBODY_READS


def test_run_ends_when_nobody_reads_its_events(command: CommandLine) -> None:
    code, said = unread(command, "run", "--only", "web", "--json")
    assert code == NOBODY_READS
    assert [line.split()[1] for line in said.splitlines()] == ["event=started", "event=stopped"]
    assert command("status").code == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
@pytest.mark.parametrize("words", [("import", "--list"), ("status", "--json"), ("run", "--help")])
def test_an_answer_for_which_there_is_no_room_is_said_once(
    command: CommandLine, words: tuple[str, ...]
) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "gateway", "--home", str(command.home), *words],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.count("No space left on device") == 1
    assert "Traceback" not in done.stderr
    assert "ignored" not in done.stderr


def test_a_command_without_stdout_does_its_work(command: CommandLine) -> None:
    words = [sys.executable, "-m", "gateway", "--home", str(command.home), "status"]
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" >&-', "sh", *words], stderr=subprocess.PIPE, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
