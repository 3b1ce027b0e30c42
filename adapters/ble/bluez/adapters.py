"""Which of several adapters is listened through: the chosen one, else the first switched on.

One is listened through at a time: a bond belongs to the adapter with which it was made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from adapters.ble.bluez.bus import ADAPTER, Objects
from adapters.errors import AdapterError

GOES_ON: Final = "This program goes on by itself then."


@dataclass(frozen=True, slots=True)
class AdapterSeen:
    """One adapter. ``able``: it can connect to sensors (Bluetooth Low Energy)."""

    address: str
    powered: bool
    able: bool


def adapters_of(objects: Objects) -> dict[str, AdapterSeen]:
    """Every adapter by its path."""
    found = {}
    for path, interfaces in objects.items():
        if (said := interfaces.get(ADAPTER)) is not None:
            roles = said["Roles"].value if "Roles" in said else ["central"]
            powered = bool(said["Powered"].value) if "Powered" in said else False
            found[path] = AdapterSeen(str(said["Address"].value), powered, "central" in roles)
    return found


def path_of(adapters: Mapping[str, AdapterSeen], wanted: str) -> str | None:
    """The path of the adapter with this address or name, or None."""
    for path, one in adapters.items():
        if wanted.upper() == one.address.upper() or wanted == path.rpartition("/")[2]:
            return path
    return None


def choose(adapters: Mapping[str, AdapterSeen], wanted: str | None, last: str | None) -> str:
    """The path of the adapter to listen through.

    Args:
        adapters: all that there are.
        wanted: the address or the name that the person wrote down; None if nothing.
        last: the one listened through so far; kept where none is wanted and it still works.

    Raises:
        AdapterError: there is none, with what to do.
    """
    if wanted:
        found = path_of(adapters, wanted)
        if found is None:
            raise AdapterError(
                "The Bluetooth adapter that config.toml names is not there.",
                f"Plug it in. {GOES_ON} If you use another adapter now, change [bluetooth] "
                "adapter in config.toml.",
            )
        usable = [found]
    else:
        usable = sorted(adapters, key=_number)
    if not usable:
        raise AdapterError(
            "There is no Bluetooth adapter.", f"Plug in a Bluetooth adapter. {GOES_ON}"
        )
    usable = [path for path in usable if adapters[path].able]
    if not usable:
        raise AdapterError(
            "The Bluetooth adapter is too old for sensors.",
            f"Plug in an adapter for Bluetooth 4.0 or later. {GOES_ON}",
        )
    powered = [path for path in usable if adapters[path].powered]
    if not powered:
        raise AdapterError(
            "Bluetooth is switched off.",
            f"Switch Bluetooth on (bluetoothctl power on). {GOES_ON}",
        )
    return last if last in powered else powered[0]


def _number(path: str) -> tuple[int, str]:
    found = re.search(r"\d+$", path)
    return (int(found[0]) if found else 0, path)
