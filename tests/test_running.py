"""`run`, part by part, in a process of its own."""

from __future__ import annotations

import urllib.error
import urllib.request  # noqa: TID251  # opens the pages, on loopback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scripts.demo_house import Process, program
from scripts.sandbox_server import free_port
from tests.command_line import CommandLine, simulation_home

pytestmark = pytest.mark.process

REFUSED = 3


@contextmanager
def running(command: CommandLine, folder: Path, *words: str) -> Iterator[Process]:
    process = Process(
        [*program(), "--home", str(command.home), "run", "--json", *words], folder / "run.log"
    )
    try:
        yield process
    finally:
        process.stop()


@pytest.fixture
def command(tmp_path: Path) -> CommandLine:
    made = simulation_home(tmp_path, "ble")
    (made.home / "config.toml").write_text(f"[pages]\nport = {free_port()}\n")
    return made


def test_the_pages_run_alone_and_once(command: CommandLine, tmp_path: Path) -> None:
    with running(command, tmp_path, "--only", "web") as process:
        url = process.until("pages")["url"]
        with urllib.request.urlopen(url, timeout=10) as page:  # noqa: S310, TID251
            assert page.status == 200
        parts = command.answer("status")["running"]
        assert parts == {"collect": False, "upload": False, "web": True}
        assert command("run", "--only", "web").code == REFUSED
        assert command.answer("open")["url"] != url
    assert process.code == 0
    assert command.answer("status")["running"]["web"] is False
    assert command("open").code != 0


def test_a_link_opens_once(command: CommandLine, tmp_path: Path) -> None:
    with running(command, tmp_path, "--only", "web") as process:
        url = process.until("pages")["url"]
        urllib.request.urlopen(url, timeout=10).close()  # noqa: S310, TID251
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(url, timeout=10)  # noqa: S310, TID251
        refused.value.close()
        assert refused.value.code in (401, 403, 410)


def test_a_part_that_was_killed_runs_no_longer(command: CommandLine, tmp_path: Path) -> None:
    with running(command, tmp_path, "--only", "upload") as process:
        process.until("ready")
        assert command.answer("status")["running"]["upload"] is True
        process.kill()
        assert command.answer("status")["running"]["upload"] is False


def test_a_taken_port_is_said_with_what_to_do(command: CommandLine, tmp_path: Path) -> None:
    with running(command, tmp_path, "--only", "web") as process:
        process.until("pages")
        other = simulation_home(tmp_path / "other", "ble")
        (other.home / "config.toml").write_text((command.home / "config.toml").read_text())
        ended = other("run", "--only", "web")
    assert ended.code == 1
    assert "port" in ended.err.lower()
    assert "Traceback" not in ended.err
