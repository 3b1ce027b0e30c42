"""One mistake of `bluetooth_sig`, with the bytes, and what is right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from adapters.ble.hearing import Hearing
from adapters.ble.record import Record
from adapters.local_events import Packet
from adapters.reading import Quantity
from tests.ble_packets import packet

REFUSED: Final = "refused"
"""Stands for an error, theirs or ours."""


@dataclass(frozen=True)
class Wrong:
    """One mistake.

    Attributes:
        key: its name in the tests.
        name: the characteristic, for people.
        by: their class, without "Characteristic" or "Descriptor".
        hex: the packet.
        field: their field that is wrong; "" for the whole value.
        says: what they give for it, or `REFUSED`.
        right: what is right, for people.
        ours: reads the packet, and takes out what is right.
        means: what that gives, or `REFUSED`.
    """

    key: str
    name: str
    by: str
    hex: str
    field: str
    says: Any
    right: str
    ours: Callable[[bytes], Any]
    means: Any


def first(readings: Callable[[Packet, Hearing], Iterator[Record]], data: bytes) -> Any:
    """The first value that a packet becomes, without its unit."""
    value = next(readings(packet(data), Hearing())).value
    return value.value if isinstance(value, Quantity) else value
