"""Battery Level Status, 0x2BED: how a battery is being charged, and whether it needs care.

Source: Bluetooth SIG, Battery Service 1.1, 3.2 (Battery Level Status); GATT Specification
Supplement, Battery Level Status. Every device that has it has Battery Level too, from which the
readings are made.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2BED)


class Flag(IntFlag):
    """The first byte. Bits 3 to 7 are reserved and ignored."""

    IDENTIFIER_PRESENT = 1
    LEVEL_PRESENT = 2
    ADDITIONAL_PRESENT = 4


class Answer(IntEnum):
    """What the device knows of a source of power, or of a need for service."""

    NO = 0
    YES = 1
    UNKNOWN = 2


class Charge(IntEnum):
    """Which way the charge goes."""

    UNKNOWN = 0
    CHARGING = 1
    IN_USE = 2
    AT_REST = 3


class Fill(IntEnum):
    """How full it is, in words."""

    UNKNOWN = 0
    GOOD = 1
    LOW = 2
    CRITICAL = 3


class Charging(IntEnum):
    """By which way it is charged."""

    UNKNOWN = 0
    CONSTANT_CURRENT = 1
    CONSTANT_VOLTAGE = 2
    TRICKLE = 3
    FLOAT = 4


class Fault(IntFlag):
    """What keeps it from being charged."""

    NONE = 0
    BATTERY = 1
    POWER_SOURCE = 2
    OTHER = 4


@dataclass(frozen=True, slots=True)
class BatteryLevelStatus:
    """The state of one battery.

    Attributes:
        present: it is in its place.
        wired: power comes over a wire.
        wireless: power comes without one.
        charge: which way the charge goes.
        fill: how full it is, in words.
        charging: by which way it is charged.
        faults: what keeps it from being charged.
        identifier: which battery, in the GATT namespace; None if not told.
        level: percent; None if not told.
        service: whether it needs service; None if not told.
        broken: the battery is at fault; False where that is not known.
    """

    present: bool
    wired: Answer = Answer.NO
    wireless: Answer = Answer.NO
    charge: Charge = Charge.UNKNOWN
    fill: Fill = Fill.UNKNOWN
    charging: Charging = Charging.UNKNOWN
    faults: Fault = Fault.NONE
    identifier: int | None = None
    level: int | None = None
    service: Answer | None = None
    broken: bool = False

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError for reserved numbers, a level above 100, and a wrong length."""
        fields = Reader(data)
        flags = Flag(fields.uint8() & 0x7)
        state = fields.uint16()
        identifier = fields.uint16() if Flag.IDENTIFIER_PRESENT in flags else None
        level = fields.uint8() if Flag.LEVEL_PRESENT in flags else None
        more = fields.uint8() if Flag.ADDITIONAL_PRESENT in flags else None
        fields.end()
        if level is not None and level > 100:
            raise fields.wrong("a battery cannot be fuller than 100 %")
        try:
            return cls(
                bool(state & 1),
                Answer(state >> 1 & 3),
                Answer(state >> 3 & 3),
                Charge(state >> 5 & 3),
                Fill(state >> 7 & 3),
                Charging(state >> 9 & 7),
                Fault(state >> 12 & 7),
                identifier,
                level,
                None if more is None else Answer(more & 3),
                more is not None and bool(more & 4),
            )
        except ValueError:
            raise fields.wrong("a state of the battery is a reserved number") from None

    def __bytes__(self) -> bytes:
        flags = Flag(0)
        if self.identifier is not None:
            flags |= Flag.IDENTIFIER_PRESENT
        if self.level is not None:
            flags |= Flag.LEVEL_PRESENT
        if self.service is not None:
            flags |= Flag.ADDITIONAL_PRESENT
        state = self.present | self.wired << 1 | self.wireless << 3 | self.charge << 5
        state |= self.fill << 7 | self.charging << 9 | self.faults << 12
        made = Writer().uint8(flags).uint16(state)
        if self.identifier is not None:
            made.uint16(self.identifier)
        if self.level is not None:
            made.uint8(self.level)
        if self.service is not None:
            made.uint8(self.service | self.broken << 2)
        return bytes(made)


_SHOWN = "the state of the device's battery; its level is told by Battery Level too"

CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Battery Level Status",
    service="Battery",
    value=BatteryLevelStatus,
    fields={name: because(_SHOWN) for name in BatteryLevelStatus.__dataclass_fields__},
    source="Battery Service 1.1, 3.2; GATT Specification Supplement, Battery Level Status",
)
