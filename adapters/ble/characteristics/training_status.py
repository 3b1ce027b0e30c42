"""Training Status, 0x2AD3: in which part of a training session a fitness machine is.

Source: Bluetooth SIG, Fitness Machine Service 1.0, 4.10 (tables 4.11 to 4.13).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2AD3)


class Flag(IntFlag):
    """The first byte. Bits 2 to 7 are reserved and ignored."""

    TEXT_PRESENT = 1
    TEXT_GOES_ON = 2


class Part(IntEnum):
    """The parts of a session."""

    OTHER = 0
    IDLE = 1
    WARMING_UP = 2
    LOW_INTENSITY = 3
    HIGH_INTENSITY = 4
    RECOVERY = 5
    ISOMETRIC = 6
    HEART_RATE_CONTROL = 7
    FITNESS_TEST = 8
    TOO_SLOW = 9
    TOO_FAST = 10
    COOL_DOWN = 11
    POWER_CONTROL = 12
    BY_HAND = 13
    BEFORE = 14
    AFTER = 15


@dataclass(frozen=True, slots=True)
class TrainingStatus:
    """One part of a session.

    Attributes:
        part: which.
        text: the machine's own words for it; None if it gives none.
        goes_on: the text is longer than a packet and can be read as a whole.
    """

    part: Part
    text: str | None = None
    goes_on: bool = False

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError for a part that is reserved, or a text that is none or not announced.

        A text that goes on may be cut within a sign of several bytes; that sign is left out.
        """
        fields = Reader(data)
        flags = Flag(fields.uint8() & 0x3)
        number = fields.uint8()
        if number > max(Part):
            raise fields.wrong("the part of the session is a reserved number")
        goes_on = Flag.TEXT_GOES_ON in flags
        text = None
        if Flag.TEXT_PRESENT in flags:
            text = _text(fields, goes_on)
        fields.end()
        return cls(Part(number), text, goes_on)

    def __bytes__(self) -> bytes:
        flags = Flag.TEXT_PRESENT if self.text is not None else Flag(0)
        if self.goes_on:
            flags |= Flag.TEXT_GOES_ON
        text = (self.text or "").encode("utf-8")
        return bytes(Writer().uint8(flags).uint8(self.part).raw(text))


def _text(fields: Reader, goes_on: bool) -> str:
    where = fields.offset
    try:
        return fields.rest().decode("utf-8")
    except UnicodeDecodeError as error:
        if goes_on and error.reason == "unexpected end of data":
            return fields.data[where : where + error.start].decode("utf-8")
        fields.offset = where + error.start
        raise fields.wrong("the text is not UTF-8") from None


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Training Status",
    service="Fitness Machine",
    value=TrainingStatus,
    fields={
        name: because("a plan on the machine; what was done is in the other readings")
        for name in ("part", "text", "goes_on")
    },
    source="Fitness Machine Service 1.0, 4.10",
)
