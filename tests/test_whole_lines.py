"""A line on stdout is whole, however long it is and whatever happens while it is written."""

from __future__ import annotations

import array
import fcntl
import signal
import subprocess
import sys
import termios

import pytest

LETTERS = 300_000
"""More than a pipe holds, so the writer waits in the middle of its line."""

WRITER = f"""
import signal, sys
from gateway.outlets import take_over
signal.signal(signal.SIGTERM, lambda *_: None)
if "as users do" in sys.argv:
    take_over()
sys.stdout.write("x" * {LETTERS} + "\\n")
sys.stdout.flush()
"""


@pytest.mark.parametrize(("how", "whole"), [("as users do", True), ("without", False)])
def test_a_signal_cuts_no_line_where_python_does_not_buffer(how: str, whole: bool) -> None:
    with subprocess.Popen(
        [sys.executable, "-u", "-c", WRITER, how], stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        there, room = array.array("i", [0]), fcntl.fcntl(writer.stdout, fcntl.F_GETPIPE_SZ)
        while there[0] < room:  # until it waits in the middle of its line
            fcntl.ioctl(writer.stdout, termios.FIONREAD, there)
        writer.send_signal(signal.SIGTERM)
        assert (len(writer.stdout.read()) == LETTERS + 1) == whole
