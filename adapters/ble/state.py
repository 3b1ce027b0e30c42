"""How a device is doing, in words for a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from adapters.reading import DeviceKey, Instant

Word = Literal[
    "starting", "listening", "connected", "waiting for the device", "trouble", "not allowed"
]


@dataclass(frozen=True, slots=True)
class DeviceState:
    """One device at this moment.

    Attributes:
        word: ``starting`` before the radio is up; ``listening`` while it has not been heard yet;
            ``connected``; ``waiting for the device`` once it has been quiet for a while or its
            link was lost; ``trouble`` when it needs a hand; ``not allowed`` without permission.
        since: since when.
        next_step: one sentence a person can act on; may be empty.
        last_packet: when it last sent anything; None if it has not yet.
        pair_anew: whether the next step is to pair it again; terminal and page say how.
    """

    word: Word
    since: Instant
    next_step: str = ""
    last_packet: Instant | None = None
    pair_anew: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """One way in which something of one device could not be read, or was not done.

    Attributes:
        of_packet: a packet that came could not be read; otherwise the device did not do as it was
            asked, or refused it.
    """

    device: DeviceKey
    characteristic: str
    reason: str
    of_packet: bool = field(default=True, compare=False)
