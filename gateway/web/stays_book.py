"""What stays in this house: counts, and a look at it on request. Runs in the store's thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from adapters.local_events import LinkEvent
from adapters.reading import Instant, PersonKey, SourceKey
from gateway.store.device_names import Called, DeviceNames
from gateway.store.devices import Devices
from gateway.store.local import LocalStore

_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Named:
    """What is known of one device, and stays here."""

    called: Called | None
    names: dict[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """A route: how many positions it has, and from when to when. Coordinates are not shown."""

    positions: int
    since: Instant
    until: Instant


class StaysBook:
    """A look at `local.db`, for its owner."""

    def __init__(self, local: LocalStore, devices: Devices, names: DeviceNames) -> None:
        self._local = local
        self._devices = devices
        self._names = names

    def counts(self) -> dict[str, int]:
        """How much of each sort stays here."""
        return self._local.counts()

    def names(self, person: PersonKey) -> list[Named]:
        """Addresses, serial numbers and names of this person's devices, and what imports told."""
        found, called = [], self._names.all()
        for device in self._devices.list(person, forgotten=True):
            names = self._local.names(device.key)
            if names:
                found.append(Named(called[device.key], names))
        for (owner,) in self._local.db.conn.execute(
            "SELECT DISTINCT owner FROM local_name"
            " WHERE what IN ('source_name', 'file_name') LIMIT ?",
            (_MOST,),
        ):
            names = self._local.names(SourceKey(owner))
            found.append(Named(None, names))
        return found

    def connections(self, person: PersonKey) -> list[tuple[Called, LinkEvent]]:
        """The newest connections and failures of this person's devices, newest first."""
        called = self._names.all()
        found = [
            (called[device.key], event)
            for device in self._devices.list(person, forgotten=True)
            for event in self._local.link_events(device.key, _MOST)
        ]
        return sorted(found, key=lambda pair: -pair[1].at)[:_MOST]

    def routes(self) -> Sequence[Place]:
        """The newest routes."""
        rows = self._local.db.conn.execute(
            "SELECT COUNT(*), MIN(at), MAX(at) FROM position GROUP BY route"
            " ORDER BY MAX(at) DESC LIMIT ?",
            (_MOST,),
        )
        return [Place(*row) for row in rows]
