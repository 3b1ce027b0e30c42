"""What can go wrong with a simulated device, as a scenario says it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from adapters.simulator.bounds import LONGEST_S, PLAIN, SHORTEST_S, Shift, Time

What = Literal[
    "drop-link",
    "silence",
    "bad-frame",
    "failed-measurement",
    "flood",
    "battery-low",
    "forget-bond",
    "clock-step",
    "clock-reset",
]


class Fault(BaseModel):
    """Something that goes wrong at a time.

    ``drop-link``: the device lets its link go and is not heard for `for_s` seconds.
    ``silence``: it stays connected but sends nothing by itself for `for_s` seconds.
    ``bad-frame``: its next `count` values are cut short by a byte.
    ``failed-measurement``: its next `count` measurements do not work out, and it says so.
    ``flood``: it measures `rate_hz` times a second for `for_s` seconds.
    ``battery-low``: from now on the battery is at 5 %.
    ``forget-bond``: it forgets whom it was paired with, and lets the link go.
    ``clock-step``: its clock jumps by `by_s` seconds.
    ``clock-reset``: its clock falls back to 2000-01-01, as when the battery is changed.
    """

    model_config = PLAIN

    what: What
    at_s: Time
    for_s: float = Field(default=5.0, ge=SHORTEST_S, le=LONGEST_S)
    count: int = Field(default=1, ge=1, le=10_000)
    rate_hz: float = Field(default=200.0, ge=0.01, le=1000)
    by_s: Shift = 3600.0

    def lasts_at(self, seconds: float) -> bool:
        """Whether it is going on then."""
        return self.at_s <= seconds < self.at_s + self.for_s
