"""Several devices on one adapter, and what goes wrong on the way to a device."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace

import pytest
from bleak import BleakClient, BleakScanner
from bleak.backends.adapter import BaseBleakAdapter
from bleak.backends.device import BLEDevice
from bleak.exc import BleakError

from adapters.ble.characteristics import heart_rate
from adapters.ble.paired import Paired
from adapters.ble.radio import OnHeard, OnLost, Radio
from adapters.reading import DeviceKey
from tests.ble_house import (
    ANNA,
    QUICK,
    STRAP,
    STRAP_ADDRESS,
    STRAP_PROFILE,
    House,
    open_house,
    settled,
)
from tests.fakes_ble import STRAP_SERVICES, HeldSensor

pytestmark = pytest.mark.radio

OTHER, OTHER_ADDRESS = DeviceKey("other"), "F0:00:00:00:00:03"


@dataclass(frozen=True, slots=True)
class WatchedRadio(Radio):
    """Notes each attempt; one address never answers, another breaks in a new way each time."""

    never: str = ""
    breaks: str = ""
    attempts: list[str] = field(default_factory=list)
    at_once: list[int] = field(default_factory=lambda: [0, 0])
    scanners: list[BleakScanner] = field(default_factory=list)
    given_up: asyncio.Event = field(default_factory=asyncio.Event)

    def listening(self, heard: OnHeard) -> BleakScanner:
        self.scanners.append(Radio.listening(self, heard))
        return self.scanners[-1]

    async def connect(
        self, device: BLEDevice, name: str, lost: OnLost, *, attempts: int
    ) -> BleakClient:
        self.attempts.append(device.address)
        self.at_once[0] += 1
        self.at_once[1] = max(self.at_once)
        try:
            if device.address == self.never:
                await self.given_up.wait()
                raise BleakError("it never answered")
            if device.address == self.breaks:
                raise [BleakError("no"), KeyError("new"), OSError("bus")][len(self.attempts) % 3]
            # Named, since a slotted dataclass is another class than the one `super()` knows.
            return await Radio.connect(self, device, name, lost, attempts=attempts)
        finally:
            self.at_once[0] -= 1


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        opened.radio = WatchedRadio(opened.radio.scanner, opened.radio.client)
        yield opened


def watched(house: House) -> WatchedRadio:
    assert isinstance(house.radio, WatchedRadio)
    return house.radio


async def test_many_devices_are_connected_one_after_the_other(house: House) -> None:
    devices = {f"F0:00:00:00:01:{n:02X}": DeviceKey(f"strap-{n}") for n in range(8)}
    async with AsyncExitStack() as stack:
        straps = [
            await stack.enter_async_context(house.strap(*one).on()) for one in devices.items()
        ]
        await stack.enter_async_context(house.listening())
        for strap, device in zip(straps, devices.values(), strict=True):
            await strap.subscribed(heart_rate.UUID)
            await house.beat(strap, 60, device)
        assert watched(house).at_once[1] == 1
        assert sorted(watched(house).attempts) == sorted(devices)


async def test_a_device_that_never_answers_does_not_hold_up_the_others(house: House) -> None:
    house.radio = replace(watched(house), never=STRAP_ADDRESS)
    house.settings = replace(QUICK, connect_timeout=2)
    async with (
        house.strap().on(),
        house.strap(OTHER_ADDRESS, OTHER).on() as other,
        house.listening() as source,
    ):
        await other.subscribed(heart_rate.UUID)
        await house.beat(other, 60, OTHER)
        await settled(lambda: source.states()[STRAP].word == "trouble")
        assert source.states()[STRAP].next_step.startswith("Bring it closer")
        assert {e.detail for e in house.links() if e.what == "failed"} == {"TimeoutError"}


async def test_whatever_a_driver_raises_it_is_tried_again(house: House) -> None:
    house.radio = replace(watched(house), breaks=STRAP_ADDRESS)
    async with house.strap().on(), house.listening() as source:
        await settled(lambda: len(watched(house).attempts) >= 6)
        assert source.states()[STRAP].word == "trouble"


async def test_a_device_that_comes_back_is_out_of_trouble(house: House) -> None:
    strap = house.strap()
    house.radio = replace(watched(house), breaks=STRAP_ADDRESS)
    async with strap.on(), house.listening() as source:
        await settled(lambda: source.states()[STRAP].word == "trouble")
        object.__setattr__(house.radio, "breaks", "")
        await strap.subscribed(heart_rate.UUID)
        await house.beat(strap, 60)
        await settled(lambda: source.states()[STRAP].word == "connected")
        assert source.states()[STRAP].next_step == ""


async def test_failures_are_spaced_wider_and_wider(house: House) -> None:
    house.radio = replace(watched(house), breaks=STRAP_ADDRESS)
    house.settings = replace(QUICK, first_pause=0.02, longest_pause=10)
    async with house.strap().on(), house.listening():
        await asyncio.sleep(0.5)
    assert 3 <= len(watched(house).attempts) <= 6, "0.02, 0.04, 0.08, 0.16, 0.32 s apart"


async def test_a_device_that_stops_listening_before_its_turn_is_not_called(house: House) -> None:
    house.radio = replace(watched(house), never=OTHER_ADDRESS)
    house.settings = replace(QUICK, connect_timeout=10, fresh_for=0.2)
    async with house.strap(OTHER_ADDRESS, OTHER).on() as other, house.listening():
        await settled(lambda: watched(house).attempts)
        async with house.strap().on() as strap:
            await house.until(lambda: STRAP in {e.device for e in house.links()})
            await strap.stop_advertising()
            await other.stop_advertising()
            await asyncio.sleep(0.3)
            watched(house).given_up.set()
            await house.until(lambda: "failed" in {e.what for e in house.links()})
            assert STRAP_ADDRESS not in watched(house).attempts
            await strap.advertise()
            await strap.subscribed(heart_rate.UUID)


async def test_a_connected_device_that_says_nothing_is_remarked_upon(house: House) -> None:
    async with house.strap().on() as strap, house.listening() as source:
        await strap.subscribed(heart_rate.UUID)
        await settled(lambda: source.states()[STRAP].word == "connected")
        assert source.states()[STRAP].next_step == ""
        house.clock.at += 61_000
        assert source.states()[STRAP].next_step.endswith("sits well.")


async def test_after_a_long_silence_the_scan_is_started_anew(house: House) -> None:
    house.settings = replace(QUICK, silence=0.1)
    async with house.strap().on() as strap, house.listening():
        await strap.subscribed(heart_rate.UUID)
        await settled(lambda: len(watched(house).scanners) >= 2)
        await house.beat(strap, 60)
        assert strap.links_made == 1


class LeftOver(BaseBleakAdapter):
    """Tells of one link that is up already."""

    @classmethod
    async def get(cls, **_options: object) -> LeftOver:
        return cls()

    async def get_connected_devices(self, service_uuids: frozenset[str]) -> list[BLEDevice]:
        return [BLEDevice(STRAP_ADDRESS, "Strap 7", None)]


async def test_a_link_that_a_crash_left_is_taken_up_again(house: House) -> None:
    house.radio = replace(watched(house), links=LeftOver)
    strap = house.strap()  # it is connected, so nobody hears it
    assert strap.links_made == 0
    async with house.listening():
        await settled(lambda: STRAP_ADDRESS in watched(house).attempts)


async def test_a_link_that_came_about_after_it_was_given_up_is_taken_up(house: House) -> None:
    asked: list[int] = []

    class Later(LeftOver):
        async def get_connected_devices(self, service_uuids: frozenset[str]) -> list[BLEDevice]:
            asked.append(1)
            return [] if len(asked) < 3 else [BLEDevice(STRAP_ADDRESS, "Strap 7", None)]

    house.radio = replace(watched(house), links=Later)
    house.settings = replace(QUICK, links_every=0.05)
    house.strap()
    async with house.listening():
        await settled(lambda: STRAP_ADDRESS in watched(house).attempts)


async def test_a_radio_that_cannot_tell_its_links_is_a_radio_still() -> None:
    assert await Radio(links=BaseBleakAdapter).connected() == []
    assert await Radio().connected() == [], "there is no radio here"


async def test_a_device_that_wants_to_be_paired_says_so(house: House) -> None:
    strap = HeldSensor(
        house.link, OTHER_ADDRESS, "Shy", heart_rate.SERVICE, STRAP_SERVICES, protected=True
    )
    house.known[OTHER_ADDRESS] = Paired(OTHER, ANNA, STRAP_PROFILE)
    async with strap.on(), house.listening() as source:
        await settled(lambda: source.states()[OTHER].word == "trouble")
        assert "pairing mode" in source.states()[OTHER].next_step
