"""PnP ID, 0x2A50: the numbers of a make and model.

Source: Bluetooth SIG, Device Information Service 1.1, 3.9 (PnP ID).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader, Writer
from adapters.ble.formats.uuids import assigned

UUID = assigned(0x2A50)


class Numbered(IntEnum):
    """Who gave the number of the vendor."""

    BLUETOOTH_SIG = 1
    USB_FORUM = 2


@dataclass(frozen=True, slots=True)
class PnpId:
    """Vendor, product and version.

    Attributes:
        by: whose list the vendor stands in.
        vendor: its number there.
        product: the vendor's own number of the model.
        version: the vendor's own; by custom 0xJJMN for version JJ.M.N.
    """

    by: Numbered
    vendor: int
    product: int
    version: int

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if there are not exactly seven bytes, or the list is reserved."""
        fields = Reader(data)
        by, vendor, product, version = (
            fields.uint8(),
            fields.uint16(),
            fields.uint16(),
            fields.uint16(),
        )
        fields.end()
        try:
            return cls(Numbered(by), vendor, product, version)
        except ValueError:
            raise fields.wrong("the list of vendors is a reserved number") from None

    def __bytes__(self) -> bytes:
        made = Writer().uint8(self.by)
        return bytes(made.uint16(self.vendor).uint16(self.product).uint16(self.version))


CHARACTERISTIC = Characteristic(
    uuid=UUID,
    name="PnP ID",
    service="Device Information",
    value=PnpId,
    fields={
        name: because("numbers of the make, which its texts say in words")
        for name in ("by", "vendor", "product", "version")
    },
    source="Device Information Service 1.1, 3.9",
)
