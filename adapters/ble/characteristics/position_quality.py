"""Position Quality, 0x2A69: how exactly a sensor knows where it is. It stays here.

Source: Bluetooth SIG, Location and Navigation Service 1.0, 3.3; GATT Specification Supplement,
Position Quality.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from adapters.ble.characteristic import Characteristic
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.place import STAYS, Found
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A69)

_WIDTHS = {
    "used": 1,
    "in_view": 1,
    "to_first_fix": 2,
    "horizontal_error": 4,
    "vertical_error": 4,
    "horizontal_dilution": 1,
    "vertical_dilution": 1,
}


@dataclass(frozen=True, slots=True)
class PositionQuality:
    """One value. What is None is not told; bits 9 to 15 are reserved and ignored.

    Attributes:
        used: satellites from which the position comes.
        in_view: satellites that are heard.
        to_first_fix: 1/10 s that it took to find itself.
        horizontal_error: 1/100 m, as expected.
        vertical_error: 1/100 m, as expected.
        horizontal_dilution: 1/5.
        vertical_dilution: 1/5.
        found: how sure it is of where it is.
    """

    used: int | None = None
    in_view: int | None = None
    to_first_fix: int | None = None
    horizontal_error: int | None = None
    vertical_error: int | None = None
    horizontal_dilution: int | None = None
    vertical_dilution: int | None = None
    found: Found = Found.NO_POSITION

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if a field that the flags announce is missing, or more is there."""
        fields = Reader(data)
        bits = fields.uint16()
        told = {
            name: fields.unsigned(width)
            for bit, (name, width) in enumerate(_WIDTHS.items())
            if bits >> bit & 1
        }
        fields.end()
        return cls(**told, found=Found(bits >> 7 & 3))

    def __bytes__(self) -> bytes:
        told: list[int | None] = [getattr(self, name) for name in _WIDTHS]
        bits = sum(1 << bit for bit, field in enumerate(told) if field is not None)
        made = Writer().uint16(bits | self.found << 7)
        for field, width in zip(told, _WIDTHS.values(), strict=True):
            if field is not None:
                made.unsigned(field, width)
        return bytes(made)


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="Position Quality",
    service="Location and Navigation",
    value=PositionQuality,
    fields=dict.fromkeys(PositionQuality.__dataclass_fields__, STAYS),
    source="Location and Navigation Service 1.0, 3.3; GATT Specification Supplement",
)
