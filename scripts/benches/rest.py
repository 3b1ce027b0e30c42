"""What `run` weighs at rest, with one connected strap: memory, processor, commits.

PSS is from /proc/PID/smaps_rollup (Linux), processor time from /proc/PID/stat.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from scripts.demo_house import Demo

BUDGET_MIB = 130
BUDGET_ABOVE_IMPORTS_MIB = 30
BUDGET_CPU_PERCENT = 1.0
STRAP = """
title = "One strap"
seed = 1
[[device]]
id = "strap"
model = "heart-rate-strap"
rate_hz = 1.0
"""
FORBIDDEN = ("numpy", "typer", "rich")


def run(settle: float = 20.0, seconds: float = 60.0) -> dict[str, float | str]:
    """Run the gateway with one simulated strap, and look at it from outside.

    Args:
        settle: seconds before the measuring begins.
        seconds: how long is measured.
    """
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        (folder / "strap.toml").write_text(STRAP)
        demo = Demo(folder, scenario=str(folder / "strap.toml"), quiet=True)
        try:
            demo.make_home()
            demo.start_simulator()
            demo.pair_all()
            demo.start_run()
            demo.listen(settle)
            assert demo.run is not None
            pid = demo.run.pid
            cpu, stored = _cpu_seconds(pid), _commits(demo)
            demo.listen(seconds)
            used, commits = _cpu_seconds(pid) - cpu, _commits(demo) - stored
            pss = _pss_mib(pid)
        finally:
            demo.stop()
    return {
        "pss_mib": round(pss, 1),
        "budget_pss_mib": BUDGET_MIB,
        "above_imports_mib": round(pss - _imports_mib(), 1),
        "budget_above_imports_mib": BUDGET_ABOVE_IMPORTS_MIB,
        "cpu_percent": round(100 * used / seconds, 2),
        "budget_cpu_percent": BUDGET_CPU_PERCENT,
        "commits_a_second": round(commits / seconds, 2),
        "not_wanted": ", ".join(_unwanted()) or "none of " + ", ".join(FORBIDDEN),
    }


def _pss_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("this system does not tell a process's memory")


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _commits(demo: Demo) -> int:
    assert demo.run is not None
    return sum(told.get("event") == "stored" for told in demo.run.events)


_IMPORTS = "import gateway.commands.run, adapters.simulator.central, bumble.transport.tcp_client"


def _imports_mib() -> float:
    """A process that has imported what `run` imports, and does nothing."""
    idle = subprocess.Popen(
        [sys.executable, "-c", f"{_IMPORTS}; print(flush=True); input()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert idle.stdout is not None
    idle.stdout.readline()
    time.sleep(0.5)
    weighs = _pss_mib(idle.pid)
    idle.communicate(b"\n")
    return weighs


def _unwanted() -> list[str]:
    listed = subprocess.run(
        [sys.executable, "-c", f"{_IMPORTS}; import sys; print(*sys.modules)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [name for name in FORBIDDEN if name in listed.stdout.split()]


def main(_: Sequence[str] = ()) -> None:
    """Print the figures."""
    for name, figure in run().items():
        print(f"{name:>26}  {figure}")
