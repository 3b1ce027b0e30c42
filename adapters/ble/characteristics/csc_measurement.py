"""CSC Measurement, 0x2A5B: how often the wheel and the crank of a bicycle have turned.

Source: Bluetooth SIG, Cycling Speed and Cadence Service 1.0, 3.1 (CSC Measurement).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, becomes
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.turning import Turning, Turns
from adapters.ble.formats.uuids import assigned
from adapters.ble.hearing import Hearing
from adapters.kinds import kind
from adapters.local_events import Packet
from adapters.reading import Quantity, Reading

SERVICE = assigned(0x1816)
UUID = assigned(0x2A5B)

_WHEEL = kind("wheel_rate")
_CRANK = kind("cycling_cadence")
_A_MINUTE = "{rev}/min"


class Flag(IntFlag):
    """The first byte. Bits 2 to 7 are reserved and ignored."""

    WHEEL_PRESENT = 1
    CRANK_PRESENT = 2


@dataclass(frozen=True, slots=True)
class CscMeasurement:
    """One notification of a speed or cadence sensor.

    Attributes:
        wheel: turns of the wheel (32 bits), the last of them in 1/1024 s; None if not told.
        crank: turns of the crank (16 bits), the last of them in 1/1024 s; None if not told.
    """

    wheel: Turns | None = None
    crank: Turns | None = None

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if a field that the flags announce is missing, or more is there."""
        fields = Reader(data)
        flags = Flag(fields.uint8() & 0x3)
        wheel = crank = None
        if Flag.WHEEL_PRESENT in flags:
            wheel = Turns(fields.unsigned(4), fields.uint16())
        if Flag.CRANK_PRESENT in flags:
            crank = Turns(fields.uint16(), fields.uint16())
        fields.end()
        return cls(wheel, crank)

    def __bytes__(self) -> bytes:
        flags = Flag.WHEEL_PRESENT if self.wheel else Flag(0)
        if self.crank:
            flags |= Flag.CRANK_PRESENT
        made = Writer().uint8(flags)
        if self.wheel:
            made.unsigned(self.wheel.count, 4).uint16(self.wheel.at)
        if self.crank:
            made.uint16(self.crank.count).uint16(self.crank.at)
        return bytes(made)


class _Turned:
    def __init__(self) -> None:
        self.wheel = Turning(bits=32, ticks=1024)
        self.crank = Turning(bits=16, ticks=1024)


def readings(packet: Packet, hearing: Hearing) -> Iterator[Reading]:
    """How fast wheel and crank turn, from this packet and those before it.

    Raises:
        DecodeError: the packet is not well formed.
    """
    measured = CscMeasurement.from_bytes(packet.data)
    turned = hearing.keep(_Turned)
    if measured.wheel is not None:
        rate = turned.wheel.rate(measured.wheel, packet.received)
        if rate is not None:
            yield Reading(_WHEEL, packet.received, Quantity(rate, _A_MINUTE))
    if measured.crank is not None:
        rate = turned.crank.rate(measured.crank, packet.received)
        if rate is not None:
            yield Reading(_CRANK, packet.received, Quantity(rate, _A_MINUTE))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="CSC Measurement",
    service="Cycling Speed and Cadence",
    value=CscMeasurement,
    fields={"wheel": becomes(_WHEEL), "crank": becomes(_CRANK)},
    source="Cycling Speed and Cadence Service 1.0, 3.1",
)
