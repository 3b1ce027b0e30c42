"""The talk at a terminal about a wish of the radio: what a device asks, and how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator
from typing import Final

from adapters.errors import AdapterError
from adapters.reading import DeviceKey
from gateway.app import House, open_house
from gateway.commands.output import aside
from gateway.commands.typed import typed_line
from gateway.log import Log
from gateway.parts.collecting import Collecting
from gateway.status import is_running
from gateway.store.thread import StoreThread
from gateway.store.wishes import NO_MORE, Put, Wish, Wishes
from gateway.telling import Telling

_EVERY: Final = 0.2


@contextlib.asynccontextmanager
async def served(house: House, number: int, failed: str) -> AsyncIterator[DeviceKey]:
    """See that a wish is served, and talk about it; collects meanwhile unless `run` does.

    Args:
        house: where it was wished.
        number: of the wish; it is given up with the block.
        failed: what is said where nobody knows more.

    Raises:
        AdapterError: it was not served, with what to do next.
    """
    wishes = Wishes(house.local.db)
    try:
        async with _collecting(house):
            yield await _Talk(wishes, failed).until_served(number)
    finally:
        wishes.give_up(number)


class _Talk:
    """One person at a terminal."""

    def __init__(self, wishes: Wishes, failed: str) -> None:
        self._wishes = wishes
        self._failed = failed

    async def until_served(self, number: int) -> DeviceKey:
        said_waiting = False
        while True:
            wish = self._wish(number)
            if wish.question is not None:
                await self._put(wish, wish.question)
            elif wish.state in ("connected", "done"):
                return wish.device
            elif wish.state in ("failed", "given up"):
                raise AdapterError(wish.said or self._failed, wish.next_step)
            elif wish.state == "waiting" and not said_waiting:
                aside("Waiting for the device. If it must be paired, put it into pairing mode now.")
                said_waiting = True
            await asyncio.sleep(_EVERY)

    def _wish(self, number: int) -> Wish:
        wish = self._wishes.get(number)
        if wish is None:
            raise AdapterError(self._failed, "Try again.")
        return wish

    async def _put(self, wish: Wish, question: Put) -> None:
        """Ask the person until there is an answer, or the question no longer stands."""
        asked = asyncio.ensure_future(_answer(question))
        try:
            while not asked.done():
                await asyncio.wait([asked], timeout=_EVERY)
                if self._wish(wish.id).question != question:
                    aside("")
                    return
            self._wishes.answer(wish.id, asked.result())
        finally:
            asked.cancel()
            await asyncio.wait([asked])
        while self._wish(wish.id).question == question:  # noqa: ASYNC110  # another process takes it
            await asyncio.sleep(_EVERY)


async def _answer(question: Put) -> str:
    """What the person types; a question that is only shown is never answered."""
    if question.sort == "show":
        aside(f"Type these six digits into {question.called}: {question.digits}")
        await asyncio.Event().wait()
    if question.sort == "compare":
        aside(f"Does {question.called} show {question.digits}? Type yes or no:")
        while (told := await typed_line()) is not None:
            if told.strip().lower() in ("yes", "y", "no", "n"):
                return "yes" if told.strip().lower().startswith("y") else "no"
            aside("Type yes or no:")
        return NO_MORE
    aside(f"Which six digits does {question.called} show? (Enter alone: give up)")
    while told := (await typed_line() or "").replace(" ", "").strip():
        if told.isascii() and told.isdigit() and len(told) == 6:
            return told
        aside("Those are not six digits. Which does it show?")
    return NO_MORE


@contextlib.asynccontextmanager
async def _collecting(house: House) -> AsyncIterator[None]:
    """Collect meanwhile, unless `run` does so already."""
    if is_running(house, "collect"):
        yield
        return
    thread = StoreThread("collect")
    own = await thread.do(lambda: open_house(house.path, ring=house.opened.ring))
    part = Collecting(own, thread, Telling(as_json=False), Log(io.StringIO()))
    running = asyncio.ensure_future(part.run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.wait([running])
        await thread.do(own.close)
        thread.close()
