"""The process that reads exports, begun before it is known what it reads: loading takes it a while.

It is asked by its stdin, once, and ends when that closes. Nothing of a home is given to it.
"""

from __future__ import annotations

import os
import subprocess
import sys

_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    # What a block needs is used again for the next: of pages that the system takes back and gives
    # anew it has to write each one first. Only the C library of GNU reads these; in bytes.
    "MALLOC_MMAP_THRESHOLD_": str(4 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(16 << 20),
}

_ready: list[subprocess.Popen[bytes]] = []


def get_ready() -> None:
    """Begin one that waits for its question."""
    _ready.append(_begun())


def taken() -> subprocess.Popen[bytes]:
    """The one that waits, or a new one."""
    return _ready.pop() if _ready else _begun()


def _begun() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "adapters.healthkit.apart"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **_ENVIRONMENT},
    )
