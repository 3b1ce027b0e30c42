"""What somebody types at a terminal while other things go on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Iterator

import pytest

from gateway.commands import wish_talk
from gateway.commands.typed import typed_line
from gateway.store.wishes import NO_MORE, Put


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Where the test types."""
    theirs, mine = os.pipe()
    with os.fdopen(theirs, "r", encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield mine
        with contextlib.suppress(OSError):
            os.close(mine)


def type_in(keys: int, text: str) -> None:
    os.write(keys, text.encode())


async def test_a_line_is_one_line(keys: int) -> None:
    type_in(keys, "first\nsecond\n")
    assert [await typed_line(), await typed_line()] == ["first", "second"]
    os.close(keys)
    assert await typed_line() is None


async def test_who_was_cancelled_takes_nothing_of_what_comes_next(keys: int) -> None:
    waiting = asyncio.create_task(typed_line())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    type_in(keys, "for the next\n")
    assert await typed_line() == "for the next"


@pytest.mark.parametrize(
    ("sort", "typed", "answer"),
    [
        pytest.param("type", "012 345\n", "012345", id="six digits"),
        pytest.param("type", "12\nabcdef\n654321\n", "654321", id="asked again"),
        pytest.param("type", "\n", NO_MORE, id="given up"),
        pytest.param("compare", "maybe\nYes\n", "yes", id="the same"),
        pytest.param("compare", "n\n", "no", id="not the same"),
    ],
)
async def test_an_answer_is_asked_for_until_it_is_one(
    keys: int, sort: str, typed: str, answer: str
) -> None:
    type_in(keys, typed)
    assert await wish_talk._answer(Put(sort, "Cuff", "012345", 0)) == answer


async def test_nobody_there_is_no_answer(keys: int) -> None:
    os.close(keys)
    assert await wish_talk._answer(Put("compare", "Cuff", "012345", 0)) == NO_MORE
