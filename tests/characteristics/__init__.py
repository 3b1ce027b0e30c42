"""Every characteristic as the tests go over all of them: one file an area, found by being there."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any, Final

from hypothesis import strategies as st

from adapters.ble.characteristic import TwoWay

BY_HAND: Final = "field by field: "

_BY_HAND = re.compile(
    re.escape(BY_HAND) + r"([A-Z][\w ]+ Service \d[\d.]*, \d|GATT Specification Supplement, [\w-])"
)
_PUBLISHED = re.compile(
    r"[\w.-]+/[\w.-]+( issue #\d|,| pull request \d)"
    r"|Stack Overflow|RideKit, |Texas Instruments |Philips' "
    r"|IEEE 11073-20601, Annex|Personal Health Devices Transcoding White Paper"
    r"|.* Service \d[\d.]*, \d[\d.]*: its own example"
)


@dataclass(frozen=True)
class Vector:
    """A packet and what it must decode to, from somewhere else than our own encoder.

    `source` names it so that a stranger finds it: repository, file, test; an issue with the real
    frame of a device. Where nobody published one, it was written by hand from the table of fields
    of a document, and the source begins with `BY_HAND` and names the section.
    """

    hex: str
    means: Any
    source: str
    canonical: bool = True
    """Whether encoding `means` gives the very bytes (not so where reserved bits were set)."""

    @property
    def is_published(self) -> bool:
        """Somebody else published these bytes; otherwise they were written by hand.

        Raises:
            ValueError: the source says neither.
        """
        if _BY_HAND.match(self.source):
            return False
        if _PUBLISHED.match(self.source):
            return True
        raise ValueError(f"{self.hex}: a place or a document's section is missing: {self.source}")


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
