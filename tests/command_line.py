"""Runs the program as a user does: in a process of its own, on a home of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it answered; fails if stdout is not one JSON document."""
        return json.loads(self.out)


@dataclass(frozen=True)
class CommandLine:
    """`health-gateway --home HOME …`."""

    home: Path

    def __call__(self, *words: str, stdin: str = "", **environment: str) -> Ended:
        done = subprocess.run(
            [sys.executable, "-m", "gateway", "--home", str(self.home), *words],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env={**os.environ, **environment},
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def answer(self, *words: str) -> Any:
        """What a command that must succeed answers with `--json`."""
        ended = self(*words, "--json")
        assert ended.code == 0, f"{words}: {ended.err or ended.out}"
        return ended.json


def simulation_home(folder: Path, *sources: str) -> CommandLine:
    """A simulation home with one person, Ada, who allows these sources."""
    command = CommandLine(folder / "home")
    command.answer("setup", "--simulation", "--key-file")
    command.answer("people", "add", "Ada", "--born", "1985-04")
    for source in sources:
        command.answer("consent", "grant", "collect", source, "--script")
    return command
