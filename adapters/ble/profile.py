"""How a model of device is known by its advertisement, and what is read from it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bleak.backends.scanner import AdvertisementData

from adapters.ble.characteristics import battery_level
from adapters.ble.describing.command import Command
from adapters.ble.hearing import Hearing
from adapters.ble.record import Record
from adapters.ble.record_access import RecordAccess
from adapters.errors import DecodeError
from adapters.local_events import Packet, Position
from adapters.reading import Reading

if TYPE_CHECKING:
    from adapters.ble.talk import Talk

Told = Reading | Record
"""What a decoder yields: a reading of the moment in which the packet came, or a record that bears
the device's own time or user."""

Decoder = Callable[[Packet], Iterator[Told]]
"""Turns one packet into readings; raises DecodeError where it is not well formed."""

FollowingDecoder = Callable[[Packet, Hearing], Iterator[Told]]
"""The same for a packet that is understood by what the device said before on this link."""

Locator = Callable[[Packet], Iterator[Position]]
"""Turns one packet into places, which stay here; raises DecodeError."""


MANUFACTURER_DATA = "manufacturer data"
"""In the place of a characteristic: what an advertisement says under its maker's number."""


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
        follows: decoders of further characteristics that are subscribed to, which need what was
            said before on this link.
        locates: characteristics that are subscribed to and say where somebody is.
        hears: decoders of what it says in its advertisements, by the UUID of the service whose
            data it is, or `MANUFACTURER_DATA`. A device with such is never connected to.
        commands: what is written to it, in this order, once everything is listened to.
        asks: characteristics that are read once at the start of each link and kept in
            `Hearing.said`, where the device has them: features, types, the start of a session.
        records: how its stored records are fetched; empty where it sends them by itself.
        starts: what is written to control points once all is subscribed to, before it measures
            anything: a request, and the answer that says it did so.
        consents: it tells its users apart and wants the consent code of a slot before it tells
            anything of that slot (User Data Service).
        extras: characteristics that are subscribed to if the device lets us; nothing else fails
            for want of them.
        opens: called with the link once all is listened to, for what has to be negotiated; what
            goes wrong there costs nothing else.
        body_site: where such a device is always worn or held, where it does not say; a place.
        numbered: characteristics whose packets bear a number of their own, so that equal bytes
            are the same record sent again.
        sampled: characteristics that a sensor may have several of, told apart by how their values
            were sampled (Environmental Sensing Service).
        pairs: it is paired with when it is added, before anything else is asked of it: what it
            tells is protected, or it sends records only to those that it is paired with.
        generic: the title names a sort of device, not a model.
        source: the document that says how it speaks.
    """

    key: str
    title: str
    matches: Advertised
    reads: Mapping[str, Decoder]
    stored: frozenset[str] = frozenset()
    numbered: frozenset[str] = frozenset()
    follows: Mapping[str, FollowingDecoder] = field(default_factory=dict)
    locates: Mapping[str, Locator] = field(default_factory=dict)
    hears: Mapping[str, Decoder] = field(default_factory=dict)
    commands: tuple[Command, ...] = ()
    asks: tuple[str, ...] = ()
    records: tuple[RecordAccess, ...] = ()
    starts: Mapping[str, tuple[bytes, bytes]] = field(default_factory=dict)
    consents: bool = False
    extras: frozenset[str] = frozenset()
    sampled: frozenset[str] = frozenset()
    opens: Callable[[Talk], Awaitable[None]] | None = None
    body_site: str = ""
    pairs: bool = False
    generic: bool = False
    source: str = ""

    @property
    def subscribes(self) -> tuple[str, ...]:
        """Every characteristic that is subscribed to for what it measures."""
        return (*self.reads, *self.follows, *self.locates)

    def stores(self, uuid: str) -> bool:
        """Whether packets of this characteristic are records that the device believes delivered."""
        fetched = any(uuid in (one.measures, *one.until) for one in self.records)
        return fetched or uuid in self.stored

    def delivers(self, uuid: str, properties: Collection[str]) -> bool:
        """Whether what comes of a characteristic with these properties is such a record.

        What can only be indicated is: the device is told that it came.
        """
        if uuid not in self.subscribes or uuid in self.extras:
            return False
        return bool(
            ("notify" in properties and self.stores(uuid))
            or ("indicate" in properties and (self.stores(uuid) or "notify" not in properties))
        )

    def streams(self, uuid: str) -> bool:
        """Whether a silence of this characteristic is a gap in what is known of the person."""
        return (uuid in self.reads or uuid in self.follows) and not self.stores(uuid)


_EVERY_DEVICE: Mapping[str, Decoder] = {battery_level.UUID: battery_level.readings}


def told_by(profile: DeviceProfile, packet: Packet, hearing: Hearing) -> list[Told]:
    """What one packet of such a device tells; nothing where it says a place.

    Raises:
        DecodeError: it is not well formed, or nothing that the profile reads.
    """
    uuid = packet.characteristic
    if (follow := profile.follows.get(uuid)) is not None:
        return list(follow(packet, hearing))
    if uuid in profile.locates:
        return []
    decode = profile.reads.get(uuid) or profile.hears.get(uuid) or _EVERY_DEVICE.get(uuid)
    if decode is None:
        raise DecodeError("the profile does not read this characteristic", packet.data)
    return list(decode(packet))
