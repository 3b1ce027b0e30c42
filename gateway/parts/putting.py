"""Questions of a device that is being added, on their way to the person and back."""

from __future__ import annotations

import asyncio
from typing import Final

from adapters.ble.asking import Question
from gateway import clock
from gateway.store.thread import StoreThread
from gateway.store.wishes import NO_MORE, Put, Wishes

EVERY: Final = 0.3
"""Seconds between two looks at the table of wishes."""


class Putting:
    """Puts questions into the table, and looks for the answer."""

    def __init__(self, wishes: Wishes, thread: StoreThread, number: int) -> None:
        self._wishes = wishes
        self._thread = thread
        self._number = number

    async def ask(self, question: Question) -> str | None:
        """The answer that stands in the table; None where the person wants no more."""
        until = clock.now() + round(question.seconds * 1000)
        put = Put(question.sort, question.device, question.digits, until)
        await self._thread.do(self._wishes.ask, self._number, put)
        try:
            while True:
                await asyncio.sleep(EVERY)
                wish = await self._thread.do(self._wishes.get, self._number)
                if wish is None or not wish.is_open or wish.answer == NO_MORE:
                    return None
                if wish.answer:
                    return wish.answer
        finally:
            await asyncio.shield(self._thread.do(self._wishes.ask, self._number, None))
