"""A bleak scanner on Bumble's host stack."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from bleak.backends.scanner import (
    AdvertisementData,
    AdvertisementDataCallback,
    BaseBleakScanner,
)
from bleak.uuids import normalize_uuid_str
from bumble.core import UUID
from bumble.core import AdvertisingData as Fields
from bumble.device import Advertisement

from adapters.simulator.central import Central

_SERVICES = (
    (Fields.Type.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS, 2),
    (Fields.Type.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS, 2),
    (Fields.Type.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, 16),
    (Fields.Type.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, 16),
)
_SERVICE_DATA = (
    (Fields.Type.SERVICE_DATA_16_BIT_UUID, 2),
    (Fields.Type.SERVICE_DATA_128_BIT_UUID, 16),
)


def text(uuid: UUID) -> str:
    """A Bumble UUID as bleak writes it: 128 bits, lower case."""
    return normalize_uuid_str(uuid.to_hex_str("-").lower())


def advertisement_data(heard: Advertisement) -> AdvertisementData:
    """What was heard, in bleak's words.

    Source: Bluetooth Core Specification Supplement, Part A, 1.1 to 1.5 and 1.11.
    """
    fields = heard.data
    name = fields.get(Fields.Type.COMPLETE_LOCAL_NAME) or fields.get(
        Fields.Type.SHORTENED_LOCAL_NAME
    )
    power = fields.get(Fields.Type.TX_POWER_LEVEL, raw=True)
    return AdvertisementData(
        local_name=name,
        manufacturer_data=dict(fields.get_all(Fields.Type.MANUFACTURER_SPECIFIC_DATA)),
        service_data={
            text(UUID.from_bytes(block[:size])): block[size:]
            for kind, size in _SERVICE_DATA
            for block in fields.get_all(kind, raw=True)
        },
        service_uuids=[
            text(UUID.from_bytes(block[at : at + size]))
            for kind, size in _SERVICES
            for block in fields.get_all(kind, raw=True)
            for at in range(0, len(block), size)
        ],
        tx_power=int.from_bytes(power, "little", signed=True) if power else None,
        rssi=heard.rssi,
        platform_data=(heard,),
    )


class SimulatedScanner(BaseBleakScanner):
    """Bound to a `Central` by `adapters.simulator.backend.backends`."""

    central: ClassVar[Central]

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None = None,
        service_uuids: list[str] | None = None,
        scanning_mode: Literal["active", "passive"] = "active",
        **_options: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)
        self._active = scanning_mode == "active"

    async def start(self) -> None:
        """Listen until `stop`."""
        self.seen_devices = {}
        await self.central.listen(self._on_heard, active=self._active)

    async def stop(self) -> None:
        """Stop listening; what was seen stays in `seen_devices`."""
        await self.central.dismiss(self._on_heard)

    def _on_heard(self, heard: Advertisement) -> None:
        data = advertisement_data(heard)
        if not self.is_allowed_uuid(data.service_uuids):
            return
        address = heard.address.to_string(False)
        device = self.create_or_update_device(
            address, address, data.local_name, heard.address, data
        )
        self.call_detection_callbacks(device, data)
