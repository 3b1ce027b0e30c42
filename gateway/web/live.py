"""Live values: the cards are sent again when readings arrived, over server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from typing import Final

from aiohttp import web

from gateway.web.desk import Desk
from gateway.web.readings import newest
from gateway.web.visit import VISIT, Visit

LOOK_EVERY: Final = 0.1
"""Seconds between two looks at the number of arrivals, while a page is open: commits come once a
second, and a page is to show them within 1.2 s."""

ANYWAY_AFTER: Final = 10.0
"""Seconds after which the cards are sent again although nothing came: ages grow."""


class Pulse:
    """Tells every open page when something arrived; looks only while a page is open."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._beat = asyncio.Event()
        self._open: set[asyncio.Task[None]] = set()
        self._seen = -1

    async def look(self) -> None:
        """Look at the number of arrivals for as long as it is let."""
        while True:
            if self._open:
                newest_intake = await self._desk.thread.do(self._desk.readings.newest_intake)
                if newest_intake != self._seen:
                    self._seen = newest_intake
                    self._beat.set()
                    self._beat = asyncio.Event()
            await asyncio.sleep(LOOK_EVERY)

    async def wait(self) -> None:
        """Until something arrives, or it is time anyway."""
        with suppress(TimeoutError):
            async with asyncio.timeout(ANYWAY_AFTER):
                await self._beat.wait()

    def opened(self, task: asyncio.Task[None]) -> None:
        """Keep a page's task, to end it when the server stops."""
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def close(self) -> None:
        """End every open page's stream."""
        for task in tuple(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)


PULSE: Final = web.AppKey("pulse", Pulse)


async def beating(app: web.Application) -> AsyncIterator[None]:
    """Look for as long as the app runs (a `cleanup_ctx`)."""
    task = asyncio.create_task(app[PULSE].look())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def end_streams(app: web.Application) -> None:
    """Let go of open pages, so that the server can stop (an `on_shutdown` signal)."""
    await app[PULSE].close()


async def live(request: web.Request) -> web.StreamResponse:
    """Send the cards whenever readings arrived, until the page closes or the session is over."""
    visit, pulse = request[VISIT], request.app[PULSE]
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    try:
        await response.prepare(request)
    except ConnectionError:  # the page was closed before it began
        return response
    task = asyncio.create_task(_send(visit, pulse, response))
    pulse.opened(task)
    try:
        with suppress(asyncio.CancelledError, ConnectionError):
            await task
    finally:
        task.cancel()
    return response


async def _send(visit: Visit, pulse: Pulse, response: web.StreamResponse) -> None:
    desk = visit.desk
    while await visit.ask(desk.codes.still_signed_in, visit.token, desk.now()):
        current = replace(visit, now=desk.now())
        cards = current.text("cards.html", **await newest(current))
        lines = "".join(f"data: {line}\n" for line in cards.splitlines() if line.strip())
        await response.write(f"event: cards\n{lines}\n".encode())
        await pulse.wait()
    await response.write(b"event: over\ndata: -\n\n")
