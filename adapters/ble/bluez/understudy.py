"""Subscriptions held by a process of its own, which takes over should this one be killed.

BlueZ ends what a program asked to be notified of together with the program, but not the link: it
goes on confirming to the device whatever comes, and tells it to nobody. So another process asks in
our place (`adapters.ble.bluez.standby`). It hears what we hear, and keeps it should we not be there
any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Final

from adapters.ble.bluez.bus import BusError

_READY_WITHIN: Final = 30.0
"""Seconds; the one before it may have to finish first."""

_ANSWER_WITHIN: Final = 15.0
_END_WITHIN: Final = 2.0

READY: Final = "ready"


class Understudy:
    """The other process, as seen from here.

    It is started once: where it cannot be, or ends before its time, the keeper asks by itself.
    """

    def __init__(self, command: Sequence[str], told: Mapping[str, str]) -> None:
        """Put together; nothing runs yet.

        Args:
            command: what to run.
            told: the first line that it is told; it may hold secrets, so it is no argument.
        """
        self._command = command
        self._told = told
        self._process: Process | None = None
        self._asked: dict[str, asyncio.Future[str]] = {}

    @property
    def is_there(self) -> bool:
        """Whether it can be asked."""
        return self._process is not None

    @contextlib.asynccontextmanager
    async def running(self, gone: Callable[[], None]) -> AsyncIterator[None]:
        """Let it run until the block ends; ``gone`` is called should it end before that."""
        process = await self._started()
        if process is None:
            yield
            return
        self._process = process
        listening = asyncio.create_task(self._listen(process, gone), name="ble understudy")
        try:
            yield
        finally:
            listening.cancel()
            await asyncio.wait([listening])
            self._lose()
            await _dismiss(process)

    async def start(self, path: str, address: str, uuid: str) -> None:
        """Let it be notified of a characteristic of a device.

        Raises:
            BusError: BlueZ did not do as asked, or it is not there any more.
        """
        if self._process is None:
            raise BusError("", "the understudy is gone")
        answer = self._asked[path] = asyncio.get_running_loop().create_future()
        try:
            await self._say({"hold": path, "address": address, "uuid": uuid})
            async with asyncio.timeout(_ANSWER_WITHIN):
                error = await answer
        except (OSError, TimeoutError) as failed:
            await self.stop(path)  # or it holds it later, beside whoever holds it then
            raise BusError("", type(failed).__name__) from failed
        finally:
            self._asked.pop(path, None)
        if error:
            raise BusError(error)

    async def stop(self, path: str) -> None:
        """Let it be notified no longer."""
        with contextlib.suppress(OSError):
            await self._say({"let_go": path})

    async def forget(self, address: str) -> None:
        """Let it forget what it heard of a device that may not be listened to any more."""
        with contextlib.suppress(OSError):
            await self._say({"forget": address})

    async def _started(self) -> Process | None:
        try:
            # A session of its own: Ctrl-C is for us, and it ends when we say so.
            process = await asyncio.create_subprocess_exec(
                *self._command, stdin=PIPE, stdout=PIPE, start_new_session=True
            )
        except OSError:
            return None
        try:
            await _write(process, self._told)
            async with asyncio.timeout(_READY_WITHIN):
                if await _line(process) == READY:
                    return process
        except (OSError, TimeoutError):
            pass
        except BaseException:
            await _dismiss(process)
            raise
        await _dismiss(process)
        return None

    async def _say(self, words: Mapping[str, str]) -> None:
        if self._process is not None:
            await _write(self._process, words)

    async def _listen(self, process: Process, gone: Callable[[], None]) -> None:
        try:
            while (answer := await _line(process)) is not None:
                asked = self._asked.get(answer["held"])
                if asked is not None and not asked.done():
                    asked.set_result(answer["error"])
        except ValueError:
            pass  # it was cut off in the middle of a word
        self._lose()
        gone()

    def _lose(self) -> None:
        self._process = None
        for asked in self._asked.values():
            if not asked.done():
                asked.set_exception(BusError("", "the understudy is gone"))


async def _write(process: Process, words: Mapping[str, str]) -> None:
    assert process.stdin is not None  # noqa: S101  # it was asked for
    process.stdin.write(json.dumps(words).encode() + b"\n")
    await process.stdin.drain()


async def _line(process: Process) -> Any:
    """What it says next, or None at its end."""
    assert process.stdout is not None  # noqa: S101  # it was asked for
    line = await process.stdout.readline()
    return json.loads(line) if line else None


async def _dismiss(process: Process) -> None:
    """Say that it is not needed any more."""
    with contextlib.suppress(OSError):
        await _write(process, {"end": ""})
    try:
        async with asyncio.timeout(_END_WITHIN):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
