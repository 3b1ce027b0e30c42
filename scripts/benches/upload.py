"""Sending, beside a bare loop that posts the very same bundles to the same sort of server.

Ours stands between two decisions of consent, writes down what it will send before it does, looks
through every byte, and makes a Provenance for each bundle. The bare loop does none of it: it posts
what ours had sent, once without the Provenances and once with them. Each way has a server process
of its own with a new database, and they take turns in short rounds, so that what else the machine
does weighs alike on all.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit
from urllib.request import urlopen  # noqa: TID251  # counts at the server of the bench, on loopback

import aiohttp

from gateway.sending import Sender, sender
from gateway.settings import Settings, Upload
from gateway.sharing.answers import reference_in
from gateway.store.thread import StoreThread
from scripts import sandbox_server
from scripts.benches._home import agree, fill, numbers, strapped
from tests.fakes_web import HOUR, Furnished
from tests.loopback_proxy import LoopbackProxy, Seen

BUDGET = 0.9
"""The budget: at least this share of the bare loop's rate."""

WARM = 50
"""So many other readings a server is given first, since its first requests are slow."""

WAYS = ("ours", "bare", "bare_with_provenance")

_KEPT = ("content-type", "accept", "prefer", "if-none-exist", "user-agent", "accept-encoding")


@dataclass(frozen=True)
class Took:
    """What one way of sending took: seconds by the clock, and CPU seconds of this process."""

    seconds: float
    cpu: float


class _Watch:
    """Measures one stretch of time."""

    def __init__(self) -> None:
        self._at, self._cpu = time.perf_counter(), time.process_time()

    def took(self) -> Took:
        return Took(time.perf_counter() - self._at, time.process_time() - self._cpu)


class _Ours:
    """A home that sends to one server; each turn that many readings arrive and are sent."""

    def __init__(self, home: Furnished, sends: Sender) -> None:
        self._home = home
        self._sends = sends
        self._next = home.clock.at - HOUR

    async def send(self, readings: int) -> Took:
        fill(self._home, readings, step=1000, last=self._next)
        self._next -= readings * 1000
        watch = _Watch()
        report = await self._sends.round()
        took = watch.took()
        if (report.sent, report.waiting) != (readings, 0):
            raise RuntimeError(f"not all was sent: {report}")
        return took


@asynccontextmanager
async def _sending(base: str, at_once: int) -> AsyncIterator[_Ours]:
    """A home that sends to this server, so many readings in a Bundle."""
    with tempfile.TemporaryDirectory() as folder:
        home, thread = strapped(Path(folder)), StoreThread()
        agree(home, base)
        chosen = Settings(upload=Upload(batch_readings=at_once, timeout=120.0))
        try:
            async with sender(replace(home.house, settings=chosen), thread) as sends:
                yield _Ours(home, sends)
        finally:
            thread.close()
            home.house.close()


class _Bare:
    """A loop that posts what was recorded, one after the other, to one server."""

    def __init__(self, client: aiohttp.ClientSession, base: str, there: str) -> None:  # noqa: TID251
        self._client = client
        self._base = base
        self._there = there
        self._known: list[tuple[bytes, bytes]] = []

    async def send(self, recorded: Sequence[Seen], *, with_provenance: bool = True) -> Took:
        """Post a turn; its Patient and Devices come first and are not counted."""
        for one in recorded:
            if _what(one) in ("Patient", "Device"):
                await self._make(one)
        posts = [
            replace(one, body=self._at_home(one.body))
            for one in recorded
            if _what(one) == "fhir" or (with_provenance and _what(one) == "Provenance")
        ]
        watch = _Watch()
        for one in posts:
            await _post(self._client, self._base, one)
        return watch.took()

    async def _make(self, thing: Seen) -> None:
        # Where it was recorded the same again makes nothing, and says where it is.
        there = await _post(self._client, self._there, thing)
        here = await _post(self._client, self._base, thing)
        self._known.append((there.encode(), here.encode()))

    def _at_home(self, body: bytes) -> bytes:
        for there, here in self._known:
            body = body.replace(there, here)
        return body


