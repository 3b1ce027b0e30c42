"""What the tests of values that come in several packets share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from adapters.ble.hearing import Hearing
from adapters.errors import DecodeError
from adapters.local_events import Packet
from tests.ble_packets import packet

IN_ONE = b"\x03"
"""The header of a value that is whole in one packet."""

Following = Callable[[Packet, Hearing], Iterator[Any]]


def alone(decode: Following, *, header: bytes = IN_ONE) -> Callable[[bytes], Iterator[Any]]:
    """Decode a value as the only packet of a link; its errors bear the value's own bytes."""

    def told(data: bytes) -> Iterator[Any]:
        try:
            yield from decode(packet(header + data, "one"), Hearing())
        except DecodeError as error:
            raise DecodeError(error.why, data) from None

    return told
