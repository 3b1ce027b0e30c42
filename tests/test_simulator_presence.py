"""When simulated devices are heard, leave, and how many links they hold. Hours pass at once."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from bleak import BleakClient, BleakScanner
from bleak.exc import BleakError

from adapters.ble.characteristics import heart_rate
from adapters.ble.characteristics import record_access_control_point as racp
from adapters.simulator.fast_loop import run_fast
from adapters.simulator.radio import SimulatedRadio, virtual_radio
from adapters.simulator.scenario import read
from adapters.simulator.simulation import Simulation, simulated
from tests.simulator_air import fast, until
from tests.simulator_meter import RECORD, RESULT, connected, listen, measuring

pytestmark = pytest.mark.radio

STRAPS = 'title = "Straps"\n{}[[device]]\nid = "strap"\nmodel = "heart-rate-strap"\ncopies = 3\n'


async def is_heard(simulation: Simulation, radio: SimulatedRadio) -> bool:
    heard = await BleakScanner.discover(1.0, return_adv=True, backend=radio.scanner)
    return simulation.peripherals[0].identity.address in heard


@fast
async def test_a_device_is_heard_for_half_a_minute_after_a_measurement() -> None:
    async with measuring("at_s = [100, 4000]\nwindow_s = 30\n") as (simulation, radio, _):
        began = asyncio.get_running_loop().time()
        heard = []
        for at in (0, 60, 101, 125, 131, 3900, 4001, 4031):
            await asyncio.sleep(began + at - asyncio.get_running_loop().time())
            heard.append(await is_heard(simulation, radio))
        assert heard == [False, False, True, True, False, False, True, False]


@fast
async def test_it_leaves_by_itself_after_its_last_record_and_stays_silent() -> None:
    text = "records = 40\nat_s = [5]\nwindow_s = 30\nleaves_after_s = 2\n"
    async with measuring(text) as (simulation, radio, meter):
        loop = asyncio.get_running_loop()
        async with connected(simulation, radio) as client:
            came = await listen(client, RECORD, RESULT, racp.UUID)
            await client.write_gatt_char(racp.UUID, b"\x01\x01", response=True)
            await until(lambda: not client.is_connected)
            assert len(came) == 43, "forty old ones, the new one, its result, the answer"
            assert loop.time() < 15
        assert not await is_heard(simulation, radio), "the window is not over, but all is told"
        assert not meter.kept


@fast
async def test_a_peer_that_asks_for_nothing_is_let_go() -> None:
    async with measuring("leaves_after_s = 2\n") as (simulation, radio, _):
        loop = asyncio.get_running_loop()
        async with connected(simulation, radio) as client:
            began = loop.time()
            await until(lambda: not client.is_connected, within=60)
            assert loop.time() - began == pytest.approx(30, abs=2)


@fast
async def test_a_flood_comes_and_goes() -> None:
    text = STRAPS.format("duration_s = 20\n").replace("copies = 3\n", "") + (
        'faults = [{what = "flood", at_s = 8, for_s = 2, rate_hz = 300}]\n'
    )
    came: list[bytes] = []
    async with simulated(read(text)) as simulation, virtual_radio(simulation.link) as radio:
        async with connected(simulation, radio) as client:
            await client.start_notify(heart_rate.UUID, lambda _, value: came.append(bytes(value)))
            await asyncio.sleep(25)
        assert 610 <= len(came) <= 620
        assert simulation.emitted.count("strap", heart_rate.UUID) == len(came)


@fast
async def test_a_radio_holds_no_more_links_than_it_can() -> None:
    scenario = read(STRAPS.format("most_links = 2\n"))
    async with (
        simulated(scenario) as simulation,
        virtual_radio(simulation.link) as radio,
        contextlib.AsyncExitStack() as links,
    ):
        found = {
            device.address: device
            for device in await BleakScanner.discover(1.0, backend=radio.scanner)
        }
        one, two, three = (BleakClient(d, backend=radio.client) for d in found.values())
        await links.enter_async_context(one)
        await two.connect()
        with pytest.raises(BleakError):
            await three.connect()
        await two.disconnect()
        await links.enter_async_context(three)
        assert three.is_connected


@fast
async def test_a_device_may_hold_several_links() -> None:
    text = STRAPS.format("").replace("copies = 3\n", "most_links = 2\nrate_hz = 2\n")
    async with (
        simulated(read(text)) as simulation,
        virtual_radio(simulation.link, "one") as one,
        virtual_radio(simulation.link, "two") as two,
        virtual_radio(simulation.link, "three") as three,
        connected(simulation, one) as first,
        connected(simulation, two) as second,
    ):
        assert not await is_heard(simulation, three)
        came: list[list[bytes]] = [[], []]
        await first.start_notify(heart_rate.UUID, lambda _, value: came[0].append(bytes(value)))
        await second.start_notify(heart_rate.UUID, lambda _, value: came[1].append(bytes(value)))
        await asyncio.sleep(10)
        assert came[0] == came[1] != []


@pytest.mark.parametrize(
    ("said", "named"), [("scan_response = true\n", 0), ("scan_response = false\n", 1)]
)
def test_a_name_is_in_the_advertisement_or_told_when_asked(said: str, named: int) -> None:
    async def story() -> None:
        text = STRAPS.format("").replace("copies = 3\n", said)
        names: set[str | None] = set()
        async with simulated(read(text)) as simulation, virtual_radio(simulation.link) as radio:
            scanner = BleakScanner(
                lambda _, data: names.add(data.local_name),
                scanning_mode="passive",
                backend=radio.scanner,
            )
            async with scanner:
                await asyncio.sleep(2)
        assert len(names - {None}) == named

    run_fast(story())


@fast
async def test_a_slow_advertiser_is_heard_less_often() -> None:
    text = STRAPS.format("").replace("copies = 3\n", "advertising_interval_ms = 1000\n")
    heard = []
    async with simulated(read(text)) as simulation, virtual_radio(simulation.link) as radio:
        scanner = BleakScanner(
            lambda device, _: heard.append(device.address),
            scanning_mode="passive",
            backend=radio.scanner,
        )
        async with scanner:
            await asyncio.sleep(60)
    assert 58 <= len(heard) <= 61
