"""The simulator as a process of its own, and gateways that are killed in the middle of a stream."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bleak import BleakClient, BleakScanner

from adapters.ble.catalog import built_in
from adapters.ble.characteristics import glucose_measurement
from adapters.ble.characteristics import record_access_control_point as racp
from adapters.errors import AdapterError
from adapters.simulator.process import main, serve
from adapters.simulator.radio import hci_radio
from adapters.simulator.scenario import load
from tests.simulator_air import until

pytestmark = pytest.mark.process

CLIENT = Path(__file__).with_name("simulator_client.py")
RECORD = next(iter(built_in().profiles["breath-carbon-monoxide-monitor"].reads))
HEART_RATE = "00002a37-0000-1000-8000-00805f9b34fb"


@contextlib.contextmanager
def simulator(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    command = [sys.executable, "-m", "adapters.simulator.process", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            if process.poll() is None:
                process.kill()


def killed_after(ready: dict[str, Any], enough: int) -> list[tuple[str, str, str]]:
    """Run a gateway until it has heard so much of each device, kill it, say what it heard."""
    addresses = [device["address"] for device in ready["devices"]]
    command = [sys.executable, str(CLIENT), ready["transport"], *addresses]
    heard: list[tuple[str, str, str]] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout is not None
        counts = dict.fromkeys(addresses, 0)
        for line in client.stdout:
            address, characteristic, data = json.loads(line)
            heard.append((address, characteristic, data))
            counts[address] += 1
            if min(counts.values()) >= enough:
                break
        client.kill()
        for line in client.stdout:
            with contextlib.suppress(ValueError):
                address, characteristic, data = json.loads(line)
                heard.append((address, characteristic, data))
    return heard


def test_gateways_that_are_killed_again_and_again_lose_no_record(tmp_path: Path) -> None:
    out = tmp_path / "emitted.jsonl"
    with simulator("counted", "--out", str(out)) as (process, ready):
        rounds = [killed_after(ready, 3) for _ in range(3)]
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        summary = json.loads(process.stdout.read())
        assert process.wait(10) == 0
    assert all(rounds)
    heard = [said for each in rounds for said in each]
    emitted = [json.loads(line) for line in out.read_text().splitlines()]
    confirmed = [e["data"] for e in emitted if e["event"] == "indicated"]
    records = [data for _, characteristic, data in heard if characteristic == RECORD]
    numbers = [int.from_bytes(bytes.fromhex(data)[:2], "little") for data in confirmed]
    assert numbers == list(range(1, len(numbers) + 1))
    assert set(confirmed) <= set(records)
    notified = [e for e in emitted if e["event"] == "notified"]
    addresses = {device["id"]: device["address"] for device in ready["devices"]}
    sent = {(addresses[e["device"]], e["characteristic"], e["data"]) for e in notified}
    assert {said for said in heard if said[1] == HEART_RATE} <= sent
    assert summary["event"] == "summary"
    assert summary["emitted"]["breath"][RECORD]["indicated"] == len(confirmed)


def test_a_scenario_that_is_none_ends_with_the_next_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('title = "x"\n')
    assert main([str(wrong)]) == 2
    assert "device: this is missing; add it" in capsys.readouterr().err


async def test_an_app_elsewhere_pairs_with_a_passkey_and_fetches_records() -> None:
    """Over HCI, as a tester's own app: what it needs stands in the line that says "ready"."""
    lines: list[dict[str, Any]] = []
    heard: list[bytes] = []

    def note(line: str) -> None:
        lines.append(json.loads(line))

    def answers() -> list[str]:
        confirmed = [line for line in lines if line["event"] == "indicated"]
        return [line["data"] for line in confirmed if line["characteristic"] == racp.UUID]

    told: list[str] = []
    stop = asyncio.Event()
    running = asyncio.ensure_future(serve(load("paired"), tell=told.append, note=note, stop=stop))
    await until(lambda: bool(told))
    ready = json.loads(told[0])
    meter = next(device for device in ready["devices"] if device["id"] == "meter")
    assert meter["pairing"] == "passkey"

    async def typed(_address: str) -> int:
        return int(meter["passkey"])

    came: list[bytes] = []
    async with hci_radio(ready["transport"], passkey=typed) as radio:
        device = await BleakScanner.find_device_by_address(
            meter["address"], timeout=5, backend=radio.scanner
        )
        assert device is not None
        assert device.name == meter["name"]
        async with BleakClient(device, timeout=10, pair=True, backend=radio.client) as client:
            await client.start_notify(
                glucose_measurement.UUID, lambda _, value: heard.append(bytes(value))
            )
            await client.start_notify(racp.UUID, lambda _, value: came.append(bytes(value)))
            await client.write_gatt_char(racp.UUID, b"\x04\x01", response=True)
            await until(lambda: bool(came))
            assert racp.RecordAccessControlPoint.from_bytes(came[0]).count == 50
            await client.write_gatt_char(racp.UUID, b"\x02\x01", response=True)
            await until(lambda: len(came) == 2)
            await client.write_gatt_char(racp.UUID, b"\x01\x01", response=True)
            await until(lambda: len(came) == 3)
            await until(lambda: len(answers()) == 3)
    stop.set()
    await running
    summary = json.loads(told[1])
    assert summary["asked_to_delete"] == {"meter": 1}
    assert summary["emitted"]["meter"][glucose_measurement.UUID] == {"notified": 50}
    written = [line for line in lines if line["event"] == "notified"]
    records = [one for one in written if one["characteristic"] == glucose_measurement.UUID]
    assert [one["data"] for one in records] == [data.hex() for data in heard]
    assert {one["number"] for one in records} == {None}  # they are from before the start
    assert answers() == [data.hex() for data in came]


async def test_a_port_that_is_taken_is_said_so() -> None:
    told: list[str] = []
    stop = asyncio.Event()
    first = asyncio.ensure_future(serve(load("rest"), tell=told.append, stop=stop))
    await until(lambda: bool(told))
    with pytest.raises(AdapterError, match="is taken"):
        await serve(load("rest"), port=json.loads(told[0])["port"], tell=told.append, stop=stop)
    stop.set()
    await first
    assert [json.loads(line)["event"] for line in told] == ["ready", "summary"]


async def test_bytes_that_are_no_hci_hang_up_and_harm_nobody() -> None:
    told: list[str] = []
    stop = asyncio.Event()
    running = asyncio.ensure_future(serve(load("rest"), tell=told.append, stop=stop))
    await until(lambda: bool(told))
    port = json.loads(told[0])["port"]
    # A raw client: no program of ours sends such bytes.
    reader, writer = await asyncio.open_connection("127.0.0.1", port)  # noqa: TID251
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    assert await asyncio.wait_for(reader.read(), 3) == b""
    writer.close()
    await writer.wait_closed()
    assert not running.done()
    stop.set()
    await running
