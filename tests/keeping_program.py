"""A program that holds what one device sends, to be killed: BUS FILE KEY ADDRESS UUID."""

from __future__ import annotations

import asyncio
import sys

from adapters.ble.bluez.keeper import Keeper
from adapters.ble.bluez.understudy import Understudy


async def main() -> None:
    """Print a line for each value, until its input ends."""
    bus, file, key, address, uuid = sys.argv[1:]
    told = {"file": file, "key": key, "bus": bus}
    understudy = Understudy((sys.executable, "-m", "gateway.understudy"), told)
    keeper = Keeper(bus=bus, understudy=understudy)
    async with keeper.running():
        keeper.hold(address, lambda one, _: one == uuid, lambda _, data: print(data, flush=True))
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
