"""Heart Rate Measurement, 0x2A37: rate, skin contact, energy, and the time between beats.

Source: Bluetooth SIG, Heart Rate Service 1.0, 3.1 (Heart Rate Measurement); GATT Specification
Supplement, Heart Rate Measurement.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, because, becomes
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned
from adapters.kinds import kind
from adapters.local_events import Packet
from adapters.reading import Absence, Quality, Quantity, Reading

SERVICE = assigned(0x180D)
UUID = assigned(0x2A37)

_RATE = kind("heart_rate")
_ENERGY = kind("energy_expended")
_RR = kind("rr_interval")
_MICROSECOND_OF_MS = Decimal("0.001")
_FULL = 0xFFFF


class Flag(IntFlag):
    """The first byte. Bits 5 to 7 are reserved and ignored, as the specification asks."""

    RATE_IS_UINT16 = 1
    CONTACT_DETECTED = 2
    CONTACT_SUPPORTED = 4
    ENERGY_PRESENT = 8
    RR_PRESENT = 16


@dataclass(frozen=True, slots=True)
class HeartRateMeasurement:
    """One notification of a heart-rate strap.

    Attributes:
        rate: beats a minute.
        contact: whether it touches the skin; None if it cannot tell.
        energy: kJ since the strap last set its count to zero; None if it does not count.
        rr: time from beat to beat in 1/1024 s, oldest first.
        wide: the rate came in 16 bits; it goes out in 16 bits if it is too large for 8.
    """

    rate: int
    contact: bool | None = None
    energy: int | None = None
    rr: tuple[int, ...] = ()
    wide: bool = field(default=False, compare=False)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if a field that the flags announce is missing, or more is there."""
        fields = Reader(data)
        flags = Flag(fields.uint8() & 0x1F)
        wide = Flag.RATE_IS_UINT16 in flags
        rate = fields.uint16() if wide else fields.uint8()
        contact = Flag.CONTACT_DETECTED in flags if Flag.CONTACT_SUPPORTED in flags else None
        energy = fields.uint16() if Flag.ENERGY_PRESENT in flags else None
        rr = []
        if Flag.RR_PRESENT in flags:
            rr.append(fields.uint16())
            while fields.left:
                rr.append(fields.uint16())
        fields.end()
        return cls(rate, contact, energy, tuple(rr), wide)

    def __bytes__(self) -> bytes:
        wide = self.wide or self.rate > 0xFF
        flags = Flag.RATE_IS_UINT16 if wide else Flag(0)
        if self.contact is not None:
            flags |= Flag.CONTACT_SUPPORTED
        if self.contact:
            flags |= Flag.CONTACT_DETECTED
        if self.energy is not None:
            flags |= Flag.ENERGY_PRESENT
        if self.rr:
            flags |= Flag.RR_PRESENT
        made = Writer().uint8(flags).unsigned(self.rate, 2 if wide else 1)
        if self.energy is not None:
            made.uint16(self.energy)
        for interval in self.rr:
            made.uint16(interval)
        return bytes(made)


def milliseconds(interval: int) -> Decimal:
    """An RR interval of 1/1024 s in ms, to the microsecond: fine enough to go back without loss."""
    return (Decimal(interval) * 1000 / 1024).quantize(_MICROSECOND_OF_MS)


def readings(packet: Packet) -> Iterator[Reading]:
    """Rate, energy if it was sent, and each RR interval in its order.

    A rate of 0 is no rate: straps send it until they find a beat, and the specification has no
    other word for that. Nor is there an interval of 0. An energy of 65535 is that or more: there
    the count stands until it is reset (Heart Rate Service 1.0, 3.1.1.3).

    Raises:
        DecodeError: the packet is not well formed.
    """
    measured = HeartRateMeasurement.from_bytes(packet.data)
    doubt = Quality.NO_SKIN_CONTACT if measured.contact is False else Quality.NONE
    rate = Quantity(Decimal(measured.rate), "/min") if measured.rate else Absence.UNKNOWN
    yield Reading(_RATE, packet.received, rate, quality=doubt)
    if measured.energy is not None:
        full = measured.energy == _FULL
        energy = Absence.POSITIVE_INFINITY if full else Quantity(Decimal(measured.energy), "kJ")
        yield Reading(_ENERGY, packet.received, energy, quality=doubt)
    for nth, interval in enumerate(measured.rr):
        if interval:
            between = Quantity(milliseconds(interval), "ms")
            yield Reading(_RR, packet.received, between, nth=nth, quality=doubt)


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Heart Rate Measurement",
    service="Heart Rate",
    value=HeartRateMeasurement,
    fields={
        "rate": becomes(_RATE),
        "contact": because("marks the readings that were taken without skin contact"),
        "energy": becomes(_ENERGY),
        "rr": becomes(_RR),
        "wide": because("only says in how many bits the rate was sent"),
    },
    source="Heart Rate Service 1.0, 3.1; GATT Specification Supplement, Heart Rate Measurement",
)
