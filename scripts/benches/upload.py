"""Sending, beside a bare loop that posts the very same bundles to the same sort of server.

Ours stands between two decisions of consent, writes down what it will send before it does, looks
through every byte, and makes a Provenance for each bundle. The bare loop does none of it: it posts
what ours had sent, once without the Provenances and once with them. Each way and each round has a
server process of its own with a new database.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
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
from scripts.benches._home import agree, numbers, strapped
from tests.loopback_proxy import LoopbackProxy, Seen

BUDGET = 0.9
"""The budget: at least this share of the bare loop's rate."""

WARM = 50
"""So many other readings a server is given first, since its first requests are slow."""

_KEPT = ("content-type", "accept", "prefer", "if-none-exist", "user-agent", "accept-encoding")


@dataclass(frozen=True)
class Took:
    """What one way of sending took: seconds by the clock, and CPU seconds of this process."""

    seconds: float
    cpu: float


Way = Callable[[str], Coroutine[None, None, Took]]


class _Watch:
    """Measures one stretch of time."""

    def __init__(self) -> None:
        self._at, self._cpu = time.perf_counter(), time.process_time()

    def took(self) -> Took:
        return Took(time.perf_counter() - self._at, time.process_time() - self._cpu)


@contextmanager
def _server() -> Iterator[str]:
    with (
        tempfile.TemporaryDirectory() as folder,
        sandbox_server.running(Path(folder)) as sandbox,
    ):
        yield sandbox.base


@asynccontextmanager
async def _sending(readings: int, base: str, at_once: int) -> AsyncIterator[Sender]:
    """A home in which so many readings are due to this server."""
    with tempfile.TemporaryDirectory() as folder:
        home, thread = strapped(Path(folder), readings), StoreThread()
        agree(home, base)
        house = replace(
            home.house, settings=Settings(upload=Upload(batch_readings=at_once, timeout=120.0))
        )
        try:
            async with sender(house, thread) as sends:
                yield sends
        finally:
            thread.close()
            home.house.close()


async def _ours(readings: int, base: str, at_once: int) -> Took:
    async with _sending(readings, base, at_once) as sends:
        watch = _Watch()
        report = await sends.round()
        took = watch.took()
    if (report.sent, report.waiting) != (readings, 0):
        raise RuntimeError(f"not all was sent: {report}")
    return took


@dataclass(frozen=True)
class Recording:
    """What ours sent for so many readings.

    Attributes:
        things: the Patient and the Devices, with the reference that each was given.
        posts: the Bundles and the Provenances in their order, byte for byte.
    """

    things: Sequence[tuple[Seen, str]]
    posts: Sequence[Seen]


async def record(readings: int, base: str, at_once: int) -> Recording:
    """Send through a proxy that notes every request."""
    async with LoopbackProxy(base) as proxy:
        await _ours(readings, proxy.base, at_once)
        posts = [one for one in proxy.seen if one.method == "POST"]
    things = [one for one in posts if _what(one) in ("Patient", "Device")]
    async with _client() as client:  # the same again makes nothing, and says where it is
        known = [(one, await _post(client, base, one)) for one in things]
    return Recording(known, [one for one in posts if one not in things])


async def _bare(recording: Recording, base: str, *, with_provenance: bool) -> Took:
    """A loop that posts what was recorded, one after the other."""
    async with _client() as client:
        posts = [one for one in recording.posts if with_provenance or _what(one) != "Provenance"]
        for thing, there in recording.things:
            here = await _post(client, base, thing)
            posts = [replace(o, body=o.body.replace(there.encode(), here.encode())) for o in posts]
        watch = _Watch()
        for one in posts:
            await _post(client, base, one)
        return watch.took()


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


def _what(seen: Seen) -> str:
    """The last word of the address: `fhir` for a Bundle."""
    return seen.path.rpartition("/")[2]


def _observations(base: str) -> int:
    with urlopen(f"{base}/Observation?_summary=count", timeout=30) as answer:  # noqa: S310
        return int(json.load(answer)["total"])


def run(readings: int = 2000, rounds: int = 3, at_once: int = 50) -> dict[str, float]:
    """Send so many readings in every way, in turns; `at_once` of them in a Bundle.

    Returns:
        readings a second of each way (medians of the rounds); ours as a share of the loop that
        sends Bundles alone, and of the loop that sends the Provenances too (medians of each
        round's own share); milliseconds of CPU that a thousand readings cost this process.
    """
    with _server() as base:
        recording = asyncio.run(record(readings, base, at_once))
        first = asyncio.run(record(WARM, base, WARM))
    ways: dict[str, Way] = {
        "ours": lambda base: _ours(readings, base, at_once),
        "bare": lambda base: _bare(recording, base, with_provenance=False),
        "bare_with_provenance": lambda base: _bare(recording, base, with_provenance=True),
    }
    took: dict[str, list[Took]] = {name: [] for name in ways}
    for turn in range(rounds):
        for name in sorted(ways, reverse=bool(turn % 2)):
            with _server() as base:
                asyncio.run(_bare(first, base, with_provenance=True))
                took[name].append(asyncio.run(ways[name](base)))
                if _observations(base) != readings + WARM:
                    raise RuntimeError(f"{name} did not bring all readings there")
    figures = {
        f"{name}_readings_a_second": round(median(readings / one.seconds for one in every), 1)
        for name, every in took.items()
    }
    for name in ("bare", "bare_with_provenance"):
        shares = [b.seconds / o.seconds for o, b in zip(took["ours"], took[name], strict=True)]
        figures[f"ratio_to_{name}"] = round(median(shares), 3)
    for name, every in took.items():
        cpu = median(1e6 * one.cpu / readings for one in every)
        figures[f"{name}_cpu_ms_per_1000"] = round(cpu, 1)
    return figures | {"bundles": sum(_what(o) != "Provenance" for o in recording.posts),
                      "budget_ratio": BUDGET}  # fmt: skip


def main(words: Sequence[str] = ()) -> None:
    """Print the figures; `--readings=N`, `--rounds=N`, `--at_once=N` change how much is sent."""
    for name, figure in run(**numbers(words, "readings", "rounds", "at_once")).items():
        print(f"{name:>40}  {figure}")


if __name__ == "__main__":
    main(sys.argv[1:])
