"""Cycling Power Measurement, 0x2A63: watts, and what else a power meter tells.

Source: Bluetooth SIG, Cycling Power Service 1.1, 3.2; GATT Specification Supplement, Cycling Power
Measurement. Times of the wheel run at 1/2048 s, those of the crank at 1/1024 s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, because, becomes
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.turning import Turning, Turns
from adapters.ble.formats.uuids import assigned
from adapters.ble.hearing import Hearing
from adapters.kinds import kind
from adapters.local_events import Packet
from adapters.reading import Quantity, Reading

SERVICE = assigned(0x1818)
UUID = assigned(0x2A63)

_POWER = kind("power")
_WHEEL = kind("wheel_rate")
_CRANK = kind("cycling_cadence")


class Flag(IntFlag):
    """The first two bytes. Bits 13 to 15 are reserved and ignored."""

    BALANCE_PRESENT = 1 << 0
    BALANCE_OF_LEFT = 1 << 1
    TORQUE_PRESENT = 1 << 2
    TORQUE_OF_CRANK = 1 << 3
    WHEEL_PRESENT = 1 << 4
    CRANK_PRESENT = 1 << 5
    FORCES_PRESENT = 1 << 6
    TORQUES_PRESENT = 1 << 7
    ANGLES_PRESENT = 1 << 8
    TOP_PRESENT = 1 << 9
    BOTTOM_PRESENT = 1 << 10
    WORK_PRESENT = 1 << 11
    OFFSET_COMPENSATED = 1 << 12


Extremes = tuple[int, int]
"""The highest, then the lowest."""


@dataclass(frozen=True, slots=True)
class CyclingPowerMeasurement:
    """One notification of a power meter. What is None is not told.

    Attributes:
        power: W; below zero where the cyclist brakes with the pedals.
        balance: share of one pedal in 1/2 %.
        balance_of_left: the share is that of the left pedal; otherwise it is not known of which.
        torque: added up, in 1/32 Nm.
        torque_of_crank: the torque is that of the crank; otherwise that of the wheel.
        wheel: turns of the wheel (32 bits), the last of them in 1/2048 s.
        crank: turns of the crank (16 bits), the last of them in 1/1024 s.
        forces: highest and lowest within a turn, N.
        torques: highest and lowest within a turn, 1/32 Nm.
        angles: where the highest and lowest were, degrees (12 bits each).
        top: the upper dead spot, degrees.
        bottom: the lower dead spot, degrees.
        work: done on the pedals since it was last set to zero, kJ.
        offset_compensated: whether its zero was set in this session, where it can tell.
    """

    power: int
    balance: int | None = None
    balance_of_left: bool = False
    torque: int | None = None
    torque_of_crank: bool = False
    wheel: Turns | None = None
    crank: Turns | None = None
    forces: Extremes | None = None
    torques: Extremes | None = None
    angles: Extremes | None = None
    top: int | None = None
    bottom: int | None = None
    work: int | None = None
    offset_compensated: bool = False

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if a field that the flags announce is missing, or more is there."""
        fields = Reader(data)
        flags = Flag(fields.uint16() & 0x1FFF)
        power = fields.signed(2)
        balance = fields.uint8() if Flag.BALANCE_PRESENT in flags else None
        torque = fields.uint16() if Flag.TORQUE_PRESENT in flags else None
        wheel = crank = forces = torques = angles = None
        if Flag.WHEEL_PRESENT in flags:
            wheel = Turns(fields.unsigned(4), fields.uint16())
        if Flag.CRANK_PRESENT in flags:
            crank = Turns(fields.uint16(), fields.uint16())
        if Flag.FORCES_PRESENT in flags:
            forces = fields.signed(2), fields.signed(2)
        if Flag.TORQUES_PRESENT in flags:
            torques = fields.signed(2), fields.signed(2)
        if Flag.ANGLES_PRESENT in flags:
            both = fields.unsigned(3)
            angles = both & 0xFFF, both >> 12
        top = fields.uint16() if Flag.TOP_PRESENT in flags else None
        bottom = fields.uint16() if Flag.BOTTOM_PRESENT in flags else None
        work = fields.uint16() if Flag.WORK_PRESENT in flags else None
        fields.end()
        return cls(
            power,
            balance,
            Flag.BALANCE_OF_LEFT in flags,
            torque,
            Flag.TORQUE_OF_CRANK in flags,
            wheel,
            crank,
            forces,
            torques,
            angles,
            top,
            bottom,
            work,
            Flag.OFFSET_COMPENSATED in flags,
        )

    def __bytes__(self) -> bytes:
        made = Writer().uint16(self._flags()).signed(self.power, 2)
        if self.balance is not None:
            made.uint8(self.balance)
        if self.torque is not None:
            made.uint16(self.torque)
        if self.wheel is not None:
            made.unsigned(self.wheel.count, 4).uint16(self.wheel.at)
        if self.crank is not None:
            made.uint16(self.crank.count).uint16(self.crank.at)
        for extremes in (self.forces, self.torques):
            for extreme in extremes or ():
                made.signed(extreme, 2)
        if self.angles is not None:
            made.unsigned(self.angles[0] | self.angles[1] << 12, 3)
        for last in (self.top, self.bottom, self.work):
            if last is not None:
                made.uint16(last)
        return bytes(made)

    def _flags(self) -> Flag:
        there = {
            Flag.BALANCE_PRESENT: self.balance is not None,
            Flag.BALANCE_OF_LEFT: self.balance_of_left,
            Flag.TORQUE_PRESENT: self.torque is not None,
            Flag.TORQUE_OF_CRANK: self.torque_of_crank,
            Flag.WHEEL_PRESENT: self.wheel is not None,
            Flag.CRANK_PRESENT: self.crank is not None,
            Flag.FORCES_PRESENT: self.forces is not None,
            Flag.TORQUES_PRESENT: self.torques is not None,
            Flag.ANGLES_PRESENT: self.angles is not None,
            Flag.TOP_PRESENT: self.top is not None,
            Flag.BOTTOM_PRESENT: self.bottom is not None,
            Flag.WORK_PRESENT: self.work is not None,
            Flag.OFFSET_COMPENSATED: self.offset_compensated,
        }
        return Flag(sum(flag for flag, is_there in there.items() if is_there))


