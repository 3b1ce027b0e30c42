"""`BleSource` with unmodified bleak over the virtual radio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from adapters.ble.characteristics import battery_level, device_information, heart_rate
from adapters.ble.paired import Paired
from adapters.ble.radio import Radio
from adapters.ble.source import BleSource
from adapters.ble.state import Trouble
from adapters.errors import AdapterError
from adapters.local_events import LocalName, Packet
from adapters.reading import DeviceFacts, DeviceKey
from tests.ble_house import (
    ANNA,
    BREATH,
    BREATH_ADDRESS,
    QUICK,
    STRAP,
    STRAP_ADDRESS,
    STRAP_PROFILE,
    House,
    open_house,
    settled,
)

pytestmark = pytest.mark.radio


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as opened:
        yield opened


async def test_a_strap_is_found_connected_and_read(house: House) -> None:
    async with house.strap().on() as strap, house.listening() as source:
        await strap.subscribed(heart_rate.UUID)
        await strap.notify(heart_rate.UUID, bytes.fromhex("1e48320000040104"))
        await house.until(lambda: len(house.values("rr_interval")) == 2)
        assert house.values() == [72]
        assert house.values("energy_expended") == [50]
        assert house.values("rr_interval") == [1000, 1000.977]
        (rr,) = house.batches("rr_interval")
        assert (list(rr.nths), rr.live, rr.person, rr.source) == ([0, 1], True, ANNA, "radio")
        await settled(lambda: source.states()[STRAP].word == "connected")
        assert source.states()[STRAP].last_packet is not None


async def test_what_waited_to_be_taken_out_together_is_there_after_the_end(house: House) -> None:
    house.settings = replace(QUICK, gather=3600.0)
    async with house.strap().on() as strap:
        async with house.listening() as source:
            await strap.subscribed(heart_rate.UUID)
            await strap.notify(heart_rate.UUID, bytes(heart_rate.HeartRateMeasurement(72)))
            await settled(lambda: source.states()[STRAP].last_packet)
            assert house.values() == []
        house.arrived += source.rest()
        assert house.values() == [72]
        assert list(source.rest()) == []


async def test_what_it_says_of_itself_is_parted_into_what_may_be_shared_and_what_stays(
    house: House,
) -> None:
    async with house.strap().on(), house.listening() as source:
        await house.until(lambda: house.values("battery_level"))
        (facts,) = [one for one in house.arrived if isinstance(one, DeviceFacts)]
        assert facts == DeviceFacts(
            ANNA, STRAP, "Heart-rate sensor", "Straps & Sons", "S1", body_site="chest"
        )
        names = {one.what: one.name for one in house.events(LocalName)}  # type: ignore[attr-defined]
        assert names == {
            "advertised_name": "Strap 7",
            "serial_number": "SN-00012345",
            "system_id": "12-34-56-ff-fe-9a-bc-de",
        }
        assert house.values("battery_level") == [80]
        assert source.troubles() == {
            Trouble(STRAP, device_information.FIRMWARE_REVISION, "the text is not UTF-8"): 1
        }


async def test_link_events_stay_local_with_address_and_strength(house: House) -> None:
    house.link.place(STRAP_ADDRESS, -48)
    async with house.strap().on() as strap, house.listening():
        await strap.subscribed(heart_rate.UUID)
        await house.beat(strap, 60)
        seen, connected = house.links()
    assert (seen.what, connected.what) == ("seen", "connected")
    assert {seen.address, connected.address} == {STRAP_ADDRESS}
    assert seen.rssi is not None
    assert -52 < seen.rssi < -44


async def test_a_packet_that_cannot_be_decoded_is_counted_kept_and_stops_nothing(
    house: House,
) -> None:
    async with house.strap().on() as strap, house.listening() as source:
        await strap.subscribed(heart_rate.UUID)
        await house.beat(strap, 60)
        await strap.notify(heart_rate.UUID, bytes.fromhex("1048"))
        await house.beat(strap, 61)
        assert house.values() == [60, 61]
        assert source.troubles()[Trouble(STRAP, heart_rate.UUID, "the packet is cut short")] == 1
        raw = [p.data.hex() for p in house.events(Packet) if isinstance(p, Packet)]
        assert [data for data in raw if data != "50"] == ["003c", "1048", "003d"]


async def test_a_lost_link_opens_a_gap_that_the_next_reading_closes(house: House) -> None:
    async with house.strap().on() as strap, house.listening() as source:
        await house.until(lambda: house.values("battery_level"))
        await house.beat(strap, 60)
        await strap.drop()
        await house.until(house.gaps)
        (opened,) = house.gaps()
        assert (opened.since, opened.until) == (house.batches()[0].starts[0], None)
        assert source.states()[STRAP].word == "waiting for the device"
        await strap.advertise()
        await strap.subscribed(heart_rate.UUID)
        assert len(house.gaps()) == 1
        await house.beat(strap, 61)
        await house.beat(strap, 62)
        assert house.gaps()[1:] == [replace(opened, until=house.batches()[1].starts[0])]
        assert house.values() == [60, 61, 62], "nothing is doubled after a reconnect"
        assert strap.links_made == 2
        await house.until(lambda: len(house.values("battery_level")) == 2)
        assert len([one for one in house.arrived if isinstance(one, DeviceFacts)]) == 1


async def test_another_device_is_not_affected(house: House) -> None:
    other = DeviceKey("other")
    async with (
        house.strap().on() as strap,
        house.strap("F0:00:00:00:00:03", other).on() as second,
        house.listening() as source,
    ):
        await strap.subscribed(heart_rate.UUID)
        await second.subscribed(heart_rate.UUID)
        await house.beat(strap, 60)
        await strap.drop()
        for rate in (70, 71, 72):
            await house.beat(second, rate, other)
        assert house.values(device=other) == [70, 71, 72]
        await settled(lambda: source.states()[other].word == "connected")
        assert [gap.device for gap in house.gaps()] == [STRAP]
        assert second.links_made == 1


async def test_permission_withdrawn_ends_links_and_scan(house: House) -> None:
    async with house.strap().on() as strap, house.listening() as source:
        await strap.subscribed(heart_rate.UUID)
        await house.beat(strap, 60)
        house.forbidden.add(None)
        await strap.alone()
        await strap.advertise()
        await settled(lambda: not source._ear.is_open)
        assert source.states()[STRAP].word == "not allowed"
        count = len(house.arrived)
        await asyncio.sleep(0.1)
        assert (strap.links_made, len(house.arrived)) == (1, count)
        assert house.gaps() == [], "what was not wanted is not missing"
        house.forbidden.clear()
        await strap.subscribed(heart_rate.UUID)
        await house.beat(strap, 61)


async def test_permission_for_one_device_is_not_that_for_another(house: House) -> None:
    other = DeviceKey("other")
    house.forbidden.add(other)
    async with (
        house.strap().on() as strap,
        house.strap("F0:00:00:00:00:03", other).on() as second,
        house.listening() as source,
    ):
        await strap.subscribed(heart_rate.UUID)
        await asyncio.sleep(0.1)
        assert second.links_made == 0
        assert source.states()[other].word == "not allowed"


async def test_without_permission_the_radio_is_never_touched(house: House) -> None:
    house.strap()
    house.forbidden.add(STRAP)
    house.radio = Radio()  # there is none in this machine: the least touch would fail
    async with house.listening() as source:
        await asyncio.sleep(0.1)
        assert source.states()[STRAP].word == "not allowed"
        assert house.arrived == []


async def test_a_device_added_or_taken_out_while_listening_counts_at_once(house: House) -> None:
    async with house.listening(), house.strap().on() as strap:
        await strap.subscribed(heart_rate.UUID)
        del house.known[STRAP_ADDRESS]
        await strap.alone()


async def test_a_device_of_the_wrong_kind_is_named_as_such(house: House) -> None:
    async with house.breath().on(), house.listening() as source:
        house.known[BREATH_ADDRESS] = Paired(BREATH, ANNA, STRAP_PROFILE)
        await settled(lambda: source.states()[BREATH].word == "trouble")
        assert source.states()[BREATH].next_step.startswith("Remove this device")


async def test_a_device_that_is_not_there_is_waited_for(house: House) -> None:
    house.known[STRAP_ADDRESS] = Paired(STRAP, ANNA, STRAP_PROFILE)
    async with house.listening() as source:
        await settled(lambda: source.states()[STRAP].word == "listening")
        house.clock.at += 61_000
        state = source.states()[STRAP]
        assert (state.word, state.next_step) == (
            "waiting for the device",
            "Switch the device on, or put it on.",
        )


async def test_no_radio_is_said_with_the_next_step(house: House) -> None:
    house.strap()
    source = BleSource(house.known, house.journal, lambda _: True, now=house.clock)
    with pytest.raises(AdapterError) as stopped:
        async for _ in source.listen():
            pass
    assert "Bluetooth" in stopped.value.next_step
    assert source.states()[STRAP].word == "trouble"
    words = f"{stopped.value} {stopped.value.next_step}"
    assert source.states()[STRAP].next_step == words


async def test_equal_values_of_one_instant_are_not_one(house: House) -> None:
    async with house.strap().on() as strap, house.listening():
        await strap.subscribed(heart_rate.UUID)
        await house.beat(strap, 60)
        frozen = house.clock.at
        for _ in range(3):
            house.clock.at = frozen - 1
            await house.beat(strap, 60)
        starts = [batch.starts[0] for batch in house.batches()]
        assert len(set(starts)) == 4


async def test_the_battery_is_read_again_now_and_then(house: House) -> None:
    house.settings = replace(QUICK, battery_every=0.05)
    async with house.strap().on(), house.listening():
        await house.until(lambda: len(house.values("battery_level")) >= 3)
    assert battery_level.UUID in {p.characteristic for p in house.events(Packet)}  # type: ignore[attr-defined]
