"""RSC Measurement, 0x2A53: speed, cadence, stride and distance of somebody on foot.

Source: Bluetooth SIG, Running Speed and Cadence Service 1.0, 3.1 (RSC Measurement); GATT
Specification Supplement, RSC Measurement (speed in 1/256 m/s, distance in 1/10 m).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, because, becomes
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned
from adapters.kinds import kind
from adapters.local_events import Packet
from adapters.reading import Quantity, Reading

SERVICE = assigned(0x1814)
UUID = assigned(0x2A53)

_SPEED = kind("running_speed")
_CADENCE = kind("running_cadence")
_STRIDE = kind("stride_length")
_DISTANCE = kind("distance_counted")
_STEP_OF_SPEED = Decimal("0.00390625")
_STEP_OF_DISTANCE = Decimal("0.1")


class Flag(IntFlag):
    """The first byte. Bits 3 to 7 are reserved and ignored."""

    STRIDE_PRESENT = 1
    DISTANCE_PRESENT = 2
    RUNNING = 4


@dataclass(frozen=True, slots=True)
class RscMeasurement:
    """One notification of a running sensor.

    Attributes:
        speed: in 1/256 m/s.
        cadence: steps a minute.
        stride: length of a stride in cm; None if not told.
        distance: in 1/10 m since the sensor's count was last set; None if not told.
        running: False for walking, or where the sensor cannot tell (`rsc_feature`).
    """

    speed: int
    cadence: int
    stride: int | None = None
    distance: int | None = None
    running: bool = False

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if a field that the flags announce is missing, or more is there."""
        fields = Reader(data)
        flags = Flag(fields.uint8() & 0x7)
        speed, cadence = fields.uint16(), fields.uint8()
        stride = fields.uint16() if Flag.STRIDE_PRESENT in flags else None
        distance = fields.unsigned(4) if Flag.DISTANCE_PRESENT in flags else None
        fields.end()
        return cls(speed, cadence, stride, distance, Flag.RUNNING in flags)

    def __bytes__(self) -> bytes:
        flags = Flag.RUNNING if self.running else Flag(0)
        if self.stride is not None:
            flags |= Flag.STRIDE_PRESENT
        if self.distance is not None:
            flags |= Flag.DISTANCE_PRESENT
        made = Writer().uint8(flags).uint16(self.speed).uint8(self.cadence)
        if self.stride is not None:
            made.uint16(self.stride)
        if self.distance is not None:
            made.unsigned(self.distance, 4)
        return bytes(made)


def readings(packet: Packet) -> Iterator[Reading]:
    """Speed and cadence, and stride and distance where the sensor tells them.

    Raises:
        DecodeError: the packet is not well formed.
    """
    measured = RscMeasurement.from_bytes(packet.data)
    speed = measured.speed * _STEP_OF_SPEED
    yield Reading(_SPEED, packet.received, Quantity(speed, "m/s"))
    yield Reading(_CADENCE, packet.received, Quantity(Decimal(measured.cadence), "{steps}/min"))
    if measured.stride is not None:
        yield Reading(_STRIDE, packet.received, Quantity(Decimal(measured.stride), "cm"))
    if measured.distance is not None:
        distance = measured.distance * _STEP_OF_DISTANCE
        yield Reading(_DISTANCE, packet.received, Quantity(distance, "m"))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="RSC Measurement",
    service="Running Speed and Cadence",
    value=RscMeasurement,
    fields={
        "speed": becomes(_SPEED),
        "cadence": becomes(_CADENCE),
        "stride": becomes(_STRIDE),
        "distance": becomes(_DISTANCE),
        "running": because("the speed and the steps a minute show it"),
    },
    source="Running Speed and Cadence Service 1.0, 3.1; GATT Specification Supplement",
)
