"""ES Configuration, the descriptor 0x290B: whether all trigger conditions must hold, or any.

Source: Bluetooth SIG, Environmental Sensing Service 1.0.1, 3.1.2 (ES Configuration).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x290B)


@dataclass(frozen=True, slots=True)
class EsConfiguration:
    """Whether one trigger condition is enough."""

    any_is_enough: bool

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError unless it is one byte, 0 or 1."""
        fields = Reader(data)
        logic = fields.uint8()
        if logic > 1:
            raise fields.wrong("the logic is a reserved number")
        fields.end()
        return cls(logic == 1)

    def __bytes__(self) -> bytes:
        return bytes(Writer().uint8(int(self.any_is_enough)))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="ES Configuration, a descriptor",
    service="Environmental Sensing",
    value=EsConfiguration,
    fields={"any_is_enough": because("says when a value comes; measures nothing")},
    source="Environmental Sensing Service 1.0.1, 3.1.2",
)
