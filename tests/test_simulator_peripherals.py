"""The sensors of a scenario on the virtual radio: what they send, keep, and do wrong."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest
from bleak import BleakClient, BleakScanner
from bleak.exc import BleakGATTProtocolError

from adapters.ble.catalog import built_in
from adapters.ble.characteristics import battery_level, body_sensor_location, heart_rate
from adapters.ble.characteristics import device_information as information
from adapters.ble.characteristics.system_id import UUID as SYSTEM_ID
from adapters.simulator.clock import Timer
from adapters.simulator.emissions import packets
from adapters.simulator.emitted import Emitted
from adapters.simulator.link import RadioLink
from adapters.simulator.peripheral import Peripheral
from adapters.simulator.radio import SimulatedRadio, virtual_radio
from adapters.simulator.scenario import Scenario, load, read
from adapters.simulator.simulation import Simulation, simulated
from tests.simulator_air import fast, until

pytestmark = pytest.mark.radio

RECORD = next(iter(built_in().profiles["breath-carbon-monoxide-monitor"].reads))
BREATH = 'title = "Breath"\n[[device]]\nid = "breath"\nmodel = "breath-monitor"\n'
STRAP = 'title = "Strap"\n[[device]]\nid = "strap"\nmodel = "heart-rate-strap"\n'

Heard = list[tuple[str, bytes]]


@contextlib.asynccontextmanager
async def running(scenario: Scenario) -> AsyncIterator[tuple[Simulation, SimulatedRadio]]:
    async with simulated(scenario) as simulation, virtual_radio(simulation.link) as radio:
        yield simulation, radio


@contextlib.asynccontextmanager
async def connected(
    simulation: Simulation, radio: SimulatedRadio, number: int = 0, *, pair: bool = False
) -> AsyncIterator[BleakClient]:
    address = simulation.peripherals[number].identity.address
    device = await BleakScanner.find_device_by_address(address, timeout=5, backend=radio.scanner)
    assert device is not None
    async with BleakClient(device, timeout=5, pair=pair, backend=radio.client) as client:
        yield client


async def listen(
    client: BleakClient,
    uuid: str,
    heard: list[bytes],
    before_confirm: Callable[[], Awaitable[object]] | None = None,
) -> None:
    await client.start_notify(
        uuid, lambda _, value: heard.append(bytes(value)), before_confirm=before_confirm
    )


@fast
async def test_each_model_is_recognised_by_the_profile_that_reads_it() -> None:
    async with running(load("rest")) as (simulation, radio):
        heard = await BleakScanner.discover(0.4, return_adv=True, backend=radio.scanner)
        for peripheral in simulation.peripherals:
            device, data = heard[peripheral.identity.address]
            assert device.name == peripheral.identity.name
            assert abs(data.rssi - peripheral.device.rssi) <= 3
            profile = built_in().match(data)
            assert profile is not None
            assert peripheral.device.sensor.measures in profile.subscribes


@fast
async def test_a_strap_says_who_it_is() -> None:
    async with (
        running(load("rest")) as (simulation, radio),
        connected(simulation, radio) as client,
    ):
        identity = simulation.peripherals[0].identity
        told = {
            uuid: await client.read_gatt_char(uuid)
            for uuid in (*information.FACTS, information.SERIAL_NUMBER, SYSTEM_ID)
        }
        assert told[information.SERIAL_NUMBER] == identity.serial.encode()
        assert told[information.MODEL_NUMBER] == b"Heart strap 1"
        assert told[SYSTEM_ID] == identity.system_id
        where = await client.read_gatt_char(body_sensor_location.UUID)
        assert body_sensor_location.BodySensorLocation.from_bytes(bytes(where)).word == "chest"
        assert await client.read_gatt_char(battery_level.UUID) == bytes([92])


@fast
async def test_a_subscriber_gets_exactly_what_the_scenario_says() -> None:
    scenario = read("seed = 5\nduration_s = 1\n" + STRAP + "rate_hz = 100\nnumbered = true\n")
    expected = [e.data for e in packets(scenario) if e.characteristic == heart_rate.UUID]
    heard: list[bytes] = []
    async with running(scenario) as (simulation, radio):
        async with connected(simulation, radio) as client:
            await listen(client, heart_rate.UUID, heard)
            await until(lambda: heard[-1:] == expected[-1:])
        assert heard == expected[-len(heard) :]
        assert simulation.emitted.count("strap", heart_rate.UUID) == len(heard)


@fast
async def test_a_record_is_kept_until_it_is_confirmed_and_sent_again_the_same() -> None:
    scenario = read(BREATH + "rate_hz = 50\n")
    never = asyncio.Event()
    first: list[bytes] = []
    second: list[bytes] = []
    async with running(scenario) as (simulation, radio):
        async with connected(simulation, radio) as client:
            await listen(client, RECORD, first, never.wait)
            await until(lambda: len(first) == 1)
        assert simulation.emitted.count("breath", RECORD) == 0
        async with connected(simulation, radio) as client:
            await listen(client, RECORD, second)
            await until(lambda: len(second) >= 10)
        assert second[0] == first[0]
        numbers = [int.from_bytes(data[:2], "little") for data in second]
        assert numbers == list(range(1, len(second) + 1))
        # The last one may have been heard whose confirmation never came back.
        assert len(second) - simulation.emitted.count("breath", RECORD) in (0, 1)


@fast
async def test_records_made_while_nobody_listened_come_first() -> None:
    heard: list[bytes] = []
    async with running(read(BREATH + "rate_hz = 100\n")) as (simulation, radio):
        await until(lambda: simulation.peripherals[0].undelivered >= 5)
        assert simulation.waiting()["breath"] >= 5
        async with connected(simulation, radio) as client:
            await listen(client, RECORD, heard)
            await until(lambda: len(heard) > 5)
    assert heard[0][:2] == b"\x01\x00"


@fast
async def test_a_dropped_link_is_gone_for_as_long_as_the_fault_says() -> None:
    fault = 'faults = [{what = "drop-link", at_s = 0.6, for_s = 0.4}]\n'
    async with running(read(STRAP + fault)) as (simulation, radio):
        async with connected(simulation, radio) as client:
            await until(lambda: not client.is_connected)
        heard = await BleakScanner.discover(0.15, backend=radio.scanner)
        assert not heard
        async with connected(simulation, radio) as client:
            assert client.is_connected


@fast
async def test_a_bad_frame_goes_out_as_it_is() -> None:
    fault = 'faults = [{what = "bad-frame", at_s = 0.5}]\n'
    notes: list[str] = []
    scenario = read(STRAP + "rate_hz = 50\n" + fault)
    heard: list[bytes] = []
    async with (
        simulated(scenario, notes.append) as simulation,
        virtual_radio(simulation.link) as radio,
        connected(simulation, radio) as client,
    ):
        await listen(client, heart_rate.UUID, heard)
        await until(lambda: any('"bad":true' in note for note in notes))


@fast
async def test_a_protected_sensor_speaks_after_pairing() -> None:
    scenario = read(STRAP + "rate_hz = 50\nprotected = true\n")
    heard: list[bytes] = []
    async with running(scenario) as (simulation, radio):
        async with connected(simulation, radio) as client:
            with pytest.raises(BleakGATTProtocolError):
                await listen(client, heart_rate.UUID, heard)
            with pytest.raises(BleakGATTProtocolError):
                await client.read_gatt_char(information.SERIAL_NUMBER)
        async with connected(simulation, radio, pair=True) as client:
            await listen(client, heart_rate.UUID, heard)
            await until(lambda: len(heard) > 2)


@fast
async def test_twenty_sensors_at_four_hertz_lose_nothing() -> None:
    scenario = read(
        "seed = 20\n" + STRAP + "copies = 20\nrate_hz = 4\nnumbered = true\n"
        "[[device]]\nid = 'breath'\nmodel = 'breath-monitor'\nrate_hz = 4\n"
    )
    heard: dict[str, list[bytes]] = defaultdict(list)
    async with running(scenario) as (simulation, radio), contextlib.AsyncExitStack() as stack:
        for number, peripheral in enumerate(simulation.peripherals):
            client = await stack.enter_async_context(connected(simulation, radio, number))
            uuid = peripheral.device.sensor.measures
            await listen(client, uuid, heard[peripheral.device.id])
        await asyncio.sleep(2.5)
        for peripheral in simulation.peripherals:
            own = heard[peripheral.device.id]
            numbers = [_number(peripheral.device.id, data) for data in own]
            assert len(numbers) >= 9
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
            measures = peripheral.device.sensor.measures
            sent = simulation.emitted.count(peripheral.device.id, measures)
            assert sent - len(own) in (0, 1)  # one may be on the air just now


def _number(device: str, data: bytes) -> int:
    if device == "breath":
        return int.from_bytes(data[:2], "little")
    energy = heart_rate.HeartRateMeasurement.from_bytes(data).energy
    assert energy is not None
    return energy


@fast
async def test_on_slow_and_lossy_air_everything_still_arrives_in_order() -> None:
    scenario = read("connection_interval_ms = 7.5\nloss = 0.2\n" + BREATH + "rate_hz = 20\n")
    heard: list[bytes] = []
    async with (
        running(scenario) as (simulation, radio),
        connected(simulation, radio) as client,
    ):
        await listen(client, RECORD, heard)
        await until(lambda: len(heard) >= 10)
    assert [data[0] for data in heard] == list(range(1, len(heard) + 1))


class Hurried:
    """Ten seconds of the air in each of the event loop's."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()

    def time(self) -> float:
        return self._loop.time() * 10

    def call_at(self, when: float, callback: Callable[..., Any], *args: Any) -> Timer:
        return self._loop.call_at(when / 10, callback, *args)


