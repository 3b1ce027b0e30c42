"""Scales that only advertise: heard over the virtual radio, never connected to, told once."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from bumble.core import UUID, AdvertisingData

from adapters.ble.describing.description import parse
from adapters.ble.paired import Paired
from adapters.reading import DeviceKey
from tests.ble_house import ANNA, House, open_house, settled
from tests.fakes_ble import HeldSensor
from tests.test_closed_devices import HEAD, SCALE_WITH_TWO_UNITS

pytestmark = pytest.mark.radio

ADDRESS, SCALE = "F0:00:00:00:00:0A", DeviceKey("scale")
SERVICE = "0000181d-0000-1000-8000-00805f9b34fb"
WEIGHED, AGAIN, MOVING = "a24c63e20702010f2f1c", "a2fc62e20702010f3100", "024c63e20702010f2f1c"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        yield opened


def scale(house: House, text: str = SCALE_WITH_TWO_UNITS) -> HeldSensor:
    profile = parse(HEAD + text, "scale.toml").profile()
    house.known[ADDRESS] = Paired(SCALE, ANNA, profile)
    return HeldSensor(house.link, ADDRESS, "CLOSED 1", SERVICE, {})


def service_data(data: str) -> tuple[int, bytes]:
    kind = AdvertisingData.Type.SERVICE_DATA_16_BIT_UUID
    return kind, bytes(UUID(SERVICE[4:8])) + bytes.fromhex(data)


def manufacturer_data(data: str) -> tuple[int, bytes]:
    return AdvertisingData.Type.MANUFACTURER_SPECIFIC_DATA, bytes.fromhex("5701" + data)


async def test_each_weighing_is_taken_in_once_and_nobody_connects(house: House) -> None:
    async with scale(house).on() as held, house.listening() as source:
        for data in (MOVING, WEIGHED, AGAIN):
            await held.says(service_data(data))
            if data != MOVING:
                count = len(house.values("body_weight", SCALE))
                await house.until(lambda: len(house.values("body_weight", SCALE)) > count)  # noqa: B023
        assert held.links_made == 0
        assert source.troubles() == {}
        assert [one.data.hex() for one in house.journal.records] == [MOVING, WEIGHED, AGAIN]
    assert house.values("body_weight", SCALE) == [127.1, 126.7]
    (first, second) = house.batches("body_weight", SCALE)
    assert first.records[0] != second.records[0]
    assert not first.live


async def test_the_data_of_a_maker_is_read_too(house: House) -> None:
    text = """manufacturer = 0x0157
[[characteristic]]
uuid = "manufacturer data"
delivery = "advertised"
field = [{ type = "uint16", scale = 0.01, kind = "body_weight", unit = "kg" }]
"""
    async with scale(house, text).on() as held, house.listening():
        await held.says(manufacturer_data("481c"))
        await house.until(lambda: house.values("body_weight", SCALE))
    assert house.values("body_weight", SCALE) == [72.4]


async def test_without_permission_nothing_that_it_says_is_looked_at(house: House) -> None:
    house.known["F0:00:00:00:00:0B"] = Paired(
        DeviceKey("other"), ANNA, parse(HEAD + SCALE_WITH_TWO_UNITS, "s.toml").profile()
    )
    house.forbidden = {SCALE}
    async with scale(house).on() as held, house.listening() as source:
        await held.says(service_data(WEIGHED))
        await settled(lambda: source.states()[SCALE].word == "not allowed")
        house.forbidden = set()
        await house.until(lambda: house.values("body_weight", SCALE))
    assert len(house.values("body_weight", SCALE)) == 1
