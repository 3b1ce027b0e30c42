"""A person gives a device a name of their own. It stays here."""

from __future__ import annotations

from typing import Final

from adapters.reading import DeviceKey
from gateway.errors import WrongUse
from gateway.store.device_names import DeviceNames

LONGEST: Final = 60

JOINERS: Final = "\u200d\u200c"
"""Join or part the letters beside them, as in a family of emoji, or in Persian; unseen alone."""


def checked_name(told: str, device: DeviceKey | None, names: DeviceNames) -> str:
    """The name as it is kept.

    Args:
        told: what a person typed.
        device: which device is to bear it; None for one that is not known yet.
        names: what the devices are called.

    Raises:
        WrongUse: it cannot be shown, or another device has it.
    """
    name = " ".join(told.split()).strip(JOINERS)
    seen = _as_seen(name)
    if not seen.strip() or len(name) > LONGEST:
        raise WrongUse(
            f"A name has 1 to {LONGEST} letters.", "Choose a short one, such as: Ada's cuff"
        )
    if not seen.isprintable():
        raise WrongUse(
            "A name has only letters and signs that can be seen.", "Type it anew, without copying."
        )
    others = (one.name for key, one in names.in_use().items() if key != device)
    if seen.casefold() in (_as_seen(other).casefold() for other in others):
        raise WrongUse(f"Another device is called {name}.", "Choose another name.")
    return name


def _as_seen(name: str) -> str:
    """A name without what only joins its letters."""
    return name.translate(dict.fromkeys(map(ord, JOINERS)))
