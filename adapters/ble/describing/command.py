"""Something that is written to a device of a protocol of its own, so that it begins to talk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo

from adapters.reading import Instant


@dataclass(frozen=True, slots=True)
class Command:
    """What is written to one characteristic.

    Attributes:
        uuid: which.
        data: the bytes, given the time now (ms UTC) and the zone of the house.
    """

    uuid: str
    data: Callable[[Instant, tzinfo], bytes]
