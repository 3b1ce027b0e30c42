"""Every characteristic as the tests go over all of them: one file an area, found by being there."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

from hypothesis import strategies as st

from adapters.ble.characteristic import TwoWay


@dataclass(frozen=True)
class Vector:
    """A packet and what it must decode to, from somewhere else than our own encoder.

    `source` names it so that a stranger finds it: repository, file, test; a document's section; an
    issue with the real frame of a device.
    """

    hex: str
    means: Any
    source: str
    canonical: bool = True
    """Whether encoding `means` gives the very bytes (not so where reserved bits were set)."""


@dataclass(frozen=True)
class Case:
    """One characteristic.

    Attributes:
        name: its test id.
        value: the two-way class.
        made: every object of it that can be sent.
        vectors: at least one from elsewhere.
        shorter: lengths at which a packet cut short is a whole packet again (a list that is one
            entry shorter, a text); none for most.
        longer: a byte more is no error (a text, a list of bytes).
        told: the decoder to readings, called with a packet's bytes; None where there is none.
    """

    name: str
    value: type[TwoWay]
    made: st.SearchStrategy[Any]
    vectors: tuple[Vector, ...]
    shorter: Callable[[bytes], set[int]] = field(default=lambda data: set())
    longer: bool = False
    told: Callable[[bytes], Iterator[Any]] | None = None


@cache
def every() -> tuple[Case, ...]:
    """The `CASES` of all modules here."""
    found: list[Case] = []
    for module in pkgutil.iter_modules(__path__):
        there: Any = import_module(f"{__name__}.{module.name}")
        found.extend(there.CASES)
    return tuple(found)
