"""The clock of a device: read, set or left alone, on a link."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from adapters.ble.characteristics import (
    blood_pressure,
    current_time,
    date_time,
    elapsed_time,
)
from adapters.ble.characteristics.current_time import Adjusted, CurrentTime
from adapters.ble.source import BleSource
from adapters.reading import Quality, ReadingBatch
from tests.ble_house import QUICK, House, open_house, settled
from tests.fakes_ble import HeldSensor
from tests.fakes_cuff import (
    CUFF_ADDRESS,
    OSLO,
    PRESSURE,
    Cuff,
    looks,
    pressures,
)

pytestmark = pytest.mark.radio


@pytest.fixture(autouse=True)
def _short_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.ble.session._SILENCE", 0.1)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        opened.zone = OSLO
        yield opened


async def test_the_clock_of_a_cuff_is_set_before_it_may_send(house: House) -> None:
    cuff = Cuff(house, ahead=timedelta(minutes=-10))
    measured = cuff.home() - timedelta(hours=1)
    async with cuff.sensor.on() as sensor, house.listening():
        await sensor.subscribed(PRESSURE)
        happened = sensor.happened.index
        assert happened(("written", current_time.UUID)) < happened(("subscribed", PRESSURE))
        assert abs(cuff.ahead) < timedelta(seconds=2)
        await sensor.indicate(PRESSURE, cuff.measured(120, measured - timedelta(minutes=10)))
        await sensor.indicate(PRESSURE, cuff.measured(121, cuff.home()))
        await house.until(lambda: len(pressures(house)) == 2)
    (written,) = cuff.told
    assert CurrentTime.from_bytes(written).adjusted is Adjusted.BY_REFERENCE
    assert CurrentTime.from_bytes(written).weekday == cuff.home().isoweekday()
    assert looks(house) == [(-600, False), (-600, True)]
    old, new = pressures(house)
    assert abs(old.starts[0] - measured.replace(tzinfo=OSLO).timestamp() * 1000) < 2000
    assert old.flags[0] & Quality.CLOCK_CORRECTED
    assert abs(new.starts[0] - house.clock.at) < 2000
    assert not new.flags[0] & (Quality.CLOCK_CORRECTED | Quality.CLOCK_NOT_TRUSTED)
    assert [look and look.ahead for look in old.looks] == [None], "ten minutes are not told"
    assert old.looks[0] is not None
    assert new.looks == ()


@pytest.mark.parametrize("restarted", [False, True], ids=["next link", "next start"])
async def test_what_was_told_before_the_clock_was_set_may_come_on_a_later_link(
    house: House, restarted: bool
) -> None:
    cuff = Cuff(house, ahead=timedelta(minutes=-10))
    measured = cuff.home() - timedelta(hours=1)
    async with cuff.sensor.on() as sensor, AsyncExitStack() as stack:
        await stack.enter_async_context(house.listening())
        await sensor.subscribed(PRESSURE)
        await sensor.drop()
        await sensor.alone()
        if restarted:
            await stack.aclose()
            await stack.enter_async_context(house.listening())
        await sensor.advertise()
        await sensor.subscribed(PRESSURE)
        await sensor.indicate(PRESSURE, cuff.measured(120, measured - timedelta(minutes=10)))
        await house.until(lambda: pressures(house))
    (old,) = pressures(house)
    assert abs(old.starts[0] - measured.replace(tzinfo=OSLO).timestamp() * 1000) < 2000
    assert old.flags[0] & Quality.CLOCK_CORRECTED
    source = BleSource(house.known, house.journal, lambda _: True, now=house.clock)
    again = [one async for one in source.replay() if isinstance(one, ReadingBatch)]
    assert [(list(one.starts), list(one.flags)) for one in again] == [
        (list(old.starts), list(old.flags))
    ], "a crash changes nothing in that"


async def test_a_date_time_is_a_clock_too(house: House) -> None:
    cuff = Cuff(house, ahead=timedelta(hours=3), face=date_time.UUID)
    async with cuff.sensor.on() as sensor, house.listening():
        await sensor.subscribed(PRESSURE)
        await settled(lambda: abs(cuff.ahead) < timedelta(seconds=2))
        await house.until(lambda: looks(house) == [(10800, False), (10800, True)])


async def test_a_clock_that_ignores_a_part_is_set_all_the_same(house: House) -> None:
    cuff = Cuff(house, ahead=timedelta(hours=3), refuses=0x80)
    async with cuff.sensor.on() as sensor, house.listening() as source:
        await sensor.subscribed(PRESSURE)
        await house.until(lambda: looks(house) == [(10800, False), (10800, True)])
        assert source.troubles() == {}


async def test_a_clock_that_cannot_be_set_is_told_of_and_nothing_fails(house: House) -> None:
    cuff = Cuff(house, ahead=timedelta(hours=3), refuses=0x03)
    async with cuff.sensor.on() as sensor, house.listening() as source:
        await sensor.subscribed(PRESSURE)
        await sensor.indicate(PRESSURE, cuff.measured(120, cuff.home() + cuff.ahead))
        await house.until(lambda: pressures(house))
        assert [one.characteristic for one in source.troubles()] == [current_time.UUID]
    assert looks(house) == [(10800, False)]
    assert pressures(house)[0].flags[0] & Quality.CLOCK_NOT_TRUSTED


@pytest.mark.parametrize("why", ["right", "not asked for", "nobody lives in UTC"])
async def test_a_clock_is_left_alone(house: House, why: str) -> None:
    house.settings = replace(QUICK, set_clocks=why != "not asked for")
    house.zone = ZoneInfo("Etc/UTC") if why.startswith("nobody") else OSLO
    cuff = Cuff(house, ahead=timedelta(seconds=50 if why == "right" else 9000))
    async with cuff.sensor.on() as sensor, house.listening():
        await sensor.subscribed(PRESSURE)
        await house.until(lambda: looks(house))
    assert cuff.told == []


async def test_a_clock_is_looked_at_again_while_the_link_is_up(house: House) -> None:
    house.settings = replace(QUICK, clock_every=0.05)
    cuff = Cuff(house)
    async with cuff.sensor.on() as sensor, house.listening():
        await sensor.subscribed(PRESSURE)
        await sensor.indicate(PRESSURE, cuff.measured(120, cuff.home()))
        await house.until(lambda: looks(house))
        cuff.ahead = timedelta(hours=-1)  # summer time has begun
        await house.until(lambda: (-3600, True) in looks(house))
        await sensor.indicate(PRESSURE, cuff.measured(121, cuff.home()))
        await house.until(lambda: len(pressures(house)) == 2)
    assert all(abs(batch.starts[0] - house.clock.at) < 3000 for batch in pressures(house))
    source = BleSource(house.known, house.journal, lambda _: True, now=house.clock)
    again = [one async for one in source.replay() if isinstance(one, ReadingBatch)]
    assert [(*one.starts, *one.flags) for one in again] == [
        (*one.starts, *one.flags) for one in pressures(house)
    ]


async def test_a_clock_that_shows_no_time_stops_nothing(house: House) -> None:
    cuff = Cuff(house)
    cuff._show = lambda: bytes(10)  # type: ignore[method-assign]
    cuff.sensor = HeldSensor(
        house.link,
        CUFF_ADDRESS,
        "Cuff",
        blood_pressure.SERVICE,
        {
            blood_pressure.SERVICE: {PRESSURE: "indicate"},
            current_time.SERVICE: {current_time.UUID: b"\x01\x02", date_time.UUID: bytes(7)},
        },
    )
    async with cuff.sensor.on() as sensor, house.listening() as source:
        await sensor.subscribed(PRESSURE)
        await sensor.indicate(PRESSURE, cuff.measured(120, cuff.home()))
        await house.until(lambda: pressures(house))
        assert [one.reason for one in source.troubles()] == ["the packet is cut short"]
    assert looks(house) == []


async def test_a_clock_that_keeps_utc_is_read_too(house: House) -> None:
    cuff = Cuff(house)
    at = datetime.fromtimestamp(house.clock.at / 1000, UTC) + timedelta(minutes=5)
    shown = bytes(elapsed_time.CurrentElapsedTime(elapsed_time.ElapsedTime.of(at)))
    sensor = HeldSensor(
        house.link,
        CUFF_ADDRESS,
        "Cuff",
        blood_pressure.SERVICE,
        {
            blood_pressure.SERVICE: {PRESSURE: "indicate"},
            elapsed_time.SERVICE: {elapsed_time.UUID: shown},
        },
    )
    async with sensor.on(), house.listening():
        await sensor.subscribed(PRESSURE)
        await house.until(lambda: looks(house) == [(300, False)])
    assert cuff.told == []
