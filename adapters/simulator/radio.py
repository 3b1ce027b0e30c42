"""Virtual radios to hand to whoever reads sensors, in place of the computer's own.

Both need the optional package ``health-gateway[simulator]`` only when they are opened. What is
read over them is made up: it belongs in a simulation home alone (`SimulatedRadio.is_simulated`).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import BaseBleakScanner

from adapters.ble.radio import Radio
from adapters.errors import AdapterError
from adapters.simulator.extra import need_bumble

if TYPE_CHECKING:
    from adapters.simulator.central import AskPasskey, Central
    from adapters.simulator.link import RadioLink


@dataclass(frozen=True, slots=True)
class SimulatedRadio(Radio):
    """A radio on which every device is made up."""

    scanner: type[BaseBleakScanner] = field(kw_only=True)
    client: type[BaseBleakClient] = field(kw_only=True)
    is_simulated: bool = True


@contextlib.asynccontextmanager
async def virtual_radio(
    link: RadioLink,
    name: str = "gateway",
    *,
    keeps_early: bool = True,
    passkey: AskPasskey | None = None,
    record: BinaryIO | None = None,
) -> AsyncIterator[SimulatedRadio]:
    """A radio on this virtual air, in this process, e.g. beside simulated sensors in a test.

    Args:
        link: the air.
        name: what this radio calls itself.
        keeps_early: whether values of bonded devices are kept that come before anybody here has
            subscribed; False loses them, as most Bluetooth stacks do.
        passkey: who is asked, with the address of a device, for the six digits that it shows.
        record: where all is written that passes between this radio and its chip, as `btsnoop`.

    Raises:
        AdapterError: the simulator is not installed.
    """
    need_bumble()
    from bumble.snoop import BtSnooper

    from adapters.simulator.central import powered

    chip = link.controller(name)
    try:
        async with powered(chip, chip, name, keeps_early=keeps_early, passkey=passkey) as central:
            if record is not None:
                central.device.host.snooper = BtSnooper(record)
            yield _radio(central)
    finally:
        link.remove(chip)


@contextlib.asynccontextmanager
async def hci_radio(
    transport: str, name: str = "gateway", *, passkey: AskPasskey | None = None
) -> AsyncIterator[SimulatedRadio]:
    """A radio whose chip is elsewhere, e.g. in the simulator's own process.

    Args:
        transport: as Bumble names it: ``tcp-client:127.0.0.1:PORT``.
        name: what this radio calls itself.
        passkey: as in `virtual_radio`.

    Raises:
        AdapterError: the simulator is not installed, or does not answer.
    """
    need_bumble()
    from bumble.transport import open_transport

    from adapters.simulator.central import powered

    try:
        opened = await open_transport(transport)
    except OSError as error:
        raise AdapterError(
            f"The simulator does not answer at {transport}.",
            "Start it with: health-gateway simulate SCENARIO",
        ) from error
    async with opened, powered(opened.source, opened.sink, name, passkey=passkey) as central:
        watch = asyncio.ensure_future(_links_end_with(opened.source.terminated, central))
        try:
            yield _radio(central)
        finally:
            watch.cancel()


async def _links_end_with(terminated: asyncio.Future[None], central: Central) -> None:
    await asyncio.shield(terminated)
    central.lost()


def _radio(central: Central) -> SimulatedRadio:
    from adapters.simulator.backend import backends

    scanner, client = backends(central)
    return SimulatedRadio(scanner=scanner, client=client)
