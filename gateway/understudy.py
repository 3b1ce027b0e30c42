"""What `run` starts beside itself on Linux, for the case that it is killed.

BlueZ confirms to a device what it sends whether or not a program is there to take it. This process
is subscribed in place of `run`; when that is gone, it lets go of the links and journals what came
and is not in the journal yet. The next `run` takes it in.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.ble.bluez.bus import BusError
from adapters.ble.bluez.standby import Heard, Standby
from adapters.ble.bluez.understudy import READY
from adapters.local_events import Packet
from gateway import clock
from gateway.store.courtesy import only_one

if TYPE_CHECKING:
    from gateway.store.local import LocalStore

_EARLIER_ENDS_WITHIN = 20.0
_SLACK_MS = 50


def journal(local: LocalStore, heard: Sequence[Heard]) -> int:
    """Journal what is not there yet; returns how many packets that were.

    `run` and its understudy hear the same values, each of them at its own time. Of each device
    and characteristic as many equal values are missing as were heard more often than journalled.
    """
    from gateway.store.packets import kept_since  # what waits for days shall be small

    devices = {address.upper(): key for address, key in local.known_addresses().items()}
    came: defaultdict[tuple[str, str], list[Heard]] = defaultdict(list)
    for one in heard:
        if one.address.upper() in devices:
            came[one.address.upper(), one.uuid].append(one)
    missing: list[Packet] = []
    for (address, uuid), values in came.items():
        device = devices[address]
        there = Counter(kept_since(local.db, device, uuid, values[0].at - _SLACK_MS))
        for one in values:
            if there[one.data]:
                there[one.data] -= 1
            else:
                missing.append(Packet(device, uuid, one.at, one.data, stored=True))
    missing.sort(key=lambda packet: packet.received)
    local.keep(missing)
    return len(missing)


async def _stand_by(lines: asyncio.StreamReader, parent: int) -> None:
    told = json.loads(await lines.readline())
    file = Path(told["file"])
    standby = Standby(lines, _say, clock.now, bus=told.get("bus"))
    with _no_other(file.with_name("understudy")):
        _say(json.dumps(READY).encode() + b"\n")
        try:
            heard = await standby.until_needed(parent)
        except BusError:
            return  # `run` is told by our end, and asks by itself from then on
        if heard:
            from gateway.store.local import open_local

            local = open_local(file, bytes.fromhex(told["key"]))
            try:
                journal(local, heard)
            finally:
                local.db.close()


@contextmanager
def _no_other(file: Path) -> Iterator[None]:
    """Begin once an earlier one has finished: the next `run` takes in what that writes."""
    until = time.monotonic() + _EARLIER_ENDS_WITHIN
    while time.monotonic() < until:
        with only_one(file) as alone:
            if alone:
                yield
                return
        time.sleep(0.05)
    raise SystemExit(1)


def _say(line: bytes) -> None:
    os.write(sys.stdout.fileno(), line)


async def _main() -> None:
    parent, lines = os.getppid(), asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin
    )
    await _stand_by(lines, parent)


if __name__ == "__main__":
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # it ends with `run`, or by its word
    asyncio.run(_main())
