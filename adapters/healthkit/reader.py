"""The process that reads exports, begun before it is known what it reads: loading takes it a while.

It is asked by its stdin, once, and ends when that closes. Nothing of a home is given to it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

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


def dismiss() -> None:
    """End those that nobody asked."""
    while _ready:
        with _ready.pop() as child:
            child.kill()


def _begun() -> subprocess.Popen[bytes]:
    with _without_interrupts():
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "adapters.healthkit.apart"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **_ENVIRONMENT},
        )


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Let what is begun hear no Ctrl-C, from its first instant: whoever began it ends it.

    It comes here as soon as this is over.
    """
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
