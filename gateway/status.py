"""What each part is doing, as other processes left it word of."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from adapters.reading import DeviceKey, Instant
from gateway.app import House
from gateway.store.courtesy import somebody_is_live

Part = Literal["collect", "upload", "web"]
PARTS: tuple[Part, ...] = ("collect", "upload", "web")


@dataclass(frozen=True, slots=True)
class DeviceWords:
    """How a device is doing, in words.

    Attributes:
        pair_anew: whether the next step is to pair it again; terminal and page say how.
        unread: how many packets of it could not be read since the gateway was started.
        undone: what it was asked since then and did not do, in words.
    """

    state: str
    since: Instant
    next_step: str
    unread: int = 0
    undone: tuple[str, ...] = ()
    pair_anew: bool = False

    def to_type(self, device: DeviceKey) -> str:
        """The next step for somebody at a terminal, with the command where there is one."""
        if not self.pair_anew:
            return self.next_step
        return f"{self.next_step} Run: health-gateway devices pair {device}".strip()


def note_device(house: House, device: DeviceKey, words: DeviceWords) -> None:
    """Leave word of a device's state; only called when it changes."""
    house.notes.set(f"device:{device}", json.dumps(asdict(words)))


def device_words(house: House, device: DeviceKey) -> DeviceWords:
    """What was said last of a device; while nothing runs, that nobody listens."""
    if not is_running(house, "collect"):
        return DeviceWords("not listened to", 0, "Start `health-gateway run`.")
    told = house.notes.get(f"device:{device}")
    if not told:
        return DeviceWords("starting", 0, "")
    words = json.loads(told)
    return DeviceWords(**{**words, "undone": tuple(words.get("undone", ()))})


def running_file(house: House, part: Part) -> Path:
    """The file that a running part holds a lock on; let go of however its process ends."""
    live = house.opened.home.live
    return live if part == "collect" else live.with_name(f"live-{part}")


def is_running(house: House, part: Part) -> bool:
    """Whether some process runs this part of the home."""
    return somebody_is_live(running_file(house, part))
