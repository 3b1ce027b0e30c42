"""Instruments on the virtual radio: control points, stored records, users, clocks."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from bleak.exc import BleakGATTProtocolError

from adapters.ble.characteristics import record_access_control_point as racp
from adapters.ble.characteristics import user_control_point, user_index
from adapters.ble.characteristics.current_time import CurrentTime
from adapters.simulator.device_time import CURRENT_TIME
from tests.simulator_air import fast, until
from tests.simulator_meter import BROKEN, RECORD, RESULT, connected, listen, measuring

pytestmark = pytest.mark.radio

ALL, ABORT = bytes.fromhex("0101"), bytes.fromhex("0300")
DONE, ABORTED = bytes.fromhex("06000101"), bytes.fromhex("06000301")


def numbers(came: list[tuple[str, bytes]]) -> list[int]:
    return [int.from_bytes(data, "little") for uuid, data in came if uuid == RECORD]


@fast
async def test_250_records_are_fetched_in_order_then_the_answer() -> None:
    async with (
        measuring("records = 250\n") as (simulation, radio, meter),
        connected(simulation, radio) as client,
    ):
        came = await listen(client, RECORD, racp.UUID)
        await client.write_gatt_char(racp.UUID, ALL, response=True)
        await until(lambda: came[-1:] == [(racp.UUID, DONE)])
        assert numbers(came) == list(range(250))
        assert simulation.emitted.count("m", RECORD) == 250
        assert not meter.store.is_busy


@fast
async def test_a_report_can_be_aborted_and_meanwhile_nothing_else_is_done() -> None:
    async with (
        measuring("records = 250\nconnection_interval_ms = 15\n") as (simulation, radio, _),
        connected(simulation, radio) as client,
    ):
        came = await listen(client, RECORD, racp.UUID)
        await client.write_gatt_char(racp.UUID, ALL, response=True)
        with pytest.raises(BleakGATTProtocolError) as refused:
            await client.write_gatt_char(racp.UUID, bytes.fromhex("0401"), response=True)
        assert refused.value.code == 0xFE
        await client.write_gatt_char(racp.UUID, ABORT, response=True)
        await until(lambda: came[-1:] == [(racp.UUID, ABORTED)])
        assert len(numbers(came)) < 250


@fast
async def test_who_is_not_subscribed_is_refused() -> None:
    async with (
        measuring("records = 3\n") as (simulation, radio, _),
        connected(simulation, radio) as client,
    ):
        await listen(client, racp.UUID)
        with pytest.raises(BleakGATTProtocolError) as refused:
            await client.write_gatt_char(racp.UUID, ALL, response=True)
        assert refused.value.code == 0xFD


@fast
async def test_a_report_begins_anew_after_a_lost_link() -> None:
    async with measuring("records = 250\nconnection_interval_ms = 15\n") as (simulation, radio, _):
        async with connected(simulation, radio) as client:
            came = await listen(client, RECORD, racp.UUID)
            await client.write_gatt_char(racp.UUID, ALL, response=True)
            await until(lambda: len(came) > 5)
        async with connected(simulation, radio) as client:
            again = await listen(client, RECORD, racp.UUID)
            await client.write_gatt_char(racp.UUID, bytes.fromhex("010301f600"), response=True)
            await until(lambda: again[-1:] == [(racp.UUID, DONE)])
            assert numbers(again) == [246, 247, 248, 249]


@fast
async def test_a_request_to_delete_is_refused_and_stands_in_the_report() -> None:
    async with (
        measuring("records = 3\n") as (simulation, radio, meter),
        connected(simulation, radio) as client,
    ):
        assert not simulation.emitted.deletions
        came = await listen(client, racp.UUID)
        await client.write_gatt_char(racp.UUID, bytes.fromhex("0201"), response=True)
        await until(lambda: bool(came))
        assert came == [(racp.UUID, bytes.fromhex("06000202"))]
        assert simulation.emitted.deletions == {"m": 1}
        assert len(meter.store) == 3


@fast
async def test_a_slot_is_opened_by_its_code() -> None:
    text = "users = [{slot = 2, code = 22}]\n"
    async with (
        measuring(text) as (simulation, radio, _),
        connected(simulation, radio) as client,
    ):
        came = await listen(client, user_control_point.UUID)
        await client.write_gatt_char(
            user_control_point.UUID, bytes.fromhex("02021600"), response=True
        )
        await until(lambda: bool(came))
        assert came[0][1].hex() == "200201"
        assert await client.read_gatt_char(user_index.UUID) == b"\x02"


@fast
async def test_a_clock_that_was_never_set_can_be_set() -> None:
    async with (
        measuring("clock_reset = true\n") as (simulation, radio, _),
        connected(simulation, radio) as client,
    ):
        shown = CurrentTime.from_bytes(bytes(await client.read_gatt_char(CURRENT_TIME)))
        assert shown.at.year == 2000
        right = bytes(CurrentTime.of(datetime(2026, 3, 4, 5, 6)))  # noqa: DTZ001
        await client.write_gatt_char(CURRENT_TIME, right, response=True)
        shown = CurrentTime.from_bytes(bytes(await client.read_gatt_char(CURRENT_TIME)))
        assert shown.at.year == 2026
        assert simulation.peripherals[0].time.times_set == 1


@fast
async def test_an_error_of_the_service_reaches_the_peer() -> None:
    async with (
        measuring("") as (simulation, radio, _),
        connected(simulation, radio) as client,
    ):
        with pytest.raises(BleakGATTProtocolError) as refused:
            await client.write_gatt_char(BROKEN, b"error", response=True)
        assert refused.value.code == 0x85


@fast
async def test_a_model_that_is_wrong_ends_the_simulation() -> None:
    async def write_what_it_cannot_take() -> None:
        async with (
            measuring("") as (simulation, radio, _),
            connected(simulation, radio) as client,
        ):
            with pytest.raises(BleakGATTProtocolError):
                await client.write_gatt_char(BROKEN, b"", response=True)
            await asyncio.wait([simulation.running], timeout=2)

    with pytest.raises(BaseExceptionGroup) as broken:
        await write_what_it_cannot_take()
    assert "a model that is wrong" in repr(broken.value.exceptions)


@fast
async def test_results_wait_for_who_confirms_them_and_failures_say_so() -> None:
    faults = 'faults = [{what = "failed-measurement", at_s = 25}]\n'
    async with measuring("at_s = [10, 20, 30, 40]\n" + faults) as (simulation, radio, meter):
        await asyncio.sleep(15)
        async with connected(simulation, radio) as client:
            came = await listen(client, RESULT)
            await asyncio.sleep(30)
        assert [data.hex() for _, data in came] == ["0001", "0101", "ffff", "0301"]
        assert (meter.failed, list(meter.kept)) == (1, [])


@fast
async def test_a_clock_jumps_and_falls_back_when_the_scenario_says() -> None:
    faults = """
        faults = [
            {what = "clock-step", at_s = 50, by_s = 7200},
            {what = "clock-reset", at_s = 100},
        ]
    """
    text = "clock_error_s = 60\n" + faults
    async with measuring(text) as (simulation, _, meter):
        right = simulation.peripherals[0].right_time
        await asyncio.sleep(40)
        assert meter.time() - right() == timedelta(seconds=60)
        await asyncio.sleep(20)
        assert meter.time() - right() == timedelta(seconds=7260)
        await asyncio.sleep(60)
        assert meter.time().year == 2000
