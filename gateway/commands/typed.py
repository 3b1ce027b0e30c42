"""What somebody at a terminal types, while other things go on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from typing import Final

_LONGEST: Final = 4096


async def typed_line() -> str | None:
    """One line, without its end; None once nothing more can come.

    Cancelling it leaves what comes next to whoever asks next.
    """
    loop = asyncio.get_running_loop()
    came: asyncio.Future[None] = loop.create_future()
    here = sys.stdin.fileno()

    def readable() -> None:
        if not came.done():
            came.set_result(None)

    line = b""
    try:
        loop.add_reader(here, readable)
    except (NotImplementedError, PermissionError):  # Windows; a file on Linux
        told = await asyncio.to_thread(sys.stdin.readline)
        return told.rstrip("\r\n") if told else None
    try:
        while not line.endswith(b"\n") and len(line) < _LONGEST:
            await came
            came = loop.create_future()
            if not (more := os.read(here, 1)):
                return line.decode(errors="replace") or None
            line += more
    finally:
        with contextlib.suppress(ValueError):
            loop.remove_reader(here)
    return line.decode(errors="replace").rstrip("\r\n")
