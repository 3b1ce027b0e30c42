"""What each device is called in this house: the name that its owner gave it, which stays here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from adapters.reading import DeviceKey, Instant
from gateway.store.devices import Device, Devices
from gateway.store.driver import Database, transaction

GIVEN: Final = "given_name"
"""The sort of name in ``local.db``; see `adapters.local_events.LocalName`."""

Exactly = Literal["", "day", "minute", "second"]
_LENGTHS: Final[Mapping[Exactly, int]] = {"day": 86_400_000, "minute": 60_000, "second": 1}


@dataclass(frozen=True, slots=True)
class Called:
    """What a person reads of a device.

    Attributes:
        name: as its owner called it; else what it is, which others may be too.
        added: when it was added.
        exactly: how exactly that must be said to tell it from the others of its name; empty where
            no other has it.
        given: whether its owner called it so.
    """

    name: str
    added: Instant
    exactly: Exactly = ""
    given: bool = False


class DeviceNames:
    """The names of this home's devices.

    Args:
        devices: all there are.
        local: the database of ``local.db``; None where it is not open, and no given name is known.
    """

    def __init__(self, devices: Devices, local: Database | None) -> None:
        self._devices = devices
        self._local = local

    def all(self) -> dict[DeviceKey, Called]:
        """What each device is called, forgotten ones too."""
        given = self._given()
        alike: defaultdict[str, list[Device]] = defaultdict(list)
        for one in self._devices.list(forgotten=True):
            alike[given.get(one.key, one.called)].append(one)
        return {
            one.key: Called(name, one.added_at, _exactly(one, those), one.key in given)
            for name, those in alike.items()
            for one in those
        }

    def in_use(self) -> dict[DeviceKey, Called]:
        """What the devices are called that are not forgotten."""
        names = self.all()
        return {one.key: names[one.key] for one in self._devices.list()}

    def give(self, device: DeviceKey, name: str, at: Instant) -> None:
        """Call a device by a name from now on, and by no earlier one; by none where it is empty."""
        assert self._local is not None  # noqa: S101  # whoever gives names has opened it
        with transaction(self._local):
            self._local.conn.execute(
                "DELETE FROM local_name WHERE (owner, what) = (?, ?)", (device, GIVEN)
            )
            if name:
                self._local.conn.execute(
                    "INSERT INTO local_name VALUES (?, ?, ?, ?)", (device, GIVEN, name, at)
                )

    def _given(self) -> dict[DeviceKey, str]:
        if self._local is None:
            return {}
        rows = self._local.conn.execute(
            "SELECT owner, name FROM local_name WHERE what = ? ORDER BY at", (GIVEN,)
        )
        return {DeviceKey(owner): str(name) for owner, name in rows}


def _exactly(one: Device, alike: list[Device]) -> Exactly:
    """How exactly the time it was added tells it from the others.

    Nobody added what came with an import: many of a make come at one time.
    """
    others = [
        abs(other.added_at - one.added_at)
        for other in alike
        if other.key != one.key and one.adapter == other.adapter == "ble"
    ]
    if not others:
        return ""
    return next((word for word, length in _LENGTHS.items() if min(others) >= length), "second")
