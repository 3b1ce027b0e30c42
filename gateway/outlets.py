"""stdout and stderr, for a program whose reader may go away (`… | head`), or was never there.

Python raises `BrokenPipeError` then, again when it ends, and prints that it ignored it. A program
cannot tell that error from one of a socket. So both get an outlet of their own here: when nobody
reads the answer any more the command ends as by the shell's custom, cleaning up behind itself;
when nobody reads its asides it goes on.

Source: POSIX.1-2017, Shell Command Language, 2.8.2 (a command ended by a signal).
"""

from __future__ import annotations

import errno
import io
import os
import sys
from pathlib import Path
from typing import TextIO

NOBODY_READS = 128 + 13
"""The exit code of a command whose reader went away: what a shell says of SIGPIPE."""


class _Outlet(io.FileIO):
    """A file that ends the command, or takes words for nothing, once nobody reads it."""

    def __init__(self, number: int, *, ends: bool) -> None:
        super().__init__(number, "wb", closefd=False)
        self._ends = ends
        self._gone = False

    def write(self, block: object) -> int | None:  # type: ignore[override]  # any buffer
        """Write, or raise `SystemExit` the first time that nobody reads."""
        if self._gone:
            return len(block)  # type: ignore[arg-type]  # it is a buffer
        try:
            return super().write(block)  # type: ignore[arg-type]
        except OSError as error:
            self._gone = True  # or it would be tried once more when the program ends
            if not _nobody_reads(error):
                raise
            if self._ends:
                raise SystemExit(NOBODY_READS) from None
            return len(block)  # type: ignore[arg-type]


def _nobody_reads(error: OSError) -> bool:
    windows = sys.platform == "win32" and error.errno == errno.EINVAL
    return isinstance(error, BrokenPipeError) or windows


def take_over() -> None:
    """Put the outlets in the place of Python's own, where those are files.

    stdout is buffered also where Python was told not to: a line that is longer than a pipe holds
    would else be cut where a signal comes while it is written.
    """
    sys.stdout = _replaced(sys.stdout, ends=True)
    sys.stderr = _replaced(sys.stderr, ends=False)


def _replaced(stream: TextIO | None, *, ends: bool) -> TextIO:
    if stream is None:  # closed; what is opened next must not get its number
        return Path(os.devnull).open("w", encoding="utf-8")
    buffer = getattr(stream, "buffer", None)
    raw = getattr(buffer, "raw", buffer)
    if type(raw) is not io.FileIO:
        return stream
    stream.flush()
    return io.TextIOWrapper(
        io.BufferedWriter(_Outlet(raw.fileno(), ends=ends)),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.isatty() or not ends,
    )
