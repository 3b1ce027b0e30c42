"""The check sum over one value, from end to end (E2E-CRC): present only where a feature says so.

Source: Bluetooth SIG, Continuous Glucose Monitoring Service 1.0.2, 3.11 (CRC-CCITT, polynomial
x^16 + x^12 + x^5 + 1, start 0xFFFF, least significant bit first, no final inversion; known
elsewhere as CRC-16/MCRF4XX).
"""

from __future__ import annotations

from typing import Final

from adapters.ble.formats.fields import Reader

WIDTH: Final = 2

_POLYNOMIAL = 0x8408
_START = 0xFFFF


def _row(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (_POLYNOMIAL if byte & 1 else 0)
    return byte


_TABLE = tuple(_row(byte) for byte in range(256))


def crc(data: bytes) -> int:
    """The check sum of these bytes."""
    made = _START
    for byte in data:
        made = (made >> 8) ^ _TABLE[(made ^ byte) & 0xFF]
    return made


def sealed(data: bytes) -> bytes:
    """The bytes with their check sum behind them."""
    return data + crc(data).to_bytes(WIDTH, "little")


def check(fields: Reader, since: int = 0) -> None:
    """Read the check sum of everything from ``since`` to here.

    Raises:
        DecodeError: it is cut short, or not that of these bytes.
    """
    before = fields.offset
    if fields.uint16() != crc(fields.data[since:before]):
        fields.offset = before
        raise fields.wrong("the check sum is wrong")
