"""Looking around for devices, when a person asks to add one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from adapters.ble.catalog import Catalog
from adapters.ble.ear import Ear
from adapters.ble.paired import RadioSettings
from adapters.ble.profile import DeviceProfile
from adapters.ble.radio import Radio
from adapters.errors import AdapterError
from adapters.reading import DeviceKey, Instant

_NEAR_DBM = -70
"""Within about two metres for most sensors; the body and the room make it vague."""

_ASK_EVERY = 0.5


@dataclass(frozen=True, slots=True)
class Found:
    """A device that was heard. All of it stays in this house.

    Attributes:
        address: as the system gives it.
        name: as it advertises itself; may be empty.
        profile: what it is, as far as its advertisement tells; None if that is not known.
        distance: a word for how strongly it was heard.
        seen: when it was last heard.
    """

    address: str
    name: str
    profile: DeviceProfile | None
    distance: Literal["near", "far"]
    seen: Instant


async def scan(
    radio: Radio,
    seconds: float,
    catalog: Catalog,
    *,
    now: Callable[[], Instant],
    allowed: Callable[[DeviceKey | None], bool],
    settings: RadioSettings | None = None,
) -> list[Found]:
    """Listen for a while, connect to nothing, and say who was heard: known kinds first, near first.

    Raises:
        AdapterError: it is not allowed, no longer allowed, or there is no radio that answers.
    """
    around = Around(catalog, now)
    ear = Ear(radio, settings or RadioSettings(), around.hear)
    _ask(allowed)
    await ear.open()
    try:
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while (left := end - loop.time()) > 0:
            await asyncio.sleep(min(left, _ASK_EVERY))
            _ask(allowed)
    finally:
        await ear.close()
    return around.found()


class Around:
    """Who was heard so far."""

    def __init__(self, catalog: Catalog, now: Callable[[], Instant]) -> None:
        self._catalog = catalog
        self._now = now
        self._found: dict[str, tuple[int, Found]] = {}

    def hear(self, device: BLEDevice, said: AdvertisementData) -> None:
        """One advertisement."""
        before = self._found.get(device.address)
        name = said.local_name or (before[1].name if before else "")
        profile = self._catalog.match(said) or (before[1].profile if before else None)
        distance: Literal["near", "far"] = "near" if said.rssi >= _NEAR_DBM else "far"
        found = Found(device.address, name, profile, distance, self._now())
        self._found[device.address] = said.rssi, found

    def found(self) -> list[Found]:
        """All of them: known kinds first, near first."""
        order = sorted(self._found.values(), key=lambda one: (one[1].profile is None, -one[0]))
        return [one for _, one in order]


def _ask(allowed: Callable[[DeviceKey | None], bool]) -> None:
    if not allowed(None):
        raise AdapterError(
            "Bluetooth is not allowed here.", "Allow the use of Bluetooth first, then scan again."
        )
