"""What a process has open at a moment; what only grows is a leak."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import dataclass
from pathlib import Path

_SELF = Path("/proc/self")


@dataclass(frozen=True, slots=True)
class Census:
    """One count.

    Attributes:
        at_s: when, in seconds of the day that is simulated.
        pss_kib: memory, what is shared counted in part.
        files: open files and sockets.
        threads: threads of the system.
        tasks: asyncio's, that have not ended.
        matches: what it asked the bus to be told of; 0 where there is no bus.
    """

    at_s: float
    pss_kib: int
    files: int
    threads: int
    tasks: int
    matches: int = 0


def census(at_s: float) -> Census:
    """Count in this process and its running loop (Linux)."""
    gc.collect()
    pss = next(
        int(line.split()[1])
        for line in (_SELF / "smaps_rollup").read_text().splitlines()
        if line.startswith("Pss:")
    )
    return Census(
        at_s=at_s,
        pss_kib=pss,
        files=sum(1 for _ in (_SELF / "fd").iterdir()),
        threads=sum(1 for _ in (_SELF / "task").iterdir()),
        tasks=len(asyncio.all_tasks()),
    )
