"""A bare listener: real bleak on the simulated radio, every strap subscribed to, nothing kept.

`python -m scripts.soaks._bare TRANSPORT SENSORS SECONDS` prints, as JSON, what it cost to hear them
all, so that a gateway's own cost can be told from that of the host stack that is simulated in its
process.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from adapters.ble.characteristics.heart_rate import UUID
from adapters.simulator.radio import hci_radio

_SETTLE = 3.0


async def listen(transport: str, sensors: int, seconds: float) -> dict[str, float]:
    """Connect to so many sensors, count their values for a while, and say what it cost."""
    heard: dict[str, BLEDevice] = {}
    values = 0

    def hear(device: BLEDevice, _said: AdvertisementData) -> None:
        heard[device.address] = device

    def count(_sender: object, _data: bytearray) -> None:
        nonlocal values
        values += 1

    async with hci_radio(transport, "bare") as radio:
        scanner = radio.listening(hear)
        await scanner.start()
        done: set[str] = set()
        while len(done) < sensors:
            for address in heard.keys() - done:
                client = await radio.connect(heard[address], "sensor", lambda _: None, attempts=2)
                await client.start_notify(UUID, count)
                done.add(address)
            await asyncio.sleep(0.1)
        await asyncio.sleep(_SETTLE)  # as long as the scan goes on, as it does in a gateway
        values, began, before = 0, time.monotonic(), time.process_time()
        await asyncio.sleep(seconds)
        took, used = time.monotonic() - began, time.process_time() - before
        figures = {"values_a_second": values / took, "cpu_percent": 100 * used / took}
        return figures | {"pss_mib": pss_mib("self")}


def pss_mib(process: int | str) -> float:
    """The memory of a process, what is shared counted in part (Linux)."""
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("this system does not tell a process's memory")


if __name__ == "__main__":
    print(json.dumps(asyncio.run(listen(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))))
