"""Valid Range, the descriptor 0x2906, of a concentration in air: what the sensor can tell.

Source: Bluetooth SIG, GATT Specification Supplement, Valid Range (the lowest and the highest value,
in the format of the characteristic, which is medfloat16 here).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.numbers import MedicalNumber
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2906)


@dataclass(frozen=True, slots=True)
class ValidRange:
    """From the lowest to the highest value that is one, both of them among these."""

    lowest: MedicalNumber
    highest: MedicalNumber

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if there are not exactly four bytes."""
        fields = Reader(data)
        made = cls(fields.sfloat(), fields.sfloat())
        fields.end()
        return made

    def __bytes__(self) -> bytes:
        return bytes(Writer().sfloat(self.lowest).sfloat(self.highest))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Valid Range, a descriptor",
    service="Environmental Sensing",
    value=ValidRange,
    fields=dict.fromkeys(
        ("lowest", "highest"), because("a value beyond it is sent as none, which is kept")
    ),
    source="GATT Specification Supplement, Valid Range",
)
