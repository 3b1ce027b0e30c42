"""A long import lets live readings in, and only then waits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from gateway.store.courtesy import SECONDS, Courtesy, announced, somebody_is_live


def test_nobody_is_live_until_announced(tmp_path: Path) -> None:
    file = tmp_path / "live"
    assert not somebody_is_live(file)
    with announced(file), announced(file):
        assert somebody_is_live(file)
    assert not somebody_is_live(file)


def test_an_importer_yields_every_50_000_rows_while_somebody_is_live(tmp_path: Path) -> None:
    slept: list[float] = []
    courtesy = Courtesy(tmp_path / "live", sleep=slept.append)
    for _ in range(10):
        courtesy.after(10_000)
    assert slept == []
    with announced(tmp_path / "live"):
        for _ in range(12):
            courtesy.after(10_000)
    assert slept == [SECONDS, SECONDS]


def test_a_process_that_was_killed_is_not_live(tmp_path: Path) -> None:
    file = tmp_path / "live"
    script = (
        "import sys, pathlib\nfrom gateway.store.courtesy import announced\n"
        "with announced(pathlib.Path(sys.argv[1])):\n"
        "    print('live', flush=True)\n    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"live\n"
        assert somebody_is_live(file)
        other.kill()
    assert not somebody_is_live(file)
