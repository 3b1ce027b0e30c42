"""What the tests of characteristics share."""

from __future__ import annotations

from hypothesis import strategies as st

from adapters.local_events import Packet
from adapters.reading import DeviceKey

RECEIVED = 1_700_000_000_000
uint8, uint16, uint24 = (st.integers(0, (1 << bits) - 1) for bits in (8, 16, 24))


def packet(data: bytes, characteristic: str = "", received: int = RECEIVED) -> Packet:
    return Packet(DeviceKey("strap"), characteristic, received, data)
