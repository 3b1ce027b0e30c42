"""All parts of `run` together, until a signal or an error that a person must see."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

from gateway import clock
from gateway.app import House, open_house
from gateway.errors import Refused
from gateway.log import Event, Log
from gateway.parts.collecting import Collecting
from gateway.parts.exports import import_what_waits
from gateway.parts.keeping import keep_house
from gateway.parts.pages import serve_pages
from gateway.parts.uploading import upload_for_ever
from gateway.radio import may_use
from gateway.status import Part, is_running
from gateway.store.keys import KeyRing
from gateway.store.thread import StoreThread
from gateway.telling import Telling


class Running:
    """The parts of one home. Each opens the home for itself and works in a thread of its own."""

    def __init__(
        self,
        home: Path,
        ring: KeyRing,
        parts: tuple[Part, ...],
        log: Log,
        telling: Telling,
    ) -> None:
        self._home = home
        self._ring = ring
        self._parts = parts
        self._log = log
        self._telling = telling
        self._opened: list[tuple[House, StoreThread]] = []

    async def until_stopped(self) -> None:
        """Run the parts until SIGTERM or SIGINT.

        Raises:
            Refused: a part runs already, or this home may not use its radio.
            GatewayError, StoreError: in a group, what a part could not go on with.
        """
        self._check()
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(NotImplementedError):
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
        self._log.note(Event.STARTED, parts=",".join(self._parts))
        try:
            async with asyncio.TaskGroup() as tasks:
                begun = [tasks.create_task(self._part(part), name=part) for part in self._parts]
                self._telling.ready(self._parts)
                await stop.wait()
                for task in begun:
                    task.cancel()
        finally:
            for house, thread in self._opened:
                await thread.do(house.close)
                thread.close()
            self._log.note(Event.STOPPED)
            self._telling.tell("stopped")

    def _check(self) -> None:
        house = open_house(self._home, ring=self._ring)
        try:
            for part in self._parts:
                if is_running(house, part):
                    raise Refused(
                        "This home runs already.", "Stop the other `health-gateway run` first."
                    )
            if "collect" in self._parts:
                may_use(house)
            for sentence in house.opened.warnings(clock.now()):
                self._log.note(Event.HEAD_BROKEN, what=sentence)
                self._telling.tell("warning", text=sentence)
        finally:
            house.close()

    async def _part(self, part: Part) -> None:
        house, thread = await self._open(part)
        match part:
            case "collect":
                await self._both(
                    Collecting(house, thread, self._telling, self._log).run,
                    lambda: keep_house(house, thread, self._log),
                    self._imports,
                )
            case "upload":
                await upload_for_ever(house, thread, self._telling, self._log)
            case "web":
                await serve_pages(house, thread, self._telling, self._log)

    async def _imports(self) -> None:
        house, thread = await self._open("exports")
        await import_what_waits(house, thread, self._telling, self._log)

    async def _both(self, *parts: Callable[[], Awaitable[None]]) -> None:
        async with asyncio.TaskGroup() as tasks:
            for part in parts:
                tasks.create_task(_await(part))

    async def _open(self, part: str) -> tuple[House, StoreThread]:
        thread = StoreThread(part)
        house = await thread.do(_opened, self._home, self._ring)
        self._opened.append((house, thread))
        return house, thread


async def _await(part: Callable[[], Awaitable[None]]) -> None:
    await part()


def _opened(home: Path, ring: KeyRing) -> House:
    return open_house(home, ring=ring)
