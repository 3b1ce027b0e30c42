"""UUIDs as bleak spells them: 128 bit, lower case."""

from __future__ import annotations

_BASE = "0000{:04x}-0000-1000-8000-00805f9b34fb"


def assigned(number: int) -> str:
    """The full form of a 16-bit UUID: ``assigned(0x2A37)``.

    Source: Bluetooth Core Specification 5.4, Vol 3 Part B, 2.5.1 (Bluetooth Base UUID).
    """
    return _BASE.format(number)