def _client() -> aiohttp.ClientSession:  # noqa: TID251  # the loop that ours is compared to
    return aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())  # noqa: TID251


async def _post(client: aiohttp.ClientSession, base: str, seen: Seen) -> str:  # noqa: TID251
    """Post it; the reference of what it made, where it made one thing."""
    path = seen.path.removeprefix(urlsplit(base).path)
    headers = {name: value for name, value in seen.headers if name.lower() in _KEPT}
    async with client.post(base + path, data=seen.body, headers=headers) as answer:
        said = await answer.read()
        if answer.status not in (200, 201):
            raise RuntimeError(f"the server did not take it: {answer.status} {said[:500]!r}")
        return reference_in(answer.headers.get("Location", ""))


def _server(stack: AsyncExitStack) -> str:
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    return stack.enter_context(sandbox_server.running(Path(folder))).base


def _what(seen: Seen) -> str:
    """The last word of the address: `fhir` for a Bundle."""
    return seen.path.rpartition("/")[2]


def _observations(base: str) -> int:
    with urlopen(f"{base}/Observation?_summary=count", timeout=30) as answer:  # noqa: S310
        return int(json.load(answer)["total"])


async def _turns(readings: int, rounds: int, at_once: int) -> dict[str, list[Took]]:
    """Send in every way, in turns; each turn is recorded first."""
    took: dict[str, list[Took]] = {name: [] for name in WAYS}
    async with AsyncExitStack() as stack:
        where = {name: _server(stack) for name in ("recorder", *WAYS)}
        proxy = await stack.enter_async_context(LoopbackProxy(where["recorder"]))
        recorder = await stack.enter_async_context(_sending(proxy.base, at_once))
        ours = await stack.enter_async_context(_sending(where["ours"], at_once))
        client = await stack.enter_async_context(_client())
        bare, whole = (_Bare(client, where[name], where["recorder"]) for name in WAYS[1:])
        for turn in range(rounds + 1):
            proxy.seen.clear()
            await recorder.send(readings if turn else WARM)
            posts = [one for one in proxy.seen if one.method == "POST"]
            ways: dict[str, Callable[[], Awaitable[Took]]] = {
                "ours": partial(ours.send, readings if turn else WARM),
                "bare": partial(bare.send, posts, with_provenance=False),
                "bare_with_provenance": partial(whole.send, posts),
            }
            for name in WAYS if turn % 2 else reversed(WAYS):
                one = await ways[name]()
                if turn:  # the first requests to a server are slow
                    took[name].append(one)
        for name in WAYS:
            if _observations(where[name]) != rounds * readings + WARM:
                raise RuntimeError(f"{name} did not bring all readings there")
    return took


def run(readings: int = 2000, rounds: int = 8, at_once: int = 50) -> dict[str, float]:
    """Send so many readings in every way, in so many turns, `at_once` of them in a Bundle.

    Returns:
        readings a second of each way (medians of the turns); ours as a share of the loop that
        sends Bundles alone, and of the loop that sends the Provenances too (medians of each
        turn's own share); milliseconds of CPU that a thousand readings cost this process.
    """
    a_turn = readings // rounds
    took = asyncio.run(_turns(a_turn, rounds, at_once))
    figures = {
        f"{name}_readings_a_second": round(median(a_turn / one.seconds for one in every), 1)
        for name, every in took.items()
    }
    for name in WAYS[1:]:
        shares = [b.seconds / o.seconds for o, b in zip(took["ours"], took[name], strict=True)]
        figures[f"ratio_to_{name}"] = round(median(shares), 3)
    for name, every in took.items():
        cpu = median(1e6 * one.cpu / a_turn for one in every)
        figures[f"{name}_cpu_ms_per_1000"] = round(cpu, 1)
    return figures | {"budget_ratio": BUDGET}


def main(words: Sequence[str] = ()) -> None:
    """Print the figures; `--readings=N`, `--rounds=N`, `--at_once=N` change how much is sent."""
    for name, figure in run(**numbers(words, "readings", "rounds", "at_once")).items():
        print(f"{name:>40}  {figure}")


if __name__ == "__main__":
    main(sys.argv[1:])
