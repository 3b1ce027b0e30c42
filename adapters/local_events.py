"""What stays in this house: events that only `local.db` and the pages of this machine ever see.

Nothing that sends can import this module (an import contract fails the build).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from adapters.reading import DeviceKey, Instant, Reading, SourceKey


@dataclass(frozen=True, slots=True)
class LinkEvent:
    """Something that happened on the way to a device: seen, connected, lost, failed."""

    device: DeviceKey
    at: Instant
    what: Literal["seen", "connected", "disconnected", "failed"]
    address: str = ""
    rssi: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LocalName:
    """A name or number that tells one device, app or person from all others.

    ``what`` is one of: ``advertised_name``, ``address``, ``serial_number``, ``system_id``,
    ``source_name``, ``device_name``, ``local_identifier``,
    ``given_name`` (by its owner), ``file_name`` (of an import).
    """

    owner: DeviceKey | SourceKey
    what: str
    name: str
    at: Instant


@dataclass(frozen=True, slots=True)
class Packet:
    """One value of one GATT characteristic, as it came.

    ``stored`` says that the device considers it delivered (an indicated or stored record), so it
    is journalled before it is decoded.
    """

    device: DeviceKey
    characteristic: str
    received: Instant
    data: bytes
    stored: bool = False


class Position(NamedTuple):
    """A place at a time; they come by the thousand.

    ``route`` names the file or workout that it came with.
    """

    at: Instant
    latitude: float
    longitude: float
    altitude: float | None
    route: str


@dataclass(frozen=True, slots=True)
class TimeOffset:
    """The offset in which a source printed its times: of the import, not of a reading."""

    source: str
    at: Instant
    minutes: int


@dataclass(frozen=True, slots=True)
class Synced:
    """All stored records of a device up to this number have come in before this event.

    ``session`` parts counts that began anew; "" where the device counts on for ever.
    """

    device: DeviceKey
    characteristic: str
    session: str
    number: int
    at: Instant


@dataclass(frozen=True, slots=True)
class ClockSeen:
    """A device's clock was read: how far it was ahead of ours, and whether we set it right."""

    device: DeviceKey
    at: Instant
    ahead_ms: int
    was_set: bool


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """A reading of which nobody knows whose it is; it waits here until somebody says.

    ``user`` is the number by which the device tells its users apart; ``record`` and ``live`` are
    those of `adapters.reading.ReadingBatch`.
    """

    device: DeviceKey
    user: int
    reading: Reading
    record: str
    at: Instant
    live: bool = False


LocalEvent = LinkEvent | LocalName | Packet | Position | TimeOffset | Synced | ClockSeen | Unclaimed


@dataclass(frozen=True, slots=True)
class LocalBatch:
    """Local events that belong together."""

    events: Sequence[LocalEvent]
