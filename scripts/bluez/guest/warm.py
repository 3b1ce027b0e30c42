"""Processes that need not import anything: forks of one that has.

Under an emulated processor the imports of this program take many seconds. One process imports all,
and forks for each module that is to be run; the fork is a process as any other: it has its own
pid, can be killed, and ends as it likes. It is killed when the one who asked for it is gone.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import os
import runpy
import selectors
import signal
import socket  # noqa: TID251 - a Unix socket between processes of one guest
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

DOOR = Path("/run/warm")
_MOST = 65536


class Warm:
    """Forks for whoever asks."""

    def __init__(self) -> None:
        """Open the door."""
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(str(DOOR))
        self._door.listen()
        self._children: dict[int, socket.socket] = {}
        self._events = selectors.DefaultSelector()
        self._events.register(self._door, selectors.EVENT_READ)

    def serve(self, until: int) -> int:
        """Answer until this child has ended; return its exit code."""
        told, tell = os.pipe()
        os.set_blocking(tell, False)
        signal.set_wakeup_fd(tell)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._events.register(told, selectors.EVENT_READ)
        while True:
            while (ended := _ended()) is not None:
                pid, code = ended
                if pid == until:
                    return code
                self._say_end(pid, code)
            for key, _ in self._events.select():
                if key.fileobj is self._door:
                    self._begin()
                elif key.fileobj == told:
                    os.read(told, _MOST)
                else:
                    os.kill(key.data, signal.SIGKILL)
                    self._events.unregister(key.fileobj)

    def _begin(self) -> None:
        asker, _ = self._door.accept()
        text, files, _, _ = socket.recv_fds(asker, _MOST, 3)
        asked = json.loads(text)
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for number, file in enumerate(files):
                os.dup2(file, number)
            _be(asked["module"], asked["arguments"])
        for file in files:
            os.close(file)
        asker.sendall(f"{pid}\n".encode())
        self._children[pid] = asker
        self._events.register(asker, selectors.EVENT_READ, pid)

    def _say_end(self, pid: int, code: int) -> None:
        if (asker := self._children.pop(pid, None)) is None:
            return
        if asker in self._events.get_map():
            self._events.unregister(asker)
            with contextlib.suppress(BrokenPipeError):  # it may have just gone itself
                asker.sendall(f"{code}\n".encode())
        asker.close()


def _ended() -> tuple[int, int] | None:
    try:
        pid, status = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return None
    return (pid, os.waitstatus_to_exitcode(status)) if pid else None


def be(module: str, arguments: Sequence[str]) -> int:
    """Fork, and run a module there with the files that are open here; return the pid."""
    pid = os.fork()
    if pid == 0:
        _be(module, arguments)
    return pid


def _be(module: str, arguments: Sequence[str]) -> None:
    os.setsid()
    os.closerange(3, 256)
    sys.argv = [module, *arguments]
    code: object = 0
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
        code = 1
    try:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code if isinstance(code, int) else int(code is not None))


@dataclass
class Process:
    """One that was asked for. It is killed if this is forgotten."""

    pid: int
    _asked: socket.socket

    async def ended(self) -> int:
        """Its exit code, once it has ended; minus the signal that killed it."""
        loop = asyncio.get_running_loop()
        text = await loop.sock_recv(self._asked, 16)
        return int(text)

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, e.g. the one that nobody can refuse."""
        os.kill(self.pid, number)


def start(
    module: str, arguments: Sequence[str], stdin: int | IO[str], stdout: int | IO[str], log: IO[str]
) -> Process:
    """Run `python -m MODULE ARGUMENTS` in a process of its own.

    Args:
        module: what to run.
        arguments: its words.
        stdin: what it reads, a file or its number.
        stdout: what it writes.
        log: where its complaints go.
    """
    asked = socket.socket(socket.AF_UNIX)
    asked.connect(str(DOOR))
    files = [one if isinstance(one, int) else one.fileno() for one in (stdin, stdout, log)]
    text = json.dumps({"module": module, "arguments": list(arguments)})
    socket.send_fds(asked, [text.encode()], files)
    pid = b""
    while not pid.endswith(b"\n"):
        pid += asked.recv(1)
    asked.setblocking(False)
    return Process(int(pid), asked)
