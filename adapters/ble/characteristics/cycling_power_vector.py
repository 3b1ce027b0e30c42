"""Cycling Power Vector, 0x2A64: forces or torques within one turn of the crank.

Source: Bluetooth SIG, Cycling Power Service 1.1, 3.6; GATT Specification Supplement, Cycling Power
Vector.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.turning import Turns
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A64)


class Flag(IntFlag):
    """The first byte; bits 4 and 5 are the direction, 6 and 7 reserved and ignored."""

    CRANK_PRESENT = 1
    ANGLE_PRESENT = 2
    FORCES_PRESENT = 4
    TORQUES_PRESENT = 8


class Direction(IntEnum):
    """In which direction was measured."""

    UNKNOWN = 0
    TANGENTIAL = 1
    RADIAL = 2
    LATERAL = 3


@dataclass(frozen=True, slots=True)
class CyclingPowerVector:
    """One notification. What is None is not told.

    Attributes:
        crank: turns of the crank, the last of them in 1/1024 s.
        angle: of the crank at the first measurement, degrees.
        forces: N, one after the other within a turn.
        torques: 1/32 Nm, likewise; a packet has forces or torques, never both.
        direction: of what was measured.
    """

    crank: Turns | None = None
    angle: int | None = None
    forces: tuple[int, ...] | None = None
    torques: tuple[int, ...] | None = None
    direction: Direction = Direction.UNKNOWN

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if the length is wrong, or forces and torques are both announced."""
        fields = Reader(data)
        first = fields.uint8()
        flags, direction = Flag(first & 0xF), Direction(first >> 4 & 3)
        both = Flag.FORCES_PRESENT | Flag.TORQUES_PRESENT
        if both in flags:
            raise fields.wrong("where the torques begin behind the forces cannot be told")
        crank = None
        if Flag.CRANK_PRESENT in flags:
            crank = Turns(fields.uint16(), fields.uint16())
        angle = fields.uint16() if Flag.ANGLE_PRESENT in flags else None
        measured = []
        while flags & both and fields.left:
            measured.append(fields.signed(2))
        fields.end()
        return cls(
            crank,
            angle,
            tuple(measured) if Flag.FORCES_PRESENT in flags else None,
            tuple(measured) if Flag.TORQUES_PRESENT in flags else None,
            direction,
        )

    def __bytes__(self) -> bytes:
        flags = self.direction << 4
        flags |= Flag.CRANK_PRESENT if self.crank else 0
        flags |= Flag.ANGLE_PRESENT if self.angle is not None else 0
        flags |= Flag.FORCES_PRESENT if self.forces is not None else 0
        flags |= Flag.TORQUES_PRESENT if self.torques is not None else 0
        made = Writer().uint8(flags)
        if self.crank:
            made.uint16(self.crank.count).uint16(self.crank.at)
        if self.angle is not None:
            made.uint16(self.angle)
        for measured in (*(self.forces or ()), *(self.torques or ())):
            made.signed(measured, 2)
        return bytes(made)


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Cycling Power Vector",
    service="Cycling Power",
    value=CyclingPowerVector,
    fields={
        "crank": because("Cycling Power Measurement tells the turns of the crank"),
        **{
            name: because("how the pedals are pushed within a turn, which the power sums up")
            for name in ("angle", "forces", "torques", "direction")
        },
    },
    source="Cycling Power Service 1.1, 3.6; GATT Specification Supplement",
)
