"""A program of ours in a process of its own, with its lines."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Sequence
from pathlib import Path

from scripts.bluez.guest import warm

_LONGEST = 1 << 24


class Program:
    """One that runs. Lines can be written to it, and read of it."""

    def __init__(self, process: warm.Process, stdin: int, stdout: int) -> None:
        self._process = process
        self._stdin = stdin
        self._stdout = stdout
        self._lines = asyncio.StreamReader(limit=_LONGEST)
        self._ended: int | None = None

    @classmethod
    def start(cls, module: str, words: Sequence[str], log: Path) -> Program:
        """Run `python -m MODULE WORDS`; what it complains of goes to the log."""
        (child_in, stdin), (stdout, child_out) = os.pipe(), os.pipe()
        with log.open("a", encoding="utf-8") as complaints:
            process = warm.start(module, words, child_in, child_out, complaints)
        os.close(child_in)
        os.close(child_out)
        return cls(process, stdin, stdout)

    async def open(self) -> None:
        """Begin to read what it says."""
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(self._lines), os.fdopen(self._stdout, "rb", 0)
        )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def write(self, line: str) -> None:
        """Say something to it."""
        os.write(self._stdin, line.encode() + b"\n")

    async def line(self) -> str:
        """The next line that it says.

        Raises:
            EOFError: it has ended, or will not say more.
        """
        if not (line := await self._lines.readline()):
            raise EOFError("the program has ended; see its log")
        return line.decode().rstrip("\n")

    async def rest(self) -> str:
        """All that it says until it has no more to say."""
        return (await self._lines.read()).decode()

    async def ended(self) -> int:
        """Its exit code, once it has ended; minus the signal that killed it."""
        if self._ended is None:
            self._ended = await self._process.ended()
        return self._ended

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End it; at once unless told otherwise."""
        if self._ended is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send(how)
