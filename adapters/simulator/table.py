"""A simulated sensor's attribute table and advertisement, as Bumble serves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from bumble import data_types, hci
from bumble.core import UUID, AdvertisingData
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.gatt import GATT_CLIENT_CHARACTERISTIC_CONFIGURATION_DESCRIPTOR as SUBSCRIPTION
from bumble.gatt import Characteristic, CharacteristicValue, Descriptor, Service
from bumble.pairing import PairingConfig

from adapters.simulator import hot
from adapters.simulator.controller import RadioController
from adapters.simulator.sensor import Identity, Offered, Pairing, Services

NOTIFY, INDICATE = 1, 2
"""The bits of a subscription. Bluetooth Core 6.0, Vol 3, Part G, 3.3.3.3."""

_ROOM, _HEADER = 31, 2
"""Bytes of an advertisement, and those that a field of it takes. Bluetooth Core 6.0, Vol 6, Part B,
2.3.1; Vol 3, Part C, 11."""

_BASE_UUID_END = "-0000-1000-8000-00805f9b34fb"

_Property = Characteristic.Properties
_May = Characteristic.Permissions

_READING = {
    "none": _May(0),
    "just-works": _May.READ_REQUIRES_ENCRYPTION,
    "passkey": _May.READ_REQUIRES_ENCRYPTION | _May.READ_REQUIRES_AUTHENTICATION,
}
_WRITING = {
    "none": _May(0),
    "just-works": _May.WRITE_REQUIRES_ENCRYPTION,
    "passkey": _May.WRITE_REQUIRES_ENCRYPTION | _May.WRITE_REQUIRES_AUTHENTICATION,
}

Table = Mapping[str, Characteristic[bytes]]
"""The characteristics of a device, by UUID."""


class Answers(Protocol):
    """Who answers what a peer reads and writes."""

    def read(self, uuid: str) -> bytes:
        """The value now; raises ATT_Error."""
        ...

    def write(self, peer: Connection, uuid: str, data: bytes) -> None:
        """A peer wrote; raises ATT_Error."""
        ...


def host(
    chip: RadioController,
    identity: Identity,
    service: str,
    irk: bytes,
    *,
    interval_ms: float,
    scan_response: bool,
) -> Device:
    """A host stack for this chip that knows its name and address, with no service yet.

    Args:
        chip: its radio.
        identity: its name and address.
        service: the service that it advertises.
        irk: its identity resolving key.
        interval_ms: between two advertisements.
        scan_response: whether its name is in the scan response, not in the advertisement.
    """
    device = hot.device(
        DeviceConfiguration(
            name=identity.name,
            address=hci.Address(identity.address),
            irk=irk,
            # Nothing here changes its address, so nothing need be looked for under another.
            address_resolution_offload=True,
            advertising_interval_min=interval_ms,
            advertising_interval_max=interval_ms,
        ),
        chip,
        chip,
    )
    device.pairing_config_factory = just_works
    flags = data_types.Flags(
        AdvertisingData.Flags.LE_GENERAL_DISCOVERABLE_MODE
        | AdvertisingData.Flags.BR_EDR_NOT_SUPPORTED
    )
    said = bytes(AdvertisingData([flags, _advertised(service)]))
    if scan_response:
        device.advertising_data, device.scan_response_data = said, _named(identity.name, _ROOM)
    else:
        device.advertising_data = said + _named(identity.name, _ROOM - len(said))
        device.scan_response_data = b""
    return device


def serve(device: Device, services: Services, pairing: Pairing, answers: Answers) -> Table:
    """Add services; a device that asks for pairing tells nothing before.

    Raises:
        ValueError: a characteristic stands in two services.
    """
    table: dict[str, Characteristic[bytes]] = {}
    for uuid, offered in services.items():
        own = {one.uuid: _characteristic(device, one, pairing, answers) for one in offered}
        if twice := own.keys() & table.keys():
            raise ValueError(f"{min(twice)} stands in two services")
        device.add_service(Service(UUID(uuid), list(own.values())))
        table.update(own)
    return table


def subscribed(
    device: Device, peers: Sequence[Connection], characteristic: Characteristic[bytes], way: int
) -> list[Connection]:
    """The peers that are subscribed to it, in this way or one of these ways."""
    subscriptions = device.gatt_server.subscribers
    bits = [(p, subscriptions.get(p, {}).get(characteristic.handle)) for p in peers]
    return [peer for peer, bit in bits if bit and bit[0] & way]


def just_works(_connection: object) -> PairingConfig:
    """Pairing of a device without display and buttons: encrypted, not authenticated."""
    return PairingConfig(sc=True, mitm=False, bonding=True)


def _characteristic(
    device: Device, offered: Offered, pairing: Pairing, answers: Answers
) -> Characteristic[bytes]:
    properties, permissions = _Property(0), _May(0)
    if offered.value is not None or offered.lively:
        properties |= _Property.READ
        permissions |= _May.READABLE | _READING[pairing]
    if offered.writes:
        properties |= _Property.WRITE
        permissions |= _May.WRITEABLE | _WRITING[pairing]
    if offered.sends:
        properties |= _Property.NOTIFY if offered.sends == "notify" else _Property.INDICATE
    value = offered.value or b""
    made = Characteristic(UUID(offered.uuid), properties, permissions, value)
    if offered.writes or offered.lively:
        uuid = offered.uuid
        made.value = CharacteristicValue(
            read=lambda _peer: answers.read(uuid) if offered.lively else value,
            write=lambda peer, data: answers.write(peer, uuid, data),
        )
    made.descriptors = [
        Descriptor(UUID(uuid), _May.READABLE, said) for uuid, said in offered.described.items()
    ]
    if offered.sends and pairing != "none":
        made.descriptors.append(
            Descriptor(
                SUBSCRIPTION,
                _May.READABLE | _May.WRITEABLE | _WRITING[pairing],
                device.gatt_server.make_descriptor_value(made),
            )
        )
    return made


def _named(name: str, room: int) -> bytes:
    """A name, or as much of it as there is room for."""
    whole = bytes(AdvertisingData([data_types.CompleteLocalName(name)]))
    if len(whole) <= room:
        return whole
    short = name.encode()[: room - _HEADER].decode(errors="ignore")
    return bytes(AdvertisingData([data_types.ShortenedLocalName(short)]))


def _advertised(service: str) -> data_types.ListOfServiceUUIDs:
    if service.startswith("0000") and service.endswith(_BASE_UUID_END):
        return data_types.CompleteListOf16BitServiceUUIDs([UUID(service[4:8])])
    return data_types.CompleteListOf128BitServiceUUIDs([UUID(service)])
