"""Calls to a driver that may never answer end in time."""

from __future__ import annotations

import asyncio

import pytest

from adapters.ble.bounded import bounded


@pytest.mark.parametrize(("finish", "came"), [(5.0, ["a link"]), (0.0, [])])
async def test_what_is_nearly_done_when_all_is_to_end_is_done_and_undone(
    finish: float, came: list[str]
) -> None:
    undone, nearly = list[str](), asyncio.Event()

    async def connect() -> str:
        await nearly.wait()
        return "a link"

    async def undo(link: str) -> None:
        undone.append(link)

    task = asyncio.create_task(bounded(connect(), 5, grace=0.1, finish=finish, undo=undo))
    await asyncio.sleep(0)
    for _ in range(2):  # a group that ends, and whoever stops it
        task.cancel()
        await asyncio.sleep(0.01)
    nearly.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert undone == came


async def test_what_is_left_behind_is_let_go_once_it_ends() -> None:
    free = asyncio.Event()

    async def stubborn() -> None:
        while not free.is_set():
            try:
                await free.wait()
            except asyncio.CancelledError:
                continue

    with pytest.raises(TimeoutError):
        await bounded(stubborn(), 0.01, grace=0.01)
    free.set()
    await asyncio.sleep(0.01)
    assert len(asyncio.all_tasks()) == 1
