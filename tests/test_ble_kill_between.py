"""A program that ends between two records: in the store each stands once, at its right time."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from adapters.ble.paired import Paired
from adapters.ble.source import BleSource
from adapters.local_events import LocalBatch, Synced
from adapters.reading import DeviceFacts
from adapters.source import Arrival
from gateway.app import House as Home
from gateway.app import make_house, open_house
from gateway.journal import PacketJournal
from gateway.pipeline import take_in
from gateway.store.thread import StoreThread
from tests.ble_house import QUICK, House
from tests.ble_house import open_house as radio_house
from tests.fakes_meter import METER, METER_ADDRESS, PROFILE, TEST, Meter

pytestmark = pytest.mark.radio

SINCE = datetime(2023, 11, 2, 8)  # noqa: DTZ001


class Program:
    """What `run` does with a radio, one life after the other."""

    def __init__(self, home: Home, air: House) -> None:
        self.home = home
        self.air = air

    async def live(self, *, until: type = Synced, arrivals: int | None = None) -> None:
        """Replay, listen and take in until all came, or only so many arrivals were taken in."""
        with contextlib.closing(StoreThread()) as thread:
            journal = PacketJournal(self.home, thread)
            source = BleSource(
                self.air.known,
                journal,
                lambda _: True,
                now=self.air.clock,
                radio=self.air.radio,
                settings=QUICK,
                zone=lambda: self.air.zone,
            )
            async for arrival in source.replay():
                await thread.do(self._take_in, arrival, journal)
            async with contextlib.aclosing(source.listen()) as listening:
                taken = count(1)
                async for arrival in listening:
                    await thread.do(self._take_in, arrival, journal)
                    if next(taken) == arrivals:
                        return
                    if isinstance(arrival, LocalBatch) and isinstance(arrival.events[0], until):
                        return

    def _take_in(self, arrival: Arrival, journal: PacketJournal) -> None:
        take_in(self.home, [arrival], adapter="ble", at=self.air.clock(), journal=journal)

    def stored(self) -> list[tuple[int, object]]:
        """Start and value of every blood glucose reading there is."""
        (series,) = [one for one in self.home.readings.series() if one.kind == "blood_glucose"]
        rows = self.home.readings.window(series.id, 0, 1 << 60, 10_000)
        return [(row.start, row.value) for row in rows]


@pytest.fixture
async def program(tmp_path: Path) -> AsyncIterator[Program]:
    make_house(tmp_path / "home", passphrase=None, key_file=True, simulation=True)
    home = open_house(tmp_path / "home")
    person = home.people.add("Ann", "1980-01", 0)
    home.devices.add(
        DeviceFacts(person, METER, "Meter"),
        adapter="ble",
        profile=PROFILE.key,
        simulated=True,
        now=0,
    )
    async with radio_house() as air:
        yield Program(home, air)
    home.close()


@pytest.mark.parametrize("arrivals", [1, 5, 8, 30, 200])
async def test_wherever_it_ends_each_record_is_one_reading(program: Program, arrivals: int) -> None:
    meter = Meter(program.air, ahead=timedelta(minutes=10), settable=False)
    person = program.home.people.list()[0].key
    program.air.known[METER_ADDRESS] = Paired(METER, person, PROFILE)
    meter.measured(1, 120, SINCE)
    async with meter.on() as sensor:
        await program.live(arrivals=arrivals)
        assert program.home.local.synced(METER, TEST, "") is None
        await sensor.alone()
        await sensor.advertise()
        await program.live()
    assert program.home.local.synced(METER, TEST, "") == 120
    stored = program.stored()
    assert [value for _, value in stored] == [90 + n for n in range(1, 121)]
    zone = program.air.zone
    for n, (start, _) in enumerate(stored):
        right = SINCE.replace(tzinfo=zone) + timedelta(hours=n, minutes=-10)
        assert abs(start - right.timestamp() * 1000) < 2000
