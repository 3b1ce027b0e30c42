"""From a sensor's notification to the open page: a strap, `run` and a page, as processes.

The strap counts with every value it sends, so an event of the page says up to which notification
everything is shown. The simulator says when it sent each, in its own time; the two clocks are laid
over each other by the line that was read soonest after it was written.
"""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from adapters.ble.characteristics.heart_rate import UUID, HeartRateMeasurement
from scripts.demo_house import Demo
from tests.web_visitor import Form

STRAP = """
title = "A strap that counts"
seed = 1
[[device]]
id = "strap"
model = "heart-rate-strap"
rate_hz = 4.0
[device.values.heart_rate]
shape = "count"
start = 40
upto = 239
"""
SETTLE = 2.0
TAIL = 1.5
"""Seconds that are watched before the first notification that counts, and after the last."""

_LOOK_EVERY = 0.002
_SHOWN = re.compile(r'data-kind="heart_rate">.*?class="number">(\d+)', re.DOTALL)


@dataclass
class Sent:
    """What the strap sent, read from the simulator's report while it is written.

    Attributes:
        at: seconds since the simulation began, by number.
        rates: what each said, by number.
        offset: what lies between that time and this process's.
    """

    at: dict[int, float] = field(default_factory=dict)
    rates: dict[int, int] = field(default_factory=dict)
    offset: float = float("inf")

    async def follow(self, file: Path) -> None:
        """Read on until cancelled."""
        with file.open(encoding="utf-8") as lines:
            begun = ""
            fresh = False  # what was written before we looked tells nothing of the clocks
            while True:
                begun += lines.readline()
                if not begun.endswith("\n"):
                    fresh = True
                    await asyncio.sleep(_LOOK_EVERY)
                    continue
                told, begun = json.loads(begun), ""
                if told["characteristic"] == UUID:
                    number, at = told["number"], told["at_ms"] / 1000
                    self.at[number] = at
                    self.rates[number] = HeartRateMeasurement.from_bytes(
                        bytes.fromhex(told["data"])
                    ).rate
                    if fresh:
                        self.offset = min(self.offset, time.monotonic() - at)

    def newest(self, rate: int, until: float) -> int:
        """The number of the last notification of this rate before a moment; -1 if there is none."""
        return max(
            (n for n, one in self.rates.items() if one == rate and self.at[n] <= until), default=-1
        )


@asynccontextmanager
async def _signed_in(link: str) -> AsyncIterator[aiohttp.ClientSession]:  # noqa: TID251
    """Somebody at the pages who has read what is to be read first. Stands for the browser."""
    origin = link.partition("/enter")[0]
    jar = aiohttp.CookieJar(unsafe=True)  # the address is a number
    async with aiohttp.ClientSession(origin, cookie_jar=jar) as browser:  # noqa: TID251
        await browser.get(link)
        form = Form(await (await browser.get("/first")).text()).to("/first")
        said = {"Origin": origin, "Sec-Fetch-Site": "same-origin"}
        await browser.post("/first", data=[*form, ("read", "yes")], headers=said)
        yield browser


async def _events(link: str, seconds: float) -> list[tuple[float, int]]:
    """When each event of the open page came, and which rate it shows."""
    found: list[tuple[float, int]] = []
    async with _signed_in(link) as browser, browser.get("/readings/live") as stream:
        until, event = time.monotonic() + seconds, ""
        async for line in stream.content:
            event += line.decode()
            if line == b"\n":
                if shown := _SHOWN.search(event):
                    found.append((time.monotonic(), int(shown[1])))
                event = ""
                if time.monotonic() > until:
                    break
    return found


async def _watch(demo: Demo, seconds: float) -> list[float]:
    sent = Sent()
    async with asyncio.timeout(seconds + 60):
        following = asyncio.create_task(sent.follow(demo.emitted))
        events = await _events(demo.patient_pages, SETTLE + seconds + TAIL)
        following.cancel()
    if not events:
        raise RuntimeError("the page showed nothing")
    begin = events[0][0] + SETTLE
    shown = [(at, sent.newest(rate, at - sent.offset)) for at, rate in events]
    found = []
    for number, since in sent.at.items():
        if begin <= since + sent.offset < begin + seconds:
            first = next((at for at, newest in shown if newest >= number), None)
            if first is None:
                raise RuntimeError(f"notification {number} never came to the page")
            found.append(first - since - sent.offset)
    return found


def delays(seconds: float) -> list[float]:
    """Seconds from each notification to the first event of the page that shows it or a later one.

    Args:
        seconds: how long notifications are watched.
    """
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        (folder / "strap.toml").write_text(STRAP)
        demo = Demo(folder, scenario=str(folder / "strap.toml"), quiet=True)
        try:
            demo.make_home()
            demo.start_simulator()
            demo.pair_all()
            demo.start_run()
            return asyncio.run(_watch(demo, seconds))
        finally:
            demo.stop()
