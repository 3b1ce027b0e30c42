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
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.ble.bluez.bus import BusError
from adapters.ble.bluez.standby import KEEP_MS, Heard, Standby
from adapters.ble.bluez.understudy import READY
from adapters.local_events import Packet
from adapters.reading import DeviceKey, Instant
from gateway import clock
from gateway.store.courtesy import only_one

if TYPE_CHECKING:
    from gateway.store.local import LocalStore

_EARLIER_ENDS_WITHIN = 20.0

_APART_MS = (50, 500, 5_000)
"""How far apart `run` and its understudy may have heard one value, the likeliest first."""


def journal(local: LocalStore, heard: Sequence[Heard]) -> int:
    """Journal what is not there yet; returns how many packets that were.

    `run` and its understudy hear the same values, each of them at its own time: of equal ones of
    a device and characteristic each that was journalled stands for the nearest that was heard.
    """
    from gateway.store.packets import kept_since  # what waits for days shall be small

    devices = {address.upper(): key for address, key in local.known_addresses().items()}
    taken: defaultdict[DeviceKey, set[Instant]] = defaultdict(set)
    came: defaultdict[tuple[str, str], list[Heard]] = defaultdict(list)
    for one in heard:
        if one.address.upper() in devices:
            came[one.address.upper(), one.uuid].append(one)
    missing: list[Packet] = []
    for (address, uuid), values in came.items():
        device = devices[address]
        since = min(one.at for one in values) - _APART_MS[-1]
        kept = kept_since(local.db, device, uuid, since)
        taken[device].update(at for at, _ in kept)
        missing += [
            Packet(device, uuid, one.at, one.data, stored=True) for one in _not_kept(values, kept)
        ]
    missing.sort(key=lambda packet: packet.received)
    apart = [_apart(packet, taken[packet.device]) for packet in missing]
    local.keep([*_beginnings(local, apart), *apart])
    return len(missing)


def _beginnings(local: LocalStore, packets: Sequence[Packet]) -> list[Packet]:
    """For each device of which `run` journalled nothing of late: that a link begins.

    Its clock was not read on that link, as far as the journal knows: what it says of the time
    must not be understood by how the clock stood on an earlier one.
    """
    from adapters.ble import context
    from adapters.ble.device_clock import DeviceClock
    from adapters.source import LINK_BEGINS
    from gateway.store.packets import any_kept_since

    first = {packet.device: packet.received for packet in reversed(packets)}
    begun: list[Packet] = []
    for device, at in first.items():
        if any_kept_since(local.db, device, at - KEEP_MS):
            continue
        words = (context.CLOCK_SET, LINK_BEGINS)
        said = [one for word in words for one in local.kept_before(device, word, 1)]
        setting = context.setting_in(said[0]) if said else None
        begun.append(context.begins(device, at - 1, DeviceClock(setting=setting)))
    return begun


def _not_kept(values: Sequence[Heard], kept: Sequence[tuple[Instant, bytes]]) -> list[Heard]:
    there: defaultdict[bytes, list[Instant]] = defaultdict(list)
    for at, data in kept:
        there[data].append(at)
    left = list(values)
    for apart in _APART_MS:
        missing: list[Heard] = []
        for one in left:
            times = there[one.data]
            near = next((at for at in times if abs(at - one.at) <= apart), None)
            if near is None:
                missing.append(one)
            else:
                times.remove(near)
        left = missing
    return left


def _apart(packet: Packet, taken: set[Instant]) -> Packet:
    """No two packets of a device bear one millisecond, or equal values would pass as one."""
    at = packet.received
    while at in taken:
        at += 1
    taken.add(at)
    return replace(packet, received=at)


async def _stand_by(lines: asyncio.StreamReader, parent: int) -> None:
    if not (first := await lines.readline()):
        return  # it was killed before it said a word
    told = json.loads(first)
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
