"""Supported Heart Rate Range, 0x2AD7: the heart rates that a fitness machine can be set to.

Source: Bluetooth SIG, Fitness Machine Service 1.0, 4.15; GATT Specification Supplement, Supported
Heart Rate Range.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2AD7)


@dataclass(frozen=True, slots=True)
class SupportedHeartRateRange:
    """From the lowest to the highest by so much at a time, in beats a minute."""

    lowest: int
    highest: int
    step: int

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if there are not exactly three bytes."""
        fields = Reader(data)
        made = cls(fields.unsigned(1), fields.unsigned(1), fields.unsigned(1))
        fields.end()
        return made

    def __bytes__(self) -> bytes:
        return bytes(
            Writer().unsigned(self.lowest, 1).unsigned(self.highest, 1).unsigned(self.step, 1)
        )


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Supported Heart Rate Range",
    service="Fitness Machine",
    value=SupportedHeartRateRange,
    fields={
        name: because("what the machine can be set to; measures nothing")
        for name in ("lowest", "highest", "step")
    },
    source="Fitness Machine Service 1.0, 4.15; GATT Specification Supplement",
)
