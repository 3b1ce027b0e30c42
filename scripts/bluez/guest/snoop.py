"""The attribute protocol in what passed between the kernel and one adapter.

Source: the `btsnoop` format, RFC 1761 with datalink 1002 (packets as on a UART; bit 0 of the flags
says: to the host); Bluetooth Core 6.0, Vol 4, Part A, 2 and Part E, 5.4.2 (ACL data), Vol 3, Part
A, 3.1 (L2CAP), Part F, 3.4 (attribute protocol); Vol 4, Part E, 7.7.65.1 and 7.7.65.10 (LE
Connection Complete, and Enhanced: which device is at the other end).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_HEADER = struct.Struct(">8sII")
_RECORD = struct.Struct(">IIIIq")
_MAGIC, _UART = b"btsnoop\0", 1002
_ACL, _EVENT = 2, 4
_LE_META, _CONNECTED = 0x3E, (0x01, 0x0A)
_CONTINUED = 0b01
_ATT = 0x0004

READ, WRITE, NOTIFICATION, INDICATION, CONFIRMATION = 0x0A, 0x12, 0x1B, 0x1D, 0x1E
"""Op codes. Bluetooth Core 6.0, Vol 3, Part F, 3.4.8."""


@dataclass(frozen=True, slots=True)
class Said:
    """One packet of the attribute protocol.

    Attributes:
        link: the handle of its connection.
        device: the address of the device; empty where the record begins after the connection.
        by_device: whether the device said it.
        pdu: with its op code first.
    """

    link: int
    by_device: bool
    pdu: bytes
    device: str = ""

    @property
    def op(self) -> int:
        """What sort of packet it is."""
        return self.pdu[0]

    @property
    def value(self) -> bytes:
        """What was written, notified or indicated: all behind the op code and the handle."""
        return self.pdu[3:]


def said(file: Path) -> Iterator[Said]:
    """Every whole packet so far, in order.

    Raises:
        ValueError: it is no such file.
    """
    text = file.read_bytes()
    magic, _, kind = _HEADER.unpack_from(text)
    if (magic, kind) != (_MAGIC, _UART):
        raise ValueError(f"{file} holds no packets as on a UART")
    at, begun, devices = _HEADER.size, dict[tuple[int, bool], bytes](), dict[int, str]()
    while at + _RECORD.size <= len(text):
        _, length, flags, _, _ = _RECORD.unpack_from(text, at)
        packet = text[at + _RECORD.size : at + _RECORD.size + length]
        at += _RECORD.size + length
        if packet[0] == _EVENT and packet[1] == _LE_META and packet[3] in _CONNECTED:
            (link,) = struct.unpack_from("<H", packet, 5)
            devices[link] = packet[9:15][::-1].hex(":").upper()
        if packet[0] != _ACL:
            continue
        (handle,) = struct.unpack_from("<H", packet, 1)
        key = (handle & 0x0FFF, bool(flags & 1))
        continued = (handle >> 12) & 0b11 == _CONTINUED
        begun[key] = (begun.get(key, b"") if continued else b"") + packet[5:]
        size, channel = struct.unpack_from("<HH", begun[key])
        if len(begun[key]) - 4 >= size and channel == _ATT:
            pdu = begun.pop(key)[4 : 4 + size]
            yield Said(*key, pdu, devices.get(key[0], ""))
