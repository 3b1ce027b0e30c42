"""How a model of device is known by its advertisement, and what is read from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bleak.backends.scanner import AdvertisementData

from adapters.ble.characteristics import battery_level
from adapters.errors import DecodeError
from adapters.local_events import Packet
from adapters.reading import Reading

Decoder = Callable[[Packet], Iterator[Reading]]
"""Turns one packet into readings; raises DecodeError where it is not well formed."""


@dataclass(frozen=True, slots=True)
class Advertised:
    """What must be in an advertisement; every part that is given must be there.

    Attributes:
        services: UUIDs of services, 128 bit, lower case.
        name_prefix: how the advertised name begins.
        manufacturer: the company identifier of the manufacturer data.
        service_data: the UUID of a service that has data in the advertisement.
    """

    services: frozenset[str] = frozenset()
    name_prefix: str = ""
    manufacturer: int | None = None
    service_data: str = ""

    def fits(self, heard: AdvertisementData) -> bool:
        """Whether all of it is in what was heard."""
        return (
            self.services <= set(heard.service_uuids)
            and (heard.local_name or "").startswith(self.name_prefix)
            and (self.manufacturer is None or self.manufacturer in heard.manufacturer_data)
            and (not self.service_data or self.service_data in heard.service_data)
        )

    @property
    def closeness(self) -> tuple[int, int, int, int]:
        """How closely it describes one model; of several that fit, the closest wins.

        A longer beginning of the name comes first, for it names a model; then the maker, data of
        a service, and the number of services.
        """
        return (
            len(self.name_prefix),
            int(self.manufacturer is not None),
            int(bool(self.service_data)),
            len(self.services),
        )


@dataclass(frozen=True, slots=True)
class DeviceProfile:
    """A model of device, or a whole sort of devices that speak alike.

    Attributes:
        key: its name in files and on the command line.
        title: what a person reads. It may be shared, so it names a model or a sort of device.
        matches: how it is known.
        reads: the decoder of each characteristic that is subscribed to, by UUID.
        stored: characteristics whose packets the device considers delivered once they are sent.
            One that can only be indicated is taken as such without being named here.
        numbered: characteristics whose packets bear a number of their own, so that equal bytes
            are the same record sent again.
        generic: the title names a sort of device, not a model.
        source: the document that says how it speaks.
    """

    key: str
    title: str
    matches: Advertised
    reads: Mapping[str, Decoder]
    stored: frozenset[str] = frozenset()
    numbered: frozenset[str] = frozenset()
    generic: bool = False
    source: str = ""


_EVERY_DEVICE: Mapping[str, Decoder] = {battery_level.UUID: battery_level.readings}


def readings_of(profile: DeviceProfile, packet: Packet) -> list[Reading]:
    """The readings of one packet of such a device.

    Raises:
        DecodeError: it is not well formed, or nothing that the profile reads.
    """
    decode = profile.reads.get(packet.characteristic) or _EVERY_DEVICE.get(packet.characteristic)
    if decode is None:
        raise DecodeError("the profile does not read this characteristic", packet.data)
    return list(decode(packet))
