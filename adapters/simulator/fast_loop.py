"""An event loop on which waiting takes no time: a simulated day passes in seconds.

Time goes on only when there is nothing left to do, and then at once to the next timer. While a
thread works for the loop (`asyncio.to_thread`), time stands still. What comes over a socket from
another process is taken in when it comes, but nobody waits for it.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple, Unpack

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class _Jumps(selectors.DefaultSelector):
    """Looks for what has happened; where a real one would wait, it moves the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.working = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        happened = super().select(0)
        if happened or timeout == 0:
            return happened
        if timeout is None or self.working:
            return super().select(None)
        self.now += max(timeout, 0.0)
        return []


class FastLoop(asyncio.SelectorEventLoop):
    """An event loop with a clock of its own, which begins at 0."""

    def __init__(self) -> None:
        self._jumps = _Jumps()
        super().__init__(self._jumps)

    def time(self) -> float:
        """Seconds since the loop was made, as it sees it."""
        return self._jumps.now

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[Ts]], T], *args: *Ts
    ) -> asyncio.Future[T]:
        """Work in a thread; time stands still until it is done."""
        self._jumps.working += 1
        try:
            work = super().run_in_executor(executor, func, *args)
        except BaseException:
            self._jumps.working -= 1
            raise
        work.add_done_callback(self._worked)
        return work

    def _worked(self, _work: object) -> None:
        self._jumps.working -= 1


def run_fast(main: Coroutine[Any, Any, T]) -> T:
    """As `asyncio.run`, on a loop on which waiting takes no time."""
    with asyncio.Runner(loop_factory=FastLoop) as runner:
        return runner.run(main)
