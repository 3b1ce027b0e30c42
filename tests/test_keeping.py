"""The jobs that keep a house do what its settings say."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.local_events import LinkEvent, LocalBatch, Packet
from adapters.reading import DeviceKey
from gateway import clock
from gateway.app import House, make_house, open_house
from gateway.jobs import Job, schedule
from gateway.log import Log
from gateway.parts.keeping import jobs_of
from gateway.store.thread import StoreThread
from tests.fakes_store import Row, batch

STRAP = DeviceKey("strap")
HOUR = 3_600_000


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    make_house(tmp_path / "home", passphrase=None, key_file=True, simulation=True)
    chosen = "[keep]\nraw_packets_hours = 2\nlink_events_days = 1\n"
    (tmp_path / "home" / "config.toml").write_text(chosen, encoding="utf-8")
    opened = open_house(tmp_path / "home")
    yield opened
    opened.close()


async def do(house: House, name: str) -> str:
    """Do one job of the house once; what it logged."""
    thread, lines = StoreThread(), io.StringIO()
    try:
        (job,) = [one for one in jobs_of(house, thread, Log(lines)) if one.name == name]
        await job.do()
    finally:
        thread.close()
    return lines.getvalue()


def keep(house: House, hours: int) -> None:
    at = clock.now() - hours * HOUR
    packet = Packet(STRAP, "2a37", at, b"\x00\x48")
    house.local.take_in(LocalBatch([packet, LinkEvent(STRAP, at, "seen")]))


async def test_what_stays_here_is_kept_as_long_as_the_settings_say(house: House) -> None:
    for hours in (1, 3, 25):
        keep(house, hours)
    await do(house, "retention")
    counts = house.local.counts()
    assert (counts["raw_packet"], counts["link_event"]) == (1, 2)


async def test_nothing_is_left_to_roll_up(house: House) -> None:
    person = house.people.add("Ann", "1980-01", 0)
    rows = [Row(start * HOUR) for start in range(5)]
    house.readings.take_in([batch(person, rows)], at=0, source="ble", simulated=True)
    await do(house, "roll-ups")
    assert house.readings.roll_up() == 0


async def test_a_record_of_decisions_that_was_changed_is_logged(house: House) -> None:
    assert await do(house, "ledger") == ""
    house.local.set_head("ledger", 7, b"another")
    assert "head broken" in await do(house, "ledger")


async def test_a_job_may_be_done_at_the_start_already() -> None:
    done = asyncio.Event()

    async def work() -> None:
        done.set()

    scheduler = schedule([Job("work", 3600.0, work, at_start=True)], Log(io.StringIO()))
    scheduler.start()
    try:
        await asyncio.wait_for(done.wait(), 5)
    finally:
        scheduler.shutdown(wait=False)
        await asyncio.sleep(0)
