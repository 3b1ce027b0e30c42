"""What is to be expected of the devices that a person uses. Runs in the store's thread."""

from __future__ import annotations

from collections.abc import Callable, Collection

from adapters.kinds import Kind
from adapters.reading import PersonKey
from gateway.store.devices import Devices
from gateway.store.slots import Slots

CanMeasure = Callable[[str], Collection[Kind]]
"""The kinds that a device of a profile may tell, by the profile's key."""


class Expected:
    """The kinds that a person's devices may measure, before they measured anything."""

    def __init__(self, devices: Devices, slots: Slots, can_measure: CanMeasure) -> None:
        self._devices = devices
        self._slots = slots
        self._can_measure = can_measure

    def kinds(self, person: PersonKey) -> frozenset[Kind]:
        """Of this person's devices, of those that several use, and of those that know them."""
        knows = {one.device for one in self._slots.list() if one.person == person}
        return frozenset(
            kind
            for one in self._devices.list()
            if one.several or one.facts.person == person or one.key in knows
            for kind in self._can_measure(one.profile)
        )
