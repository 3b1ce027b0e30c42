"""Bonded devices: kept subscriptions, early records, passkeys, forgotten bonds."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from bleak import BleakClient, BleakScanner
from bleak.exc import BleakError
from bumble.pairing import PairingConfig

from adapters.ble.characteristics import device_information as information
from adapters.simulator.central import AskPasskey
from adapters.simulator.fast_loop import run_fast
from tests.simulator_air import until
from tests.simulator_meter import RESULT, connected, listen, measuring

pytestmark = pytest.mark.radio

BONDED = 'pairing = "just-works"\nat_s = [100]\n'
PASSKEY = 'pairing = "passkey"\npasskey = 123456\n'


def test_a_bonded_device_sends_what_it_kept_before_anybody_asks_again() -> None:
    async def story() -> None:
        async with measuring(BONDED, keeps_early=False) as (simulation, radio, meter):
            async with connected(simulation, radio, pair=True) as client:
                await listen(client, RESULT)
            await asyncio.sleep(120)
            assert len(meter.kept) == 1
            async with connected(simulation, radio):
                await asyncio.sleep(1)
            assert not meter.kept, "it was confirmed, though nobody here had subscribed"

    run_fast(story())


def test_a_radio_that_keeps_early_values_hands_them_over() -> None:
    async def story() -> None:
        async with measuring(BONDED) as (simulation, radio, meter):
            async with connected(simulation, radio, pair=True) as client:
                await listen(client, RESULT)
            await asyncio.sleep(120)
            async with connected(simulation, radio) as client:
                await asyncio.sleep(5)
                assert len(meter.kept) == 1, "nobody has it, so nobody has confirmed it"
                came = await listen(client, RESULT)
                await until(lambda: not meter.kept)
                assert [data.hex() for _, data in came] == ["0001"]

    run_fast(story())


def test_a_device_that_keeps_no_subscriptions_waits_to_be_asked() -> None:
    async def story() -> None:
        text = BONDED + "remembers = false\n"
        async with measuring(text, keeps_early=False) as (simulation, radio, meter):
            async with connected(simulation, radio, pair=True) as client:
                await listen(client, RESULT)
            await asyncio.sleep(120)
            async with connected(simulation, radio) as client:
                await asyncio.sleep(5)
                assert len(meter.kept) == 1
                came = await listen(client, RESULT)
                await until(lambda: not meter.kept)
                assert len(came) == 1

    run_fast(story())


def test_how_soon_it_sends_is_up_to_the_scenario() -> None:
    async def story() -> None:
        text = BONDED + "early_ms = 4000\n"
        async with measuring(text, keeps_early=False) as (simulation, radio, meter):
            async with connected(simulation, radio, pair=True) as client:
                await listen(client, RESULT)
            await asyncio.sleep(120)
            async with connected(simulation, radio):
                await asyncio.sleep(3.5)
                assert meter.kept
                await asyncio.sleep(1)
                assert not meter.kept

    run_fast(story())


def test_who_cancelled_a_subscription_is_not_sent_anything() -> None:
    async def story() -> None:
        async with measuring(BONDED, keeps_early=False) as (simulation, radio, meter):
            async with connected(simulation, radio, pair=True) as client:
                await listen(client, RESULT)
                await client.stop_notify(RESULT)
            await asyncio.sleep(120)
            async with connected(simulation, radio):
                await asyncio.sleep(5)
                assert len(meter.kept) == 1

    run_fast(story())


def test_a_device_that_forgot_the_bond_must_be_paired_with_anew() -> None:
    async def story() -> None:
        text = BONDED + 'faults = [{what = "forget-bond", at_s = 50}]\n'
        async with measuring(text) as (simulation, radio, _):
            async with connected(simulation, radio, pair=True) as client:
                await listen(client, RESULT)
                await asyncio.sleep(60)
                assert not client.is_connected
            with pytest.raises(BleakError):
                async with connected(simulation, radio):
                    pass
            address = simulation.peripherals[0].identity.address
            device = await BleakScanner.find_device_by_address(address, backend=radio.scanner)
            assert device is not None
            await BleakClient(device, backend=radio.client).unpair()
            async with connected(simulation, radio, pair=True) as client:
                came = await listen(client, RESULT)
                await asyncio.sleep(60)
                assert len(came) == 1

    run_fast(story())


def typing(passkey: int | None) -> AskPasskey:
    async def ask(_address: str) -> int | None:
        return passkey

    return ask


@pytest.mark.parametrize(
    ("ask", "paired"),
    [
        pytest.param(typing(123456), True, id="right"),
        pytest.param(typing(654321), False, id="wrong"),
        pytest.param(typing(None), False, id="given up"),
        pytest.param(None, False, id="nobody to ask"),
    ],
)
def test_a_device_with_a_display_wants_its_six_digits(ask: AskPasskey | None, paired: bool) -> None:
    async def story() -> None:
        async with (
            measuring(PASSKEY) as (simulation, radio, _),
            connected(simulation, radio) as client,
        ):
            with pytest.raises(BleakError):
                await client.read_gatt_char(information.SERIAL_NUMBER)
            if not paired:
                with pytest.raises(BleakError):
                    await client.pair(passkey=ask)
                return
            await client.pair(passkey=ask)
            assert await client.read_gatt_char(information.SERIAL_NUMBER)
            came = await listen(client, RESULT)
            assert came == []

    run_fast(story())


def test_a_passkey_that_nobody_wrote_is_drawn_by_the_seed() -> None:
    async def story() -> None:
        async with measuring('pairing = "passkey"\n') as (simulation, radio, _):
            passkey = simulation.peripherals[0].passkey
            assert 0 <= passkey <= 999_999
            async with connected(simulation, radio) as client:
                await client.pair(passkey=typing(passkey))
                assert await client.read_gatt_char(information.SERIAL_NUMBER)

    run_fast(story())


def test_old_pairing_without_the_passkey_is_thrown_out() -> None:
    """Legacy pairing does not ask the device before the link is encrypted."""

    async def story() -> None:
        async with measuring(PASSKEY) as (simulation, radio, _):
            old = PairingConfig(sc=False, mitm=False, bonding=True)
            central = getattr(radio.client, "central")  # noqa: B009 - bleak's class has none
            central.device.pairing_config_factory = lambda _: old
            async with connected(simulation, radio) as client:
                with contextlib.suppress(BleakError):
                    await client.pair()
                await until(lambda: not client.is_connected)

    run_fast(story())
