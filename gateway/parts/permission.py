"""What the radio may do at this moment, asked of the ledger once a second."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from adapters.ble.catalog import Catalog
from adapters.ble.paired import Paired
from adapters.reading import DeviceKey, Instant, PersonKey
from gateway.app import House
from gateway.store.consent_codes import codes_of

_NUMBERS: Final = range(0x100)
"""What a device can call a user, or anybody whom it does not know."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Devices of this house by address, and whose person allows the radio now."""

    paired: Mapping[str, Paired] = field(default_factory=dict)
    allowed: frozenset[DeviceKey] = frozenset()


def look(house: House, catalog: Catalog, now: Instant) -> Snapshot:
    """Ask the store and the ledger; in the store's thread."""
    devices = {one.key: one for one in house.devices.list() if one.adapter == "ble"}
    persons = {one.key for one in house.people.list()}
    willing = {person for person in persons if house.may_collect(person, "ble", now)}
    paired = {
        address: Paired(
            key,
            devices[key].facts.person,
            catalog[devices[key].profile],
            *_users(house, key, willing),
            devices[key].several,
        )
        for address, key in house.local.known_addresses().items()
        if key in devices and devices[key].profile in catalog.profiles
    }
    return Snapshot(
        paired, frozenset(key for key, one in devices.items() if one.facts.person in willing)
    )


def _users(
    house: House, device: DeviceKey, willing: Collection[PersonKey]
) -> tuple[Mapping[int, PersonKey], Mapping[int, int]]:
    """Whose each user number of a device is, of those who allow it, and the codes of these."""
    said = {one.user: one.person for one in house.slots.list(device)}
    others = house.slots.all_others().get(device)
    slots = {
        user: person
        for user in _NUMBERS
        if (person := said.get(user, others)) is not None and person in willing
    }
    codes = codes_of(house.local.db, device) if slots else {}
    return slots, {user: code for user, code in codes.items() if user in slots}


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
