"""What the numbers of GATT errors say.

Source: Bluetooth Core Specification 5.4, Vol 3 Part F, 3.4.1.1.
"""

from __future__ import annotations

from typing import Final

from bleak.exc import BleakGATTProtocolError

NEEDS_PAIRING: Final = frozenset({0x05, 0x08, 0x0C, 0x0F})
"""Insufficient authentication, authorization, key size, encryption."""

NOT_THERE: Final = frozenset({0x01, 0x0A})
"""Invalid handle, attribute not found."""


def code_of(error: BaseException) -> int | None:
    """The number of a protocol error, also of one that a service defines for itself."""
    return int(error.args[0]) if isinstance(error, BleakGATTProtocolError) else None
