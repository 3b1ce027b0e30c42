"""The soak of a household runs, for half an hour of its time; and what it looks for, it finds."""

from __future__ import annotations

import asyncio
import json
import mmap
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import IO

import pytest

from adapters.simulator.scenario import read
from gateway.app import House
from gateway.pairing import add_device
from gateway.store.nearby import LookedAround
from gateway.store.thread import StoreThread
from scripts.soaks import household
from scripts.soaks._census import Census
from scripts.soaks._household import NEIGHBOURS, OURS, Seen, air, findings
from scripts.soaks._household_traces import traces

HALF_AN_HOUR, QUARTER = "0.5", 0.25


@pytest.mark.process
@pytest.mark.radio
def test_half_an_hour_of_a_household_leaves_nothing_behind(tmp_path: Path) -> None:
    # A process of its own: in one where other tests ran, memory goes up and down by itself.
    words = [sys.executable, "-m", "scripts.soaks", "household", HALF_AN_HOUR]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, timeout=600, env=environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(done.stdout)
    assert result["findings"] == []
    assert result["neighbours_heard"] == sum(NEIGHBOURS.values())
    assert result["neighbours_with_records_that_nobody_took"] > 0, "they measured, untouched"


class Careless:
    """Leaks a task, a file and memory each time, and takes a neighbour's device for ours once."""

    def __init__(self, strange: str) -> None:
        self._strange = strange
        self.tasks: list[asyncio.Task[object]] = []
        self.files: list[IO[bytes]] = []
        self.memory: list[mmap.mmap] = []  # never from what other tests let go of

    async def __call__(self, house: House, thread: StoreThread) -> None:
        if not self.tasks:
            await thread.do(self._adopt, house)
        self.tasks.append(asyncio.create_task(asyncio.Event().wait()))
        self.files.append(Path("/dev/zero").open("rb", buffering=0))  # noqa: SIM115, ASYNC230
        self.memory.append(mmap.mmap(-1, 1_000_000))
        self.memory[-1].write(b"x" * 1_000_000)

    def _adopt(self, house: House) -> None:
        (person,) = house.people.list()
        found = LookedAround(house.local.db).list()
        (one,) = (one for one in found if one.address == self._strange)
        add_device(house, one.address, person, at=one.seen)


@pytest.mark.process
@pytest.mark.radio
def test_what_leaks_and_strays_is_found(tmp_path: Path) -> None:
    scenario = read(air(QUARTER))
    tracker = next(one for one in scenario.devices() if one.model == "wrist-tracker")
    careless = Careless(scenario.identity(tracker).address)
    try:
        found = findings(household.run(QUARTER, tmp_path, careless))
    finally:
        for file in careless.files:
            file.close()
    text = "\n".join(found)
    for wanted in (
        "open files: ",
        "tasks: ",
        "memory: ",
        f"{tracker.id} is the neighbour's, and was connected to",
        f"{tracker.id} is the neighbour's, and told us something",
        f"local.db, local_name: holds the address of {tracker.id}",
        "stored more often than told: ",
    ):
        assert wanted in text, wanted


WELL = Census(at_s=0, pss_kib=90_000, files=20, threads=3, tasks=12, matches=7)


def quiet(**late: int) -> Seen:
    """A day in which nothing is wrong, but for what is counted in its last hours."""
    counts = [replace(WELL, at_s=1800.0 * n) for n in range(1, 49)]
    counts[43:] = [replace(one, **late) for one in counts[43:]]
    told = Counter({(device, "heart_rate", "70"): 2 for device in OURS})
    return Seen(24.0, counts, told, told.copy(), heard=sum(NEIGHBOURS.values()))


def test_where_all_is_well_nothing_is_found() -> None:
    assert findings(quiet()) == []
    assert findings(quiet(pss_kib=91_000)) == []


@pytest.mark.parametrize(
    ("late", "said"),
    [
        ({"files": 21}, "open files: 20 early, never fewer than 21 late"),
        ({"threads": 4}, "threads: 3 early, never fewer than 4 late"),
        ({"tasks": 13}, "tasks: 12 early, never fewer than 13 late"),
        ({"matches": 8}, "matches: 7 early, never fewer than 8 late"),
        ({"pss_kib": 94_000}, "memory: 90000 KiB early, never less than 94000 KiB late"),
    ],
)
def test_what_grew_is_found(late: dict[str, int], said: str) -> None:
    assert findings(quiet(**late)) == [said]


def test_a_day_in_which_nothing_was_counted_proves_nothing() -> None:
    seen = quiet()
    seen.counts = seen.counts[:20]
    assert findings(seen) == ["nothing was counted early or late: 4, 0"]


def test_a_reading_that_is_missing_or_there_twice_is_found() -> None:
    seen = quiet()
    seen.stored["cuff", "heart_rate", "70"] = 1
    seen.stored["scale", "heart_rate", "70"] = 3
    assert findings(seen) == [
        "told, not stored: cuff heart_rate 70, 1 times",
        "stored more often than told: scale heart_rate 70, 1 times",
    ]


def test_a_device_that_told_nothing_or_was_not_emptied_is_found() -> None:
    seen = quiet()
    del seen.told["breath", "heart_rate", "70"], seen.stored["breath", "heart_rate", "70"]
    seen.waiting = {"breath": 3, "neighbour-5": 2}
    seen.heard -= 1
    assert findings(seen) == [
        "19 of the neighbour's 20 devices were on the air",
        "breath told nothing",
        "breath has 3 records that nobody took",
    ]


def test_a_trace_of_the_neighbour_is_found_in_any_spelling() -> None:
    scenario = read(air(1))
    name = "neighbour-3"
    (one,) = (scenario.identity(one) for one in scenario.devices() if one.id == name)
    bare = one.address.replace(":", "").lower()
    texts = [
        ("log.txt", f"dev_{one.address.replace(':', '_')} connected"),
        ("local.db, link_event", bytes.fromhex(bare)[::-1].hex()),
        ("gateway.db, device", f"x\n{one.name}\n{one.serial}"),
        ("local.db, synced", "D0:00:00:00:00:01"),
    ]
    assert list(traces({name: one}, texts)) == [
        f"log.txt: holds the address of {name}",
        f"local.db, link_event: holds the address of {name}",
        f"gateway.db, device: holds the name of {name}",
        f"gateway.db, device: holds the serial of {name}",
    ]
