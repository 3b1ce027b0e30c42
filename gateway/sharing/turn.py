"""One part of the program sends at a time, so that one request is in flight per recipient.

A lock on a file of the home, which the system lets go when its holder ends, however it ends.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from gateway.errors import Refused

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_PAUSE = 0.05


class NotOurTurn(Refused):
    """Another part of the program is sending."""

    def __init__(self) -> None:
        super().__init__(
            "Another part of the gateway is sending just now.", "Wait a moment and try again."
        )


@asynccontextmanager
async def turn(path: Path, patience: float = 5.0) -> AsyncIterator[None]:
    """Hold the turn for the length of an ``async with``.

    Args:
        path: the lock file; made where there is none, and left there.
        patience: seconds to wait for another holder.

    Raises:
        NotOurTurn: another holder was not done in that time.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        until = asyncio.get_running_loop().time() + patience
        while not _take(file):
            if asyncio.get_running_loop().time() > until:
                raise NotOurTurn
            await asyncio.sleep(_PAUSE)
        yield
    finally:
        os.close(file)  # lets the lock go


def _take(file: int) -> bool:
    try:
        if sys.platform == "win32":
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
