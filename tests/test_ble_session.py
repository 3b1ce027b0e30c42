"""What is done on a link, and in which order: clock, questions, subscriptions, places."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from adapters.ble.characteristics import (
    current_time,
    heart_rate,
)
from adapters.ble.paired import Paired
from adapters.ble.profile import DeviceProfile
from adapters.ble.state import Trouble
from adapters.local_events import LocalBatch, Packet, Position
from adapters.reading import DeviceFacts, ReadingBatch
from tests.ble_house import ANNA, STRAP_PROFILE, House, open_house, settled
from tests.fakes_ble import STRAP_SERVICES, HeldSensor
from tests.fakes_cuff import (
    CUFF,
    CUFF_ADDRESS,
    FEATURE,
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


async def test_the_clock_comes_first_then_what_is_stored_then_questions(house: House) -> None:
    cuff = Cuff(house)
    async with cuff.sensor.on() as sensor, house.listening():
        await settled(lambda: ("read", FEATURE) in sensor.happened)
    assert sensor.happened == [
        ("read", current_time.UUID),
        ("subscribed", PRESSURE),
        ("read", FEATURE),
    ]
    assert looks(house) == [(0, False)]


async def test_a_record_sent_at_once_is_kept_at_once_and_decoded_when_all_is_known(
    house: House,
) -> None:
    cuff = Cuff(house)
    cuff.features.clear()
    async with cuff.sensor.on() as sensor, house.listening():
        await sensor.subscribed(PRESSURE)
        await sensor.indicate(PRESSURE, cuff.measured(120, cuff.home()))
        await settled(lambda: house.journal.records)
        await asyncio.sleep(0.05)
        assert pressures(house) == []
        cuff.features.set()
        await house.until(lambda: pressures(house))
    (batch,) = pressures(house)
    assert list(batch.values) == ["120|80|93"]
    assert abs(batch.starts[0] - house.clock.at) < 2000


async def test_a_record_sent_at_once_is_decoded_also_where_the_link_is_lost(house: House) -> None:
    cuff = Cuff(house)
    cuff.features.clear()
    async with cuff.sensor.on() as sensor, house.listening():
        await sensor.subscribed(PRESSURE)
        await sensor.indicate(PRESSURE, cuff.measured(120, cuff.home()))
        await sensor.drop()
        cuff.features.set()
        await house.until(lambda: pressures(house))


PLACE = "12345678-0000-4000-8000-00805f9b34fb"


def _places(packet: Packet) -> Iterator[Position]:
    yield Position(packet.received, packet.data[0], packet.data[1], None, "today")


def _nowhere(packet: Packet) -> Iterator[Position]:
    raise ZeroDivisionError("a decoder's mistake")


def pod(locates: object = _places) -> DeviceProfile:
    return replace(STRAP_PROFILE, key="pod", locates={PLACE: locates}, body_site="foot")  # type: ignore[dict-item]


async def test_places_stay_here_and_are_no_readings(house: House) -> None:
    house.known[CUFF_ADDRESS] = Paired(CUFF, ANNA, pod())
    services = {**STRAP_SERVICES, PLACE.replace("1234", "2234"): {PLACE: "notify"}}
    pod_sensor = HeldSensor(house.link, CUFF_ADDRESS, "Pod", heart_rate.SERVICE, services)
    async with pod_sensor.on() as sensor, house.listening():
        await sensor.subscribed(PLACE)
        await sensor.notify(PLACE, bytes([59, 10]))
        await house.until(lambda: house.events(Position))
        await house.beat(sensor, 60, CUFF)
    (place,) = house.events(Position)
    assert isinstance(place, Position)
    assert (place.latitude, place.longitude) == (59, 10)
    holding = [one for one in house.arrived if isinstance(one, LocalBatch) and place in one.events]
    assert len(holding) == 1
    assert {b.kind for b in house.arrived if isinstance(b, ReadingBatch)} <= {
        "heart_rate",
        "battery_level",
    }


async def test_a_decoders_mistake_costs_its_packet_alone(house: House) -> None:
    house.known[CUFF_ADDRESS] = Paired(CUFF, ANNA, pod(_nowhere))
    services = {**STRAP_SERVICES, PLACE.replace("1234", "2234"): {PLACE: "notify"}}
    sensor = HeldSensor(house.link, CUFF_ADDRESS, "Pod", heart_rate.SERVICE, services)
    async with sensor.on(), house.listening() as source:
        await sensor.subscribed(PLACE)
        await sensor.notify(PLACE, bytes([59, 10]))
        await house.beat(sensor, 60, CUFF)
        await settled(
            lambda: Trouble(CUFF, PLACE, "it could not be understood") in source.troubles()
        )


@pytest.mark.parametrize(("says", "site"), [(True, "chest"), (False, "foot")])
async def test_where_it_is_worn_is_what_it_says_or_where_such_a_device_is_worn(
    house: House, says: bool, site: str
) -> None:
    house.known[CUFF_ADDRESS] = Paired(CUFF, ANNA, pod())
    services = STRAP_SERVICES if says else {heart_rate.SERVICE: {heart_rate.UUID: "notify"}}
    sensor = HeldSensor(house.link, CUFF_ADDRESS, "Pod", heart_rate.SERVICE, services)
    async with sensor.on(), house.listening():
        await house.until(lambda: any(isinstance(one, DeviceFacts) for one in house.arrived))
    (facts,) = [one for one in house.arrived if isinstance(one, DeviceFacts)]
    assert facts.body_site == site
