"""A person gives a device a name of their own. It stays here."""

from __future__ import annotations

from typing import Final

from adapters.reading import DeviceKey
from gateway.errors import WrongUse
from gateway.store.device_names import DeviceNames

LONGEST: Final = 60


def checked_name(told: str, device: DeviceKey | None, names: DeviceNames) -> str:
    """The name as it is kept.

    Args:
        told: what a person typed.
        device: which device is to bear it; None for one that is not known yet.
        names: what the devices are called.

    Raises:
        WrongUse: it cannot be shown, or another device has it.
    """
    name = " ".join(told.split())
    if not name or len(name) > LONGEST or not name.isprintable():
        raise WrongUse(
            f"A name has 1 to {LONGEST} letters.", "Choose a short one, such as: Ada's cuff"
        )
    others = (one.name for key, one in names.in_use().items() if key != device)
    if name.casefold() in map(str.casefold, others):
        raise WrongUse(f"Another device is called {name}.", "Choose another name.")
    return name
