"""A simulated sensor's attribute table and advertisement, as Bumble serves them."""

from __future__ import annotations

from collections.abc import Mapping

from bumble import data_types, hci
from bumble.core import UUID, AdvertisingData
from bumble.device import Device, DeviceConfiguration
from bumble.gatt import GATT_CLIENT_CHARACTERISTIC_CONFIGURATION_DESCRIPTOR as SUBSCRIPTION
from bumble.gatt import Characteristic, Descriptor, Service
from bumble.pairing import PairingConfig

from adapters.simulator import hot
from adapters.simulator.controller import RadioController
from adapters.simulator.sensor import Identity, Offered, Services

_ADVERTISING_INTERVAL_MS = 100
_BASE_UUID_END = "-0000-1000-8000-00805f9b34fb"

_Property = Characteristic.Properties
_May = Characteristic.Permissions

Table = Mapping[str, Characteristic[bytes]]
"""The characteristics of a device, by UUID."""


def host(chip: RadioController, identity: Identity, service: str, irk: bytes) -> Device:
    """A host stack for this chip that knows its name and address, with no service yet."""
    device = hot.device(
        DeviceConfiguration(
            name=identity.name,
            address=hci.Address(identity.address),
            irk=irk,
            # Nothing here changes its address, so nothing need be looked for under another.
            address_resolution_offload=True,
            advertising_interval_min=_ADVERTISING_INTERVAL_MS,
            advertising_interval_max=_ADVERTISING_INTERVAL_MS,
        ),
        chip,
        chip,
    )
    device.pairing_config_factory = just_works
    flags = data_types.Flags(
        AdvertisingData.Flags.LE_GENERAL_DISCOVERABLE_MODE
        | AdvertisingData.Flags.BR_EDR_NOT_SUPPORTED
    )
    name = data_types.CompleteLocalName(identity.name)
    device.advertising_data = bytes(AdvertisingData([flags, _advertised(service)]))
    device.scan_response_data = bytes(AdvertisingData([name]))
    return device


def serve(device: Device, services: Services, *, protected: bool) -> Table:
    """Add services; a protected device tells nothing before it is paired with."""
    table: dict[str, Characteristic[bytes]] = {}
    for uuid, offered in services.items():
        own = {one.uuid: _characteristic(device, one, protected) for one in offered}
        device.add_service(Service(UUID(uuid), list(own.values())))
        table.update(own)
    return table


def just_works(_connection: object) -> PairingConfig:
    """Pairing of a device without display and buttons: encrypted, not authenticated."""
    return PairingConfig(sc=True, mitm=False, bonding=True)


def _characteristic(device: Device, offered: Offered, protected: bool) -> Characteristic[bytes]:
    properties, permissions = _Property(0), _May(0)
    if offered.value is not None:
        properties |= _Property.READ
        permissions |= _May.READABLE
        if protected:
            permissions |= _May.READ_REQUIRES_ENCRYPTION
    if offered.sends:
        properties |= _Property.NOTIFY if offered.sends == "notify" else _Property.INDICATE
    made = Characteristic(UUID(offered.uuid), properties, permissions, offered.value or b"")
    if offered.sends and protected:
        made.descriptors = [
            Descriptor(
                SUBSCRIPTION,
                _May.READABLE | _May.WRITEABLE | _May.WRITE_REQUIRES_ENCRYPTION,
                device.gatt_server.make_descriptor_value(made),
            )
        ]
    return made


def _advertised(service: str) -> data_types.ListOfServiceUUIDs:
    if service.startswith("0000") and service.endswith(_BASE_UUID_END):
        return data_types.CompleteListOf16BitServiceUUIDs([UUID(service[4:8])])
    return data_types.CompleteListOf128BitServiceUUIDs([UUID(service)])
