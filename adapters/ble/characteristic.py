"""What a module of `characteristics/` says of itself; `docs/bluetooth.md` is made from it."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Protocol, Self

from adapters.ble import characteristics
from adapters.kinds import Kind


class TwoWay(Protocol):
    """A frozen dataclass that reads and writes one value of a characteristic."""

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises DecodeError, and nothing else, if the bytes are not such a value."""
        ...

    def __bytes__(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Becomes:
    """What becomes of a field: readings of these kinds, or the reason why there are none."""

    kinds: tuple[Kind, ...] = ()
    why: str = ""


def becomes(*kinds: Kind) -> Becomes:
    """It is in readings of these kinds."""
    return Becomes(kinds)


def because(why: str) -> Becomes:
    """It makes no reading of its own, for this reason: a short clause, for a page."""
    return Becomes(why=why)


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One characteristic of a standard service.

    Attributes:
        uuid: 128 bit, lower case.
        name: as the Bluetooth SIG names it.
        service: the SIG's name of the service that it stands in; of the first, where several.
        value: the class that reads and writes it.
        fields: what becomes of every field of that class, by the name of its attribute.
        source: document, version, section.
    """

    uuid: str
    name: str
    service: str
    value: type[TwoWay]
    fields: Mapping[str, Becomes]
    source: str


@cache
def every() -> tuple[Characteristic, ...]:
    """Those of all modules: each has one `CHARACTERISTIC`, or several `CHARACTERISTICS`."""
    found: list[Characteristic] = []
    for module in pkgutil.iter_modules(characteristics.__path__):
        there: Any = import_module(f"{characteristics.__name__}.{module.name}")
        if hasattr(there, "CHARACTERISTIC"):
            found.append(there.CHARACTERISTIC)
        found.extend(getattr(there, "CHARACTERISTICS", ()))
    return tuple(sorted(found, key=lambda one: (one.service, one.uuid)))
