"""Device Information, 0x180A: what a device says of its make, as text.

Five of the texts name a make and may be shared. The serial number names one single device, so it
stays here.

Source: Bluetooth SIG, Device Information Service 1.1, 3 (all are utf8s).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

from adapters.ble.characteristic import Characteristic, because
from adapters.ble.formats.fields import Reader
from adapters.ble.formats.uuids import assigned

SERVICE = assigned(0x180A)
MODEL_NUMBER = assigned(0x2A24)
SERIAL_NUMBER = assigned(0x2A25)
FIRMWARE_REVISION = assigned(0x2A26)
HARDWARE_REVISION = assigned(0x2A27)
SOFTWARE_REVISION = assigned(0x2A28)
MANUFACTURER_NAME = assigned(0x2A29)

FACTS = MappingProxyType(
    {
        MANUFACTURER_NAME: "manufacturer",
        MODEL_NUMBER: "model",
        HARDWARE_REVISION: "hardware",
        FIRMWARE_REVISION: "firmware",
        SOFTWARE_REVISION: "software",
    }
)
"""Which field of `adapters.reading.DeviceFacts` each text fills."""

_LONGEST_VALUE = 512


@dataclass(frozen=True, slots=True)
class InformationText:
    """One of the texts. Bytes of zero at its end are filling, which many devices send."""

    text: str

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError if it is not UTF-8, or has signs that cannot be printed."""
        fields = Reader(data)
        if fields.left > _LONGEST_VALUE:
            raise fields.wrong("the text is longer than a characteristic can be")
        try:
            text = fields.data.decode("utf-8").rstrip("\0")
        except UnicodeDecodeError as error:
            fields.skip(error.start)
            raise fields.wrong("the text is not UTF-8") from None
        if not text.isprintable():
            raise fields.wrong("the text has signs that cannot be printed")
        return cls(text)

    def __bytes__(self) -> bytes:
        return self.text.encode("utf-8")


_NAMES = {
    MANUFACTURER_NAME: "Manufacturer Name String",
    MODEL_NUMBER: "Model Number String",
    SERIAL_NUMBER: "Serial Number String",
    HARDWARE_REVISION: "Hardware Revision String",
    FIRMWARE_REVISION: "Firmware Revision String",
    SOFTWARE_REVISION: "Software Revision String",
}

CHARACTERISTICS = tuple(
    Characteristic(
        uuid=uuid,
        name=name,
        service="Device Information",
        value=InformationText,
        fields={
            "text": because(
                "a fact of the device's make, kept with the device"
                if uuid in FACTS
                else "names this single device, so it stays here"
            )
        },
        source=f"Device Information Service 1.1, 3, {name}",
    )
    for uuid, name in _NAMES.items()
)
