"""The jobs that keep the house: roll-ups, retention, a look at the record of decisions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from adapters.reading import Instant
from gateway import clock
from gateway.app import House
from gateway.jobs import Job, schedule
from gateway.log import Event, Log
from gateway.sharing.errors import LedgerBroken
from gateway.store.thread import StoreThread

ROLL_UP_EVERY = 30.0
HOUR = 3600.0
_HOUR_MS = 3_600_000
_AT_ONCE = 10_000


async def keep_house(house: House, thread: StoreThread, log: Log) -> None:
    """Run the jobs until cancelled."""
    scheduler = schedule(jobs_of(house, thread, log), log)
    scheduler.start()
    try:
        await asyncio.Event().wait()
    finally:
        scheduler.shutdown(wait=False)


def jobs_of(
    house: House, thread: StoreThread, log: Log, now: Callable[[], Instant] = clock.now
) -> list[Job]:
    """What is to be done again and again in this home."""

    async def roll_up() -> None:
        done = _AT_ONCE
        while done == _AT_ONCE:
            done = await thread.do(house.readings.roll_up, _AT_ONCE)

    async def purge() -> None:
        await thread.do(_purge, house, now())

    async def verify() -> None:
        try:
            await thread.do(house.ledger.verify)
        except LedgerBroken:
            log.note(Event.HEAD_BROKEN, what="ledger")

    return [
        Job("roll-ups", ROLL_UP_EVERY, roll_up),
        Job("retention", HOUR, purge, at_start=True),
        Job("ledger", HOUR, verify, at_start=True),
    ]


def _purge(house: House, at: Instant) -> None:
    keep = house.settings.keep
    house.local.purge(
        at,
        raw=keep.raw_packets_hours * _HOUR_MS,
        links=keep.link_events_days * 24 * _HOUR_MS,
        clocks=house.device_times().needed(),
    )
