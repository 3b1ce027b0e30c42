"""`kill -9` of a running gateway, again and again: nothing acknowledged is lost or sent twice.

`./scripts/soak kills [N] [SEED]` kills `health-gateway run` N times (30 unless told otherwise) at
seeded moments, a third of them at least while a Bundle is in flight to a FHIR server that nobody
here wrote, starts it again each time, and compares in the end what the sensors emitted, what was
acknowledged, what is stored and what the server has. The sensors run in a process of their own.
A test runs the same code with two kills.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.kinds import Kind, all_kinds, row_of
from gateway import clock
from scripts.demo_house import Demo
from scripts.soaks._evidence import Evidence, Kill, Wanted, figures, findings
from scripts.soaks._gathered import gather
from scripts.soaks._words import numbers
from tests.loopback_proxy import LoopbackProxy, Seen

KILLS = 30
SEED = 30
SHARE = 0.95
BETWEEN = (15.0, 25.0)
"""Seconds from one start of the gateway to its end."""

EARLY = (0.3, 4.0)
"""The same for every eighth kill: while it starts, replays, and asks what became of a batch."""

HELD = 0.15
"""Seconds for which a Bundle is held on its way, so that kills can hit it."""

_NEXT_BUNDLE = 12.0
_PATIENCE = 120.0


@dataclass
class Weather:
    """What happens to requests that bring something: they are held on their way.

    Of those whose sender was killed meanwhile, one half never arrives.
    """

    chance: random.Random
    kills: int = 0
    lost: int = 0

    async def __call__(self, seen: Seen) -> bytes | str:
        kills = self.kills
        if seen.method == "POST":
            await asyncio.sleep(HELD)
        if self.kills == kills or self.chance.random() < 0.5:
            return "pass"
        self.lost += 1
        return "cut"


@dataclass
class Killer:
    """Kills and restarts the gateway of a demo."""

    demo: Demo
    proxy: LoopbackProxy
    weather: Weather
    chance: random.Random
    between: tuple[float, float]
    evidence: Evidence = field(default_factory=Evidence)

    async def kill(self, number: int) -> None:
        """Let it run for a while, end it, start it again. Every second kill hits a Bundle."""
        early = number % 8 == 7
        after = self.chance.uniform(*(EARLY if early else self.between))
        into = self.chance.uniform(0.0, HELD)
        await asyncio.sleep(after)
        if number % 2 == 0 and not early:
            await self._until_a_bundle(into)
        self._end(after)
        await asyncio.to_thread(self.start_again)

    async def _until_a_bundle(self, into: float) -> None:
        """Return while one is in flight, not always at its beginning."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_NEXT_BUNDLE):
                while True:
                    while not self.proxy.bundles_in_flight:  # noqa: ASYNC110  # seen by polling
                        await asyncio.sleep(0.005)
                    await asyncio.sleep(into)
                    if self.proxy.bundles_in_flight:
                        return

    def _end(self, after: float) -> None:
        """Nothing else happens between looking at the proxy and the kill: it is one step."""
        assert self.demo.run is not None
        bundles, at = self.proxy.bundles_in_flight, clock.now()
        self.demo.run.kill()
        self.weather.kills += 1
        self.evidence.kills.append(Kill(at, round(after, 2), bundles))

    def start_again(self) -> None:
        """Note what the ended run acknowledged, then start the next."""
        self.note()
        self.demo.start_run()

    def note(self) -> None:
        """Take down what the run that has ended acknowledged."""
        for event in self.demo.run.events if self.demo.run is not None else []:
            for one in event.get("readings", ()):
                if row_of(Kind(one["kind"])).shareable:
                    self.evidence.acknowledged.add(one["key"])


def run(
    kills: int,
    seed: int = SEED,
    *,
    folder: Path,
    between: tuple[float, float] = BETWEEN,
    share: float = SHARE,
    tell: Callable[[str], object] = lambda _text: None,
) -> dict[str, Any]:
    """Kill so many times and judge.

    Args:
        kills: how often.
        seed: of the moments and of what is lost on the way.
        folder: an empty one for the home, the server and the logs.
        between: seconds between two kills.
        share: of each kind that was emitted, so much must be stored.
        tell: is told how far it is.

    Returns:
        the figures; ``findings`` is empty if everything held.
    """
    return asyncio.run(_run(kills, seed, folder, between, share, tell))


async def _run(
    kills: int,
    seed: int,
    folder: Path,
    between: tuple[float, float],
    share: float,
    tell: Callable[[str], object],
) -> dict[str, Any]:
    started = time.monotonic()
    demo = Demo(folder, scenario="counted", quiet=True)
    try:
        await _set_the_scene(demo)
        chance = random.Random(seed)  # noqa: S311  # no secret
        weather = Weather(random.Random(seed + 1))  # noqa: S311
        async with LoopbackProxy(demo.fhir, weather) as proxy:
            shareable = [row.kind for row in all_kinds().values() if row.shareable]
            await asyncio.to_thread(demo.agree, shareable, proxy.base)
            await asyncio.to_thread(demo.start_run)
            killer = Killer(demo, proxy, weather, chance, between)
            for number in range(kills):
                await killer.kill(number)
                tell(f"{number + 1} of {kills}: {killer.evidence.kills[-1]}")
            await asyncio.sleep(between[0])
            await asyncio.to_thread(demo.stop_run)
            killer.note()
            await _send_the_rest(demo)
        await asyncio.to_thread(gather, demo, killer.evidence)
    finally:
        await asyncio.to_thread(demo.stop)
    wanted = Wanted(kills, kills // 3, share)
    return {
        **figures(killer.evidence),
        "requests_lost": weather.lost,
        "seed": seed,
        "seconds": round(time.monotonic() - started, 1),
        "findings": findings(killer.evidence, wanted),
    }


async def _set_the_scene(demo: Demo) -> None:
    made = asyncio.to_thread(demo.make_home, ["ble"])
    await asyncio.gather(made, asyncio.to_thread(demo.start_server))
    await asyncio.to_thread(demo.start_simulator)
    await asyncio.to_thread(demo.pair_all)


async def _send_the_rest(demo: Demo) -> None:
    """Send until nothing waits, nothing is deferred and no answer is owed."""
    await asyncio.to_thread(demo.confirm_times)
    until = time.monotonic() + _PATIENCE
    upload: Callable[[], Awaitable[Any]] = lambda: asyncio.to_thread(demo.command, "upload")  # noqa: E731
    while time.monotonic() < until:
        answer = await upload()
        if not (answer["waiting"] or answer["deferred"] or answer["unknown"]):
            return
        await asyncio.sleep(1.0)


def main(arguments: list[str]) -> int:
    """Kill N times and print one JSON document; 1 if something did not hold."""
    kills, seed = map(int, numbers(arguments, KILLS, SEED))
    with tempfile.TemporaryDirectory(prefix="health-gateway-kills-") as folder:
        result = run(
            kills, seed, folder=Path(folder), tell=lambda text: print(text, file=sys.stderr)
        )
    json.dump(result, sys.stdout, indent=1)
    print()
    return 1 if result["findings"] else 0
