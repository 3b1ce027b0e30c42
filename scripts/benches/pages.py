"""How soon a page answers over a full store, and how soon it shows what a sensor just sent."""

from __future__ import annotations

import asyncio
import math
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from gateway.importing import import_export
from gateway.sending import sender
from gateway.sharing.offer import allow_collecting
from gateway.store.thread import StoreThread
from gateway.web.routes import ROUTES
from gateway.web.spans import SPANS
from scripts.benches._home import agree, fill, numbers
from scripts.benches._live import delays
from tests.fakes_healthkit import make
from tests.fakes_recipient import recipient
from tests.fakes_web import DAY, HOUR, Furnished, a_reading, furnish, make_home, share_something
from tests.web_visitor import Visitor, visiting

BUDGET_PAGE_MS = 50.0
BUDGET_LIVE_S = 1.2
"""The budgets: any page over 10 million readings; notification to page."""

SENT: Final = 5000
"""At most so many of the readings were sent, else a tenth; each has a row of its own."""

_STREAM: Final = "/readings/live"


async def _furnished(folder: Path, readings: int) -> tuple[Furnished, str]:
    """A year of heart rates beside a month of everything else; some of it was sent.

    Everything: some two hundred kinds, as an Apple Health export brings them.
    """
    home = make_home(folder, at=int(time.time() * 1000))
    furnish(home)
    home.know_risks()
    _bring_every_kind(home, folder)
    step, last = 365 * DAY // readings, home.clock.at - HOUR
    fill(home, readings, step=step, last=last)
    while home.house.readings.roll_up():
        pass
    thread = StoreThread()
    async with recipient() as server:
        agree(home, server.base, last - min(SENT, readings // 10) * step)
        async with sender(home.house, thread) as sends:
            await sends.round()
    thread.close()
    return home, share_something(home)


def _bring_every_kind(home: Furnished, folder: Path) -> None:
    for source in ("healthkit", "routes"):
        allow_collecting(home.house.ledger, home.person, source, home.act)
    make(folder / "export.zip", days=30, until=home.clock.at // DAY * DAY // 1000)
    [person] = home.house.people.list()
    report = import_export(home.house, folder / "export.zip", person, now=home.clock, about_me=True)
    if len(report.kinds) < 190:
        raise RuntimeError(f"an export of {len(report.kinds)} kinds is no measure")


def _addresses(home: Furnished, grant: str) -> Iterator[tuple[str, str]]:
    """Every page that somebody who is signed in can look at: what we call it, its address."""
    recipient_key = home.recipient()
    asked = {"recipient": recipient_key, "kind": "heart_rate", "purpose": "TREAT", "grain": "raw"}
    holes = {
        "{kind}": ["heart_rate", "blood_pressure", "step_count", "carbon_monoxide_in_air"],
        "{kind}/one": [a_reading(home).removeprefix("/readings/")],
        "{recipient}": [recipient_key],
        "{grant}": [grant],
        "{what}": ["names", "connections", "routes"],
    }
    unnamed = {holes[hole][0] for hole in ("{grant}", "{recipient}", "{kind}/one")}
    queries = {
        "/readings/{kind}": [f"?span={span}" for span in SPANS],
        "/share/preview": [
            "?" + urlencode({"past": past, "period": "30", **asked}) for past in ("now", "all")
        ],
    }
    for route in ROUTES:
        if route.method == "GET" and route.who == "person" and route.path != _STREAM:
            page, _, hole = route.path.partition("{")
            for word, query in product(
                holes["{" + hole] if hole else [""], queries.get(route.path, [""])
            ):
                named = route.path if word in unnamed else page + word
                yield named + query.partition("&")[0], page + word + query


def percentile(times: Sequence[float], share: float) -> float:
    """The smallest of these that no more than the rest are above."""
    return sorted(times)[math.ceil(len(times) * share) - 1]


async def _p95_ms(visitor: Visitor, address: str, questions: int) -> float:
    times = []
    for number in range(questions + 1):
        began = time.perf_counter()
        answer = await visitor.get(address)
        if answer.status != 200:
            raise RuntimeError(f"{address} answered {answer.status}")
        if number:  # the first fills what is remembered
            times.append((time.perf_counter() - began) * 1000)
    return percentile(times, 0.95)


async def answering(readings: int, questions: int) -> dict[str, float]:
    """p95 of every page, ms: from the question to the whole answer, on loopback.

    The one who asks is in the same process, so his share is counted too.
    """
    with tempfile.TemporaryDirectory() as folder:
        home, grant = await _furnished(Path(folder), readings)
        try:
            async with visiting(home) as visitor:
                return {
                    name: round(await _p95_ms(visitor, address, questions), 1)
                    for name, address in _addresses(home, grant)
                }
        finally:
            home.house.close()


def over_a_store(readings: int, questions: int) -> dict[str, float]:
    """p95 by page in ms, and the slowest."""
    pages = asyncio.run(answering(readings, questions))
    slowest = {"slowest_page_p95_ms": max(pages.values()), "budget_page_p95_ms": BUDGET_PAGE_MS}
    return pages | slowest


def to_the_page(seconds: int) -> dict[str, float]:
    """p50 and p99 in seconds from a notification to the event that shows it or a later one."""
    live = delays(seconds)
    return {
        "notifications": len(live),
        "notification_to_page_p50_s": round(percentile(live, 0.5), 3),
        "notification_to_page_p99_s": round(percentile(live, 0.99), 3),
        "budget_notification_to_page_p99_s": BUDGET_LIVE_S,
    }


def run(readings: int = 5000, questions: int = 5, seconds: int = 5) -> dict[str, float]:
    """Ask every page so many times, then watch a strap at 4 Hz for so many seconds."""
    return over_a_store(readings, questions) | to_the_page(seconds)


def main(words: Sequence[str] = ()) -> None:
    """Print the figures; `--readings=N`, `--questions=N`, `--seconds=N` change how much is done."""
    asked = {"readings": 1_000_000, "questions": 40, "seconds": 60}
    asked |= numbers(words, *asked)
    _print(over_a_store(asked["readings"], asked["questions"]))
    _print(to_the_page(asked["seconds"]))


def _print(figures: Mapping[str, float]) -> None:
    for name, figure in figures.items():
        print(f"{name:>46}  {figure}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
