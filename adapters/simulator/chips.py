"""Radio chips for programs in other processes: HCI over TCP, on this machine alone.

Every program that connects gets a chip of its own on the virtual air. When it goes away, however
suddenly, its chip goes with it and its links are dropped at once.

Source: Bluetooth Core 6.0, Vol 4, Part A, 2 (UART framing, as Bumble's TCP transports use it).
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator

from bumble.core import InvalidPacketError
from bumble.transport.common import PacketParser

from adapters.simulator.controller import RadioController
from adapters.simulator.link import RadioLink

LOOPBACK = "127.0.0.1"


class _Chip(asyncio.Protocol):
    """One program's connection, with its chip."""

    def __init__(self, link: RadioLink, name: str, others: set[_Chip]) -> None:
        self._link = link
        self._name = name
        self._others = others
        self._transport: asyncio.Transport | None = None
        self._chip: RadioController | None = None
        self._parser = PacketParser()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - it is a TCP server
        self._transport = transport
        self._others.add(self)
        self._chip = self._link.controller(self._name)
        self._chip.set_packet_sink(self)
        self._parser.set_packet_sink(self._chip)

    def on_packet(self, packet: bytes) -> None:
        """A packet from the chip to the program."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(packet)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except InvalidPacketError:
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._others.discard(self)
        if self._chip is not None:
            self._link.remove(self._chip)

    def abort(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()


@contextlib.asynccontextmanager
async def chips(link: RadioLink, port: int = 0) -> AsyncIterator[int]:
    """Serve chips on this air.

    Args:
        link: the air.
        port: a TCP port of this machine; 0 takes a free one.

    Yields:
        the port.

    Raises:
        OSError: the port is taken.
    """
    numbers = itertools.count(1)
    served: set[_Chip] = set()
    server = await asyncio.get_running_loop().create_server(
        lambda: _Chip(link, f"client-{next(numbers)}", served), LOOPBACK, port
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for chip in list(served):
            chip.abort()
        await server.wait_closed()