class _Turned:
    def __init__(self) -> None:
        self.wheel = Turning(bits=32, ticks=2048)
        self.crank = Turning(bits=16, ticks=1024)


def readings(packet: Packet, hearing: Hearing) -> Iterator[Reading]:
    """Power, and how fast wheel and crank turn, by this packet and those before it.

    Raises:
        DecodeError: the packet is not well formed.
    """
    measured = CyclingPowerMeasurement.from_bytes(packet.data)
    yield Reading(_POWER, packet.received, Quantity(Decimal(measured.power), "W"))
    turned = hearing.keep(_Turned)
    told = (
        (_WHEEL, turned.wheel, measured.wheel),
        (_CRANK, turned.crank, measured.crank),
    )
    for kind_of, turning, turns in told:
        rate = None if turns is None else turning.rate(turns, packet.received)
        if rate is not None:
            yield Reading(kind_of, packet.received, Quantity(rate, "{rev}/min"))


_PEDALLING = because("how the pedals are pushed within a turn, which the power sums up")

CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Cycling Power Measurement",
    service="Cycling Power",
    value=CyclingPowerMeasurement,
    fields={
        "power": becomes(_POWER),
        "balance": _PEDALLING,
        "balance_of_left": because("says of which pedal the balance is"),
        "torque": because("the power and the turns a minute say the same"),
        "torque_of_crank": because("says of what the torque is"),
        "wheel": becomes(_WHEEL),
        "crank": becomes(_CRANK),
        "forces": _PEDALLING,
        "torques": _PEDALLING,
        "angles": _PEDALLING,
        "top": _PEDALLING,
        "bottom": _PEDALLING,
        "work": because("work done on the pedals, which is not the energy that the body used"),
        "offset_compensated": because("whether its zero was set, which few meters tell"),
    },
    source="Cycling Power Service 1.1, 3.2; GATT Specification Supplement",
)
