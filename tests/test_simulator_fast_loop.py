"""The event loop on which waiting takes no time."""

from __future__ import annotations

import asyncio
import time

import pytest

from adapters.simulator.fast_loop import run_fast


def test_a_day_passes_at_once() -> None:
    async def day() -> float:
        loop = asyncio.get_running_loop()
        before = loop.time()
        await asyncio.sleep(86_400)
        return loop.time() - before

    started = time.monotonic()
    assert run_fast(day()) == pytest.approx(86_400)
    assert time.monotonic() - started < 5


def test_timers_come_in_their_order_at_their_times() -> None:
    async def wait() -> list[tuple[str, float]]:
        loop = asyncio.get_running_loop()
        came: list[tuple[str, float]] = []

        async def one(name: str, seconds: float) -> None:
            await asyncio.sleep(seconds)
            came.append((name, round(loop.time(), 3)))

        async with asyncio.TaskGroup() as tasks:
            for name, seconds in (("c", 3600.0), ("a", 0.5), ("b", 60.0)):
                tasks.create_task(one(name, seconds))
        return came

    assert run_fast(wait()) == [("a", 0.5), ("b", 60.0), ("c", 3600.0)]


def test_time_stands_still_while_a_thread_works() -> None:
    async def work() -> str:
        def slowly() -> str:
            time.sleep(0.05)
            return "done"

        async with asyncio.timeout(10):
            return await asyncio.to_thread(slowly)

    assert run_fast(work()) == "done"


def test_what_takes_too_long_is_timed_out_at_once() -> None:
    async def never() -> None:
        async with asyncio.timeout(3600):
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        run_fast(never())
