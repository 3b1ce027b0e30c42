"""The one thread through which a process writes to its store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class StoreThread:
    """Runs calls one after the other, in the order in which they were asked for."""

    def __init__(self, name: str = "store") -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def do(self, call: Callable[..., T], *args: object) -> T:
        """Run a call in the thread and wait for what it returns or raises.

        A caller that is cancelled stops waiting; the call itself, once begun, runs to its end,
        so a commit is never cut in two.
        """
        return await asyncio.get_running_loop().run_in_executor(self._executor, call, *args)

    def close(self) -> None:
        """Finish what was asked for, then stop."""
        self._executor.shutdown(wait=True)
