"""What `bluetooth_sig` must say of a packet, from what our own class reads in it.

It is a judge from elsewhere for everything that is made of integers: it was written by others, from
the same documents. Where it is wrong stands in `wrong`, with the bytes.
"""

from __future__ import annotations

import math
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib import import_module
from typing import Any

from bluetooth_sig.gatt import characteristics as theirs
from bluetooth_sig.gatt import descriptors
from bluetooth_sig.types.registry.descriptor_types import DescriptorData

Said = Mapping[str, Any] | int | str | datetime | None


def never(_ours: Any) -> str:
    return ""


def itself(ours: Any) -> Any:
    return ours


@dataclass(frozen=True)
class Judged:
    """One characteristic that both can read.

    Attributes:
        case: the name of ours in `tests.characteristics`.
        by: their class, without "Characteristic" or "Descriptor".
        says: what they must say, by the names of their fields; or one value alone.
        not_by: why they cannot judge this one, by the key of an entry of `wrong`; "" if they can.
        put: what is put to them instead: the same, with another number for each field that they
            read wrongly and would refuse the packet for.
        head: bytes that they expect in front, which ours does not hold.
        apart: fields of ours that are not compared, each with why: the key of an entry of
            `wrong`, of `unread`, or of what either sees differently.
    """

    case: str
    by: str
    says: Callable[[Any], Said]
    not_by: Callable[[Any], str] = never
    put: Callable[[Any], Any] = itself
    head: bytes = b""
    apart: Mapping[str, str] = field(default_factory=dict)

    def agrees(self, ours: Any) -> bool:
        """Whether they read in the packet what ours means by it."""
        asked = self.put(ours)
        return agrees(read(self.by, self.head + bytes(asked)), self.says(asked))


@cache
def judge(by: str) -> Any:
    """Their decoder."""
    there = getattr(theirs, f"{by}Characteristic", None)
    return getattr(descriptors, f"{by}Descriptor")() if there is None else there()


def read(by: str, data: bytes) -> Any:
    """What they read.

    Raises:
        ValueError: they refuse the value of a descriptor; for characteristics they have others.
    """
    said = judge(by).parse_value(bytearray(data))
    if isinstance(said, DescriptorData):
        if not said.parse_success:
            raise ValueError(said.error_message)
        return said.value
    return said


def part(said: Any, path: str) -> Any:
    """What they read in one field: ``at.unit``, ``records.0.size``; all of it for ""."""
    for name in path.split(".") if path else ():
        said = said[int(name)] if name.isdigit() else getattr(said, name)
    return said


def agrees(said: Any, expected: Said) -> bool:
    """Whether they said so, field by field."""
    if isinstance(expected, Mapping):
        return all(same(part(said, name), value) for name, value in expected.items())
    return same(said, expected)


def same(said: Any, expected: Any) -> bool:
    """Numbers are the same up to the digits of a float, lists entry by entry."""
    if expected is None or said is None:
        return said is None and expected is None
    if isinstance(expected, Mapping):
        return agrees(said, expected)
    if isinstance(expected, Sequence) and not isinstance(expected, str | bytes):
        return len(said) == len(expected) and all(map(same, said, expected))
    if isinstance(expected, Decimal | float):
        return math.isclose(said, expected, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(expected, int):
        return bool(int(said) == int(expected))
    return bool(said == expected)


def times(number: int | None, step: str) -> Decimal | None:
    """A number as it is sent, in its unit."""
    return None if number is None else number * Decimal(step)


@cache
def every() -> tuple[Judged, ...]:
    """The `JUDGED` of all modules here."""
    found: list[Judged] = []
    for module in pkgutil.iter_modules(__path__):
        there: Any = import_module(f"{__name__}.{module.name}")
        found.extend(getattr(there, "JUDGED", ()))
    return tuple(found)
