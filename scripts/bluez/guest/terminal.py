"""A command of ours at a terminal, as a person sees it and types into it."""

from __future__ import annotations

import asyncio
import os
import pty
import subprocess
from collections.abc import Sequence
from pathlib import Path

from scripts.bluez.guest import warm

PATIENCE = 90.0


class Terminal:
    """One command under way. What it has said so far is `text`."""

    def __init__(self, module: str, words: Sequence[str]) -> None:
        """Start `python -m MODULE WORDS`."""
        self.text = ""
        _terminals()
        self._mine, theirs = pty.openpty()
        with os.fdopen(theirs, "w", encoding="utf-8", closefd=False) as complaints:
            self._process = warm.start(module, words, theirs, theirs, complaints)
        os.close(theirs)
        os.set_blocking(self._mine, False)

    def type(self, line: str) -> None:
        """Type a line and press Enter."""
        os.write(self._mine, line.encode() + b"\n")

    async def until(self, words: str) -> None:
        """Return once these words stand there."""
        try:
            async with asyncio.timeout(PATIENCE):
                while words not in self.text:
                    self._read()
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"{words!r} never came: {self.text}") from None

    async def ended(self) -> int:
        """Its exit code, once it has ended."""
        async with asyncio.timeout(PATIENCE):
            code = await self._process.ended()
        self._read()
        os.close(self._mine)
        return code

    def _read(self) -> None:
        try:
            while more := os.read(self._mine, 4096):
                self.text += more.decode(errors="replace").replace("\r\n", "\n")
        except OSError:  # nothing now, or it has ended
            return


def _terminals() -> None:
    """The guest has them only once they are asked for."""
    if not (place := Path("/dev/pts")).is_mount():
        place.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "devpts", "devpts", str(place)], check=True)


class House:
    """A home of the guest's, and commands on it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def ask(self, *words: str) -> str:
        """What a command says that must succeed."""
        terminal = self.at(*words)
        code = await terminal.ended()
        assert code == 0, f"{' '.join(words)} ended with {code}: {terminal.text}"
        return terminal.text

    def at(self, *words: str) -> Terminal:
        """Begin a command."""
        return Terminal("gateway", ["--home", str(self._path), *words])
