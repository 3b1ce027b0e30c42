"""A copy of the project's tree, to break on purpose."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PARTS = ("adapters", "fhir_mappings", "gateway", "scripts", "tests")


def copy_of_the_tree(to: Path) -> Path:
    """Copy the packages and the configuration; without caches and installed files."""
    leave_out = shutil.ignore_patterns("__pycache__", "node_modules", ".*")
    for part in PARTS:
        shutil.copytree(ROOT / part, to / part, ignore=leave_out)
    for file in ("pyproject.toml", "config.toml"):
        shutil.copy(ROOT / file, to / file)
    return to


def run_in(
    copy: Path, *words: str, timeout: float = 300, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a tool of this environment in the copy, on the copy's code."""
    tool = Path(sys.executable).parent / words[0]
    return subprocess.run(
        [str(tool), *words[1:]],
        cwd=copy,
        env={
            **os.environ,
            "PYTHONPATH": str(copy),
            "PYTHONDONTWRITEBYTECODE": "1",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )
