"""One thread does what the store is asked, in order."""

from __future__ import annotations

import asyncio
import threading

import pytest

from gateway.store.thread import StoreThread


async def test_calls_run_one_after_the_other_in_one_thread() -> None:
    store = StoreThread()
    done: list[tuple[int, int]] = []

    def call(number: int) -> int:
        done.append((number, threading.get_ident()))
        return number

    assert await asyncio.gather(*(store.do(call, number) for number in range(20))) == [*range(20)]
    assert [number for number, _ in done] == [*range(20)]
    assert len({thread for _, thread in done}) == 1
    assert done[0][1] != threading.get_ident()
    store.close()


async def test_what_a_call_raises_comes_back() -> None:
    store = StoreThread()

    def call() -> None:
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        await store.do(call)
    store.close()


async def test_a_caller_that_gives_up_does_not_cut_a_commit_in_two() -> None:
    store = StoreThread()
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def call() -> None:
        begun.set()
        go_on.wait(5)
        ended.set()

    waiting = asyncio.ensure_future(store.do(call))
    await asyncio.to_thread(begun.wait, 5)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()
    await asyncio.to_thread(store.close)
    assert ended.is_set()
