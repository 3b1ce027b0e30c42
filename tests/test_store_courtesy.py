"""A long import lets live readings in, and only then waits."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from gateway.store.courtesy import MOST, PAUSE, Courtesy, announced, somebody_is_live


def test_nobody_is_live_until_announced(tmp_path: Path) -> None:
    file = tmp_path / "live"
    assert not somebody_is_live(file)
    with announced(file), announced(file):
        assert somebody_is_live(file)
    assert not somebody_is_live(file)


def test_an_importer_waits_while_somebody_writes_live_readings(tmp_path: Path) -> None:
    file, slept = tmp_path / "turn", list[float]()
    writing = ExitStack()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            writing.close()

    courtesy = Courtesy(file, sleep=sleep)
    courtesy.after_a_commit()
    assert slept == []
    writing.enter_context(announced(file))
    courtesy.after_a_commit()
    assert slept == [PAUSE] * 3


def test_an_importer_does_not_wait_for_ever(tmp_path: Path) -> None:
    slept: list[float] = []
    with announced(tmp_path / "turn"):
        Courtesy(tmp_path / "turn", sleep=slept.append).after_a_commit()
    assert MOST <= sum(slept) < MOST + 2 * PAUSE


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
