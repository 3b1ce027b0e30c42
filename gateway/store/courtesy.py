"""A long import lets live readings in: after each of its commits it waits while somebody else does.

Whoever collects holds a lock on a small file for as long as it runs, and on another while it writes
live readings or waits to; the system lets go of both when the process ends, however it ends. The
importer asks whether somebody holds the other; where the system has no such locks it always pauses.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

PAUSE = 0.004
MOST = 0.5
"""Seconds that an importer waits at a time, and in all: who was stopped may hold a lock."""


@contextmanager
def announced(file: Path) -> Iterator[None]:
    """Say, for as long as the block runs, what the file stands for; nobody waits for another."""
    with file.open("a") as held:
        if sys.platform != "win32":
            fcntl.flock(held, fcntl.LOCK_SH)
        yield


def somebody_is_live(file: Path) -> bool:
    """Whether anybody has announced itself, in this process or another."""
    nobody = False
    if sys.platform != "win32":
        asked = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)  # asked often: no more
        try:
            with suppress(BlockingIOError):
                fcntl.flock(asked, fcntl.LOCK_EX | fcntl.LOCK_NB)
                nobody = True
        finally:
            os.close(asked)
    return not nobody


@contextmanager
def only_one(file: Path) -> Iterator[bool]:
    """Whether nobody else, in this process or another, is within such a block; none comes in then.

    True where the system has no such locks.
    """
    alone = True
    with file.open("a") as held:
        if sys.platform != "win32":
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                alone = False
        yield alone


class Courtesy:
    """What an importer calls after each commit, outside of a transaction."""

    def __init__(self, file: Path, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._file = file
        self._sleep = sleep

    def after_a_commit(self) -> None:
        """Let those in who wait for their turn."""
        waited = 0.0
        while waited < MOST and somebody_is_live(self._file):
            self._sleep(PAUSE)
            waited += PAUSE
            if sys.platform == "win32":
                return