@fast
async def test_time_on_the_air_goes_by_the_clock_that_it_is_given() -> None:
    heard: list[bytes] = []
    scenario = read("connection_interval_ms = 30\n" + STRAP)
    async with (
        simulated(scenario, clock=Hurried()) as simulation,
        virtual_radio(simulation.link) as radio,
        connected(simulation, radio) as client,
    ):
        await listen(client, heart_rate.UUID, heard)
        await asyncio.sleep(6)
    assert 59 <= len(heard) <= 61


@fast
async def test_a_sensor_measures_out_of_turn_when_its_button_is_pressed() -> None:
    async with simulated(read(BREATH + "at_s = [2]\n")) as simulation:
        (breath,) = simulation.peripherals
        breath.measure_now()
        breath.measure_now()
        assert breath.undelivered == 2
        await asyncio.sleep(3)
        assert breath.undelivered == 3, "the one in its turn has a number of its own"


class SlowComputer:
    """A clock that goes on by seven seconds each time it is looked at."""

    def __init__(self) -> None:
        self._at = 100.0

    def time(self) -> float:
        self._at += 7.0
        return self._at

    def call_at(self, when: float, callback: Callable[..., object], *args: object) -> Timer:
        raise NotImplementedError


async def test_a_scenario_begins_when_it_runs_however_long_its_devices_take_to_make() -> None:
    text = 'title = "Slow"\n[[device]]\nid = "meter"\nmodel = "glucose-meter"\n'
    scenario, begins = read(text), datetime(2026, 3, 2, 8)  # noqa: DTZ001 - where they live
    link = RadioLink(clock=SlowComputer())
    peripheral = Peripheral(scenario, scenario.device[0], link, Emitted(), begins)
    assert peripheral.seconds == 0
    assert peripheral.right_time() == begins
