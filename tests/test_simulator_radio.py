"""Unmodified bleak on the virtual radio, as it would be on a real one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.exc import (
    BleakCharacteristicNotFoundError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)

from adapters.errors import AdapterError
from adapters.simulator.link import Conditions, RadioLink
from adapters.simulator.radio import SimulatedRadio, hci_radio, virtual_radio
from tests.simulator_air import (
    ADDRESS,
    APPLICATION_ERROR,
    HEART_RATE,
    NAME,
    Bare,
    bare_device,
    until,
)

pytestmark = pytest.mark.radio


@pytest.fixture
def link() -> RadioLink:
    return RadioLink(Conditions(jitter=0))


@pytest.fixture
async def bare(link: RadioLink) -> AsyncIterator[Bare]:
    async with bare_device(link) as device:
        yield device


@pytest.fixture
async def radio(link: RadioLink) -> AsyncIterator[SimulatedRadio]:
    async with virtual_radio(link) as opened:
        yield opened


async def find(radio: SimulatedRadio) -> BLEDevice:
    found = await BleakScanner.find_device_by_address(ADDRESS, timeout=3, backend=radio.scanner)
    assert found is not None
    return found


async def test_a_radio_of_the_simulation_says_that_it_is_one(radio: SimulatedRadio) -> None:
    assert radio.is_simulated


async def test_a_device_is_found_by_the_name_in_its_scan_response(
    bare: Bare, radio: SimulatedRadio
) -> None:
    found = await BleakScanner.find_device_by_name(NAME, timeout=3, backend=radio.scanner)
    assert found is not None
    assert found.address == ADDRESS


async def test_a_passive_scan_hears_no_scan_response(bare: Bare, radio: SimulatedRadio) -> None:
    heard = await BleakScanner.discover(
        0.1, return_adv=True, scanning_mode="passive", backend=radio.scanner
    )
    _, data = heard[ADDRESS]
    assert data.local_name is None
    assert data.service_uuids == [HEART_RATE]


async def test_an_advertisement_says_all_its_fields(
    link: RadioLink, bare: Bare, radio: SimulatedRadio
) -> None:
    link.place(ADDRESS, -71)
    heard = await BleakScanner.discover(0.1, return_adv=True, backend=radio.scanner)
    device, data = heard[ADDRESS]
    assert (device.name, data.local_name) == (NAME, NAME)
    assert data.manufacturer_data == {0xFFFF: b"\x2a"}
    assert data.service_data == {"0000180f-0000-1000-8000-00805f9b34fb": b"\x5a"}
    assert (data.tx_power, data.rssi) == (-4, -71)


async def test_the_strength_of_a_signal_strays_as_far_as_it_may(bare: Bare) -> None:
    link = RadioLink(Conditions(rssi=-60, jitter=4, seed=3))
    strengths = set()
    async with bare_device(link), virtual_radio(link) as radio:
        scanner = BleakScanner(lambda _, data: strengths.add(data.rssi), backend=radio.scanner)
        async with scanner:
            await until(lambda: len(strengths) > 3)
    assert strengths <= set(range(-64, -55))


@pytest.mark.parametrize(("service", "heard"), [(HEART_RATE, 1), ("1810", 0)])
async def test_a_scan_keeps_to_the_services_asked_for(
    bare: Bare, radio: SimulatedRadio, service: str, heard: int
) -> None:
    found = await BleakScanner.discover(0.1, service_uuids=[service], backend=radio.scanner)
    assert len(found) == heard


async def test_two_scans_at_once_hear_both(bare: Bare, radio: SimulatedRadio) -> None:
    one, other = await asyncio.gather(find(radio), find(radio))
    assert one.address == other.address


async def test_a_client_finds_out_all_attributes(bare: Bare, radio: SimulatedRadio) -> None:
    async with BleakClient(await find(radio), backend=radio.client) as client:
        assert client.mtu_size == 517
        assert client.name == NAME
        service = client.services.get_service(HEART_RATE)
        assert service is not None
        assert [(c.uuid[4:8], c.properties) for c in service.characteristics] == [
            ("2a37", ["notify"]),
            ("2a35", ["indicate"]),
            ("2a39", ["write-without-response", "write"]),
            ("2a38", ["read"]),
            ("2a2b", ["read"]),
        ]
        subscription = service.characteristics[0].descriptors[0]
        assert await client.read_gatt_descriptor(subscription.handle) == b"\x00\x00"
        assert service.characteristics[2].max_write_without_response_size == 514


async def test_a_value_is_read_and_written(bare: Bare, radio: SimulatedRadio) -> None:
    async with BleakClient(await find(radio), backend=radio.client) as client:
        assert await client.read_gatt_char("2a38") == b"\x01"
        await client.write_gatt_char("2a39", b"\x01", response=True)
        await client.write_gatt_char("2a39", b"\x01", response=False)
        await until(lambda: len(bare.written) == 2)


async def test_an_error_of_the_device_comes_as_bleak_says_it(
    bare: Bare, radio: SimulatedRadio
) -> None:
    async with BleakClient(await find(radio), backend=radio.client) as client:
        with pytest.raises(BleakGATTProtocolError) as refused:
            await client.write_gatt_char("2a39", b"\x02", response=True)
        assert refused.value.code == APPLICATION_ERROR
        with pytest.raises(BleakCharacteristicNotFoundError):
            await client.read_gatt_char("2aff")


async def test_notifications_and_indications_arrive_in_order(
    bare: Bare, radio: SimulatedRadio
) -> None:
    heard: list[bytes] = []
    async with BleakClient(await find(radio), backend=radio.client) as client:
        await client.start_notify("2a37", lambda _, value: heard.append(bytes(value)))
        await client.start_notify("2a35", lambda _, value: heard.append(bytes(value)))
        for number in range(50):
            await bare.device.notify_subscribers(bare.notified, bytes([number]))
            await bare.device.indicate_subscribers(bare.indicated, bytes([number]))
        assert heard == [bytes([number]) for number in range(50) for _ in "ni"]
        with pytest.raises(BleakError, match="already started"):
            await client.start_notify("2a37", lambda *_: None)


async def test_nothing_arrives_after_the_end_of_a_subscription(
    bare: Bare, radio: SimulatedRadio
) -> None:
    heard: list[bytes] = []
    async with BleakClient(await find(radio), backend=radio.client) as client:
        await client.start_notify("2a37", lambda _, value: heard.append(bytes(value)))
        await client.stop_notify("2a37")
        await bare.device.notify_subscribers(bare.notified, b"late")
        await client.read_gatt_char("2a38")
        await client.start_notify("2a37", lambda _, value: heard.append(bytes(value)))
        await bare.device.notify_subscribers(bare.notified, b"again")
        await client.read_gatt_char("2a38")
    assert heard == [b"again"]


async def test_an_indication_is_confirmed_only_after_what_was_to_come_first(
    bare: Bare, radio: SimulatedRadio
) -> None:
    kept = asyncio.Event()
    async with BleakClient(await find(radio), backend=radio.client) as client:
        await client.start_notify("2a35", lambda *_: None, before_confirm=kept.wait)
        confirmed = asyncio.ensure_future(
            bare.device.indicate_subscribers(bare.indicated, b"record")
        )
        await client.read_gatt_char("2a38")
        assert not confirmed.done()
        kept.set()
        await asyncio.wait_for(confirmed, 2)


async def test_a_protected_value_is_read_after_pairing_and_stays_readable(
    bare: Bare, radio: SimulatedRadio
) -> None:
    device = await find(radio)
    async with BleakClient(device, backend=radio.client) as client:
        with pytest.raises(BleakGATTProtocolError) as refused:
            await client.read_gatt_char("2a2b")
        assert refused.value.code == 0x0F
        await client.pair()
        assert await client.read_gatt_char("2a2b") == b"secret"
    async with BleakClient(device, backend=radio.client) as client:
        assert await client.read_gatt_char("2a2b") == b"secret"
        await client.unpair()
    async with BleakClient(device, backend=radio.client) as client:
        with pytest.raises(BleakGATTProtocolError):
            await client.read_gatt_char("2a2b")
    async with BleakClient(device, pair=True, backend=radio.client) as client:
        assert await client.read_gatt_char("2a2b") == b"secret"


async def test_a_link_lost_by_the_device_is_told_once_and_can_be_made_again(
    bare: Bare, radio: SimulatedRadio
) -> None:
    lost: list[BleakClient] = []
    device = await find(radio)
    client = BleakClient(device, disconnected_callback=lost.append, backend=radio.client)
    for turn in range(3):
        await client.connect()
        await bare.drop()
        await until(lambda: not client.is_connected)
        assert len(lost) == turn + 1
        with pytest.raises(BleakError):
            await client.read_gatt_char("2a38")


async def test_a_question_in_flight_ends_when_the_link_is_lost(
    bare: Bare, radio: SimulatedRadio
) -> None:
    async with BleakClient(await find(radio), backend=radio.client) as client:
        reads = [asyncio.ensure_future(client.read_gatt_char("2a38")) for _ in range(5)]
        await asyncio.sleep(0)
        await bare.drop()
        answers = await asyncio.wait_for(asyncio.gather(*reads, return_exceptions=True), 2)
        assert all(isinstance(a, BleakError | bytearray) for a in answers)


async def test_a_client_connects_by_address_alone(bare: Bare, radio: SimulatedRadio) -> None:
    async with BleakClient(ADDRESS.lower(), backend=radio.client) as client:
        assert client.is_connected


async def test_an_address_that_nobody_has_is_not_found(radio: SimulatedRadio) -> None:
    with pytest.raises(BleakDeviceNotFoundError):
        await BleakClient(ADDRESS, backend=radio.client, timeout=0.1).connect()


async def test_a_device_that_went_away_times_out_and_can_be_reached_later(
    bare: Bare, radio: SimulatedRadio
) -> None:
    device = await find(radio)
    await bare.device.stop_advertising()
    with pytest.raises(TimeoutError):
        await BleakClient(device, backend=radio.client, timeout=0.1).connect()
    await bare.device.start_advertising(auto_restart=True)
    async with BleakClient(device, backend=radio.client, timeout=3) as client:
        assert client.is_connected


async def test_only_one_of_two_radios_gets_a_device(link: RadioLink, bare: Bare) -> None:
    async with virtual_radio(link, "one") as one, virtual_radio(link, "two") as two:
        clients = [
            BleakClient(await find(radio), backend=radio.client, timeout=1.5)
            for radio in (one, two)
        ]
        results = await asyncio.gather(*(c.connect() for c in clients), return_exceptions=True)
        assert sorted(result is None for result in results) == [False, True]
        assert sorted(client.is_connected for client in clients) == [False, True]
        for client in clients:
            await client.disconnect()


async def test_a_radio_that_is_closed_lets_its_links_go(link: RadioLink, bare: Bare) -> None:
    lost: list[BleakClient] = []
    async with virtual_radio(link) as radio:
        device = await find(radio)
        client = BleakClient(device, disconnected_callback=lost.append, backend=radio.client)
        await client.connect()
    assert lost
    await until(lambda: not bare.device.connections)


async def test_a_link_made_by_the_retrying_connector_is_the_same(
    bare: Bare, radio: SimulatedRadio
) -> None:
    client = await radio.connect(await find(radio), "bare", lambda _: None, attempts=2)
    assert await client.read_gatt_char("2a38") == b"\x01"
    await client.disconnect()


async def test_a_simulator_that_is_not_there_is_said_so() -> None:
    with pytest.raises(AdapterError) as refused:
        async with hci_radio("tcp-client:127.0.0.1:9"):
            pass
    assert "health-gateway simulate" in refused.value.next_step
