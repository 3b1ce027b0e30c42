"""A long import lets live readings in: it yields while somebody else has announced itself.

Whoever writes live readings holds a lock on a small file, which the system lets go of when the
process ends, however it ends. The importer asks whether somebody holds it; where the system has no
such locks it is always polite.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

EVERY_ROWS = 50_000
SECONDS = 0.02


@contextmanager
def announced(file: Path) -> Iterator[None]:
    """Say, for as long as the block runs, that live readings are being written."""
    with file.open("a") as held:
        if sys.platform != "win32":
            fcntl.flock(held, fcntl.LOCK_SH)
        yield


def somebody_is_live(file: Path) -> bool:
    """Whether anybody has announced itself, in this process or another."""
    nobody = False
    if sys.platform != "win32":
        with file.open("a") as asked, suppress(BlockingIOError):
            fcntl.flock(asked, fcntl.LOCK_EX | fcntl.LOCK_NB)
            nobody = True
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
        self._rows = 0

    def after(self, rows: int) -> None:
        """Count the rows of a commit; every 50,000 let others in if there are any."""
        self._rows += rows
        if self._rows >= EVERY_ROWS:
            self._rows = 0
            if somebody_is_live(self._file):
                self._sleep(SECONDS)
