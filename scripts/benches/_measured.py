"""A command measured from outside: seconds, processor and memory, of it and all that it starts."""

from __future__ import annotations

import resource
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_EVERY = 0.1


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds on the wall and of processor, and the most memory at once (sum of PSS), MiB."""

    wall: float
    cpu: float
    peak_mib: float
    out: str


def measured(command: Sequence[str | Path]) -> Measured:
    """Run a command to its end.

    Raises:
        RuntimeError: it failed; with what it said.
    """
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    peak = 0.0
    with subprocess.Popen(
        list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        while True:
            try:
                out, err = running.communicate(timeout=_EVERY)
                break
            except subprocess.TimeoutExpired:
                peak = max(peak, sum(map(_pss_mib, family(running.pid))))
    if running.returncode:
        raise RuntimeError(f"{command[0]} ended with {running.returncode}: {err[-400:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(time.perf_counter() - begun, cpu, peak, out)


def family(pid: int) -> list[int]:
    """A process and all that it started, as far as they live (Linux)."""
    family = [pid]
    for one in family:
        try:
            children = Path(f"/proc/{one}/task/{one}/children").read_text().split()
        except OSError:
            continue
        family += map(int, children)
    return family


def _pss_mib(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has ended meanwhile
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)
