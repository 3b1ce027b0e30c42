"""What the radio may do at this moment, asked of the ledger once a second."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.ble.catalog import Catalog
from adapters.ble.paired import Paired
from adapters.reading import DeviceKey, Instant
from gateway.app import House


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Devices of this house by address, and whose person allows the radio now."""

    paired: Mapping[str, Paired] = field(default_factory=dict)
    allowed: frozenset[DeviceKey] = frozenset()


def look(house: House, catalog: Catalog, now: Instant) -> Snapshot:
    """Ask the store and the ledger; in the store's thread."""
    devices = {one.key: one for one in house.devices.list() if one.adapter == "ble"}
    paired = {
        address: Paired(key, devices[key].facts.person, catalog[devices[key].profile])
        for address, key in house.local.known_addresses().items()
        if key in devices and devices[key].profile in catalog.profiles
    }
    persons = {one.facts.person for one in devices.values()}
    willing = {person for person in persons if house.may_collect(person, "ble", now)}
    return Snapshot(
        paired, frozenset(key for key, one in devices.items() if one.facts.person in willing)
    )


class Permission:
    """The newest snapshot, for callers that cannot wait. Before the first, nothing is allowed."""

    def __init__(self) -> None:
        self.paired: dict[str, Paired] = {}
        self._allowed: frozenset[DeviceKey] = frozenset()

    def update(self, snapshot: Snapshot) -> None:
        """Take a newer snapshot; the mapping of devices stays the same object."""
        self._allowed = snapshot.allowed
        for address in self.paired.keys() - snapshot.paired.keys():
            del self.paired[address]
        self.paired.update(snapshot.paired)

    def allows(self, device: DeviceKey | None) -> bool:
        """Whether this device may be read; for None, whether the radio may be used at all."""
        return bool(self._allowed) if device is None else device in self._allowed
