"""Looking around: who is heard, what it is, how near, and only when allowed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from adapters.ble.catalog import built_in
from adapters.ble.characteristics import heart_rate
from adapters.ble.radio import Radio
from adapters.ble.scan import scan
from adapters.errors import AdapterError
from tests.ble_house import BREATH_ADDRESS, BREATH_PROFILE, STRAP_PROFILE, House, open_house
from tests.fakes_ble import HeldSensor

pytestmark = pytest.mark.radio


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        yield opened


def sensor(house: House, last: str, name: str, service: str, rssi: int) -> HeldSensor:
    address = f"F0:00:00:00:00:{last}"
    house.link.place(address, rssi)
    return HeldSensor(house.link, address, name, service, {})


async def test_who_is_heard_is_named_sorted_and_never_connected_to(house: House) -> None:
    lamp_service = "0000fee7-0000-1000-8000-00805f9b34fb"
    sensors = [
        sensor(house, "0A", "Lamp", lamp_service, -40),
        sensor(house, "0B", "Strap far", heart_rate.SERVICE, -90),
        sensor(house, "0C", "Polar H10 12345678", heart_rate.SERVICE, -50),
    ]
    house.link.place(BREATH_ADDRESS, -60)
    async with AsyncExitStack() as stack:
        for one in (*sensors, house.breath()):
            await stack.enter_async_context(one.on())
        found = await scan(
            house.radio, 0.2, built_in(), now=house.clock, allowed=lambda device: device is None
        )
        assert [one.links_made for one in sensors] == [0, 0, 0]
    assert [(one.name, one.profile, one.distance) for one in found] == [
        ("Polar H10 12345678", built_in()["polar-h10"], "near"),
        ("Breath", BREATH_PROFILE, "near"),
        ("Strap far", STRAP_PROFILE, "far"),
        ("Lamp", None, "near"),
    ]
    assert found[0].address == "F0:00:00:00:00:0C"
    assert found[0].seen <= house.clock.at


async def test_without_permission_nobody_is_listened_for(house: House) -> None:
    with pytest.raises(AdapterError, match="not allowed"):
        await scan(Radio(), 5, built_in(), now=house.clock, allowed=lambda _: False)


async def test_permission_withdrawn_ends_it(house: House) -> None:
    answers = iter([True, False])
    with pytest.raises(AdapterError, match="not allowed"):
        await scan(house.radio, 60, built_in(), now=house.clock, allowed=lambda _: next(answers))


async def test_no_radio_is_said_with_the_next_step(house: House) -> None:
    with pytest.raises(AdapterError) as refused:
        await scan(Radio(), 5, built_in(), now=house.clock, allowed=lambda _: True)
    assert "Bluetooth adapter" in refused.value.next_step
