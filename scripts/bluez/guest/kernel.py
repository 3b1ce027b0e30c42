"""A radio chip of the virtual air, plugged into this computer's kernel.

The kernel takes it for any other adapter: it gets a number (hci0) and bluetoothd uses it.
Source: Linux, drivers/bluetooth/hci_vhci.c (the first packet makes the adapter, and is answered
with its number); Bluetooth Core 6.0, Vol 4, Part A, 2 (what each packet begins with).
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from bumble.snoop import BtSnooper, Snooper

from adapters.simulator.link import RadioLink

_DEVICE = "/dev/vhci"
_MAKE = bytes([0xFF, 0x00])
_MADE = 0xFF
_MOST = 4096


class Adapter:
    """One adapter; it is there until it is unplugged."""

    def __init__(self, link: RadioLink, address: str, record: Path) -> None:
        """Plug it in.

        Args:
            link: the air that it hears.
            address: its own, from its maker.
            record: where all is written down that passes between it and the kernel.
        """
        # Written here and not by btmon, which misses packets while the processor is busy.
        self._record = record.open("wb", buffering=0)
        self._snooper = BtSnooper(self._record)
        self.index: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._link = link
        self._file = os.open(_DEVICE, os.O_RDWR | os.O_NONBLOCK)
        self._chip = link.controller(f"adapter {address}", address)
        self._chip.set_packet_sink(self)
        asyncio.get_running_loop().add_reader(self._file, self._from_kernel)
        os.write(self._file, _MAKE)

    def on_packet(self, packet: bytes) -> None:
        """From the chip to the kernel."""
        if self._file >= 0:
            self._snooper.snoop(packet, Snooper.Direction.CONTROLLER_TO_HOST)
            os.write(self._file, packet)

    def _from_kernel(self) -> None:
        packet = os.read(self._file, _MOST)
        if packet[:1] == bytes([_MADE]):
            self.index.set_result(int.from_bytes(packet[2:4], "little"))
        elif packet:
            self._snooper.snoop(packet, Snooper.Direction.HOST_TO_CONTROLLER)
            self._chip.on_packet(packet)

    def unplug(self) -> None:
        """Take it out, without a word to the kernel."""
        asyncio.get_running_loop().remove_reader(self._file)
        file, self._file = self._file, -1
        self._link.remove(self._chip)
        os.close(file)
        self._record.close()
